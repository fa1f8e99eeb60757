// Goal: a name and an instant lead to the one price that holds, or to a plain error; never to a
// neighbour's price.
#include "pricing/price_book.hpp"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "aborts.hpp"
#include "pricing/price_samples.hpp"
#include "pricing/usage.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(price_book_lookup)

namespace {

price entry(const std::string& model, std::int64_t dollars, wall_time from = {},
            std::optional<wall_time> until = {}) {
  price made = plain_price(model, plain_rates(dollars * dollar, dollars * dollar));
  made.valid_from = from;
  made.valid_until = until;
  return made;
}

price_book sample_book() {
  const wall_time change = utc(2026, 12, 1);
  return price_book{"v1",
                    {entry("rising", 4, change), entry("gpt-x", 1), entry("rising", 2, {}, change),
                     entry("gpt-x-mini", 9), entry("gpt-x-2024-05-13", 5), entry("vendor/named", 6),
                     entry("gone", 3, {}, utc(2025, 1, 1)), entry("zeta", 8), entry("gpt-both", 7),
                     entry("long/both", 11)},
                    {{.from = "short", .to = "gpt-x"},
                     {.from = "sim/", .to = "", .is_prefix = true},
                     {.from = "sim/long/", .to = "gpt-", .is_prefix = true},
                     {.from = "vendor/", .to = "", .is_prefix = true}}};
}

// Dollars per million of what was found; 0 unknown, -1 not valid.
std::int64_t found(std::string_view model, wall_time at = any_time()) {
  const price_book book = sample_book();
  const auto price = book.find(model, at);
  if (price) return (*price)->base.input / dollar;
  return price.error() == price_error::unknown_model ? 0 : -1;
}

// Whether a book of these prices ends the process, as broken invariants do.
bool refused(const std::vector<price>& prices, const std::string& version = "v1") {
  return stint::testing::aborts([&] { const price_book made{version, prices, {}}; });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_rate_outside_its_bounds_is_not_accepted_into_a_book) {
  for (std::int64_t token_rates::*rate :
       {&token_rates::input, &token_rates::cached_input, &token_rates::cache_write_5m,
        &token_rates::cache_write_1h, &token_rates::cache_write_12h, &token_rates::audio_input,
        &token_rates::output, &token_rates::audio_output}) {
    price made = entry("m", 1);
    made.steps = {{.first_tokens = 1, .rates = made.base}};
    const auto with = [&](std::int64_t base, std::int64_t step) {
      made.base.*rate = base;
      made.steps[0].rates.*rate = step;
      return refused({made});
    };
    BOOST_TEST(!with(0, rate_max));
    BOOST_TEST(!with(rate_max, 0));
    BOOST_TEST(with(-1, 0));
    BOOST_TEST(with(rate_max + 1, 0));
    BOOST_TEST(with(0, -1));
    BOOST_TEST(with(0, rate_max + 1));
  }
}

BOOST_AUTO_TEST_CASE(multipliers_and_fees_outside_their_bounds_are_not_accepted_into_a_book) {
  const auto tier = [](std::int64_t permille) {
    price made = entry("m", 1);
    set_tier(made, service_tier::fast, permille);
    return refused({made});
  };
  const auto period = [](std::int64_t permille) {
    price made = entry("m", 1);
    made.periods = {{.from_minute = 0, .until_minute = 1, .multiplier_permille = permille}};
    return refused({made});
  };
  const auto search = [](std::int64_t fee) {
    price made = entry("m", 1);
    made.web_search_nanodollars = fee;
    return refused({made});
  };
  for (const std::int64_t good : {std::int64_t{1}, multiplier_permille_max}) {
    BOOST_TEST(!tier(good));
    BOOST_TEST(!period(good));
  }
  for (const std::int64_t bad : {std::int64_t{0}, multiplier_permille_max + 1}) {
    BOOST_TEST(tier(bad));
    BOOST_TEST(period(bad));
  }
  BOOST_TEST(!search(0));
  BOOST_TEST(!search(web_search_nanodollars_max));
  BOOST_TEST(search(-1));
  BOOST_TEST(search(web_search_nanodollars_max + 1));
  const auto request = [](std::int64_t fee) {
    price made = entry("m", 1);
    made.request_nanodollars = fee;
    return refused({made});
  };
  BOOST_TEST(!request(0));
  BOOST_TEST(!request(request_nanodollars_max));
  BOOST_TEST(request(-1));
  BOOST_TEST(request(request_nanodollars_max + 1));
}

BOOST_AUTO_TEST_CASE(a_region_s_multiplier_keeps_the_limit_of_a_tier_s_together_with_it) {
  const auto region = [](std::int64_t us, std::int64_t tier) {
    price made = entry("m", 1);
    made.us_permille = us;
    set_tier(made, service_tier::fast, tier);
    return refused({made});
  };
  BOOST_TEST(!region(1, 10'000));
  BOOST_TEST(!region(10'000, 1'000));
  BOOST_TEST(!region(2'000, 5'000));
  BOOST_TEST(region(0, 1'000));
  BOOST_TEST(region(2'000, 5'001));
  BOOST_TEST(region(10'001, 1));
}

BOOST_AUTO_TEST_CASE(a_book_takes_only_entries_that_can_be_told_apart) {
  BOOST_TEST(!refused({entry("m", 1)}));
  BOOST_TEST(refused({entry("m", 1)}, ""));
  BOOST_TEST(refused({entry("", 1)}));
  const wall_time change = utc(2026, 12, 1);
  const auto tick = std::chrono::microseconds{1};
  BOOST_TEST(refused({entry("m", 1, change, change)}));
  BOOST_TEST(!refused({entry("m", 1, change, change + tick)}));
  BOOST_TEST(!refused({entry("m", 1, {}, change), entry("m", 2, change)}));
  BOOST_TEST(refused({entry("m", 1, {}, change + tick), entry("m", 2, change)}));
  BOOST_TEST(refused({entry("m", 1), entry("m", 2, change)}));
  BOOST_TEST(!refused({entry("l", 1), entry("m", 2, change)}));
  price stepped = entry("m", 1);
  const auto steps = [&](std::int64_t first, std::int64_t second) {
    stepped.steps = {{.first_tokens = first, .rates = stepped.base},
                     {.first_tokens = second, .rates = stepped.base}};
    return refused({stepped});
  };
  BOOST_TEST(!steps(1, 2));
  BOOST_TEST(steps(2, 2));
  BOOST_TEST(steps(0, 2));
}

BOOST_AUTO_TEST_CASE(who_reads_a_list_can_ask_for_the_fault_before_the_book_aborts) {
  BOOST_TEST((fault_of(entry("m", 1)) == nullptr));
  const auto fault = [](auto change) {
    price made = entry("m", 1);
    change(made);
    const char* const found = fault_of(made);
    BOOST_TEST(refused({made}) == (found != nullptr));
    return std::string(found == nullptr ? "" : found);
  };
  BOOST_TEST(fault([](price& of) { of.model.clear(); }) == "no name of a model");
  BOOST_TEST(fault([](price& of) { of.provider.clear(); }) == "no name of who sells it");
  BOOST_TEST(fault([](price& of) { of.us_permille = 0; }) ==
             "a region's factor that is 0 or above 10");
  BOOST_TEST(fault([](price& of) { of.context_window_tokens = usage_count_max; }).empty());
  BOOST_TEST(fault([](price& of) { of.output_tokens_max = usage_count_max; }).empty());
  const std::string window = "a window or a longest answer beyond a thousand million tokens";
  BOOST_TEST(fault([](price& of) { of.context_window_tokens = usage_count_max + 1; }) == window);
  BOOST_TEST(fault([](price& of) { of.output_tokens_max = usage_count_max + 1; }) == window);
  BOOST_TEST(fault([](price& of) { of.context_window_tokens = -1; }) == window);
  const auto step = [&](std::int64_t first) {
    return fault([&](price& of) { of.steps = {{.first_tokens = first, .rates = of.base}}; });
  };
  BOOST_TEST(step(usage_count_max).empty());
  BOOST_TEST(step(usage_count_max + 1) == "a step that no prompt reaches");
  // Together they would not fit into 63 bits.
  BOOST_TEST(fault([](price& of) { of.us_permille = std::int64_t{1} << 62; }) ==
             "a region's factor that is 0 or above 10");
}

BOOST_AUTO_TEST_CASE(a_whole_name_finds_its_own_price) {
  BOOST_TEST(found("gpt-x") == 1);
  BOOST_TEST(found("gpt-x-mini") == 9);
  BOOST_TEST(found("zeta") == 8);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_an_error_and_never_a_neighbour) {
  for (const char* name :
       {"", "gpt", "gpt-", "gpt-x-", "gpt-x-nano", "GPT-X", " gpt-x", "gpt-x ", "gpt-x/", "~",
        "-latest", "-2024-08-06", "@20250929", "sim/", "sim/nothing", "short/", "a"}) {
    BOOST_TEST(found(name) == 0, "found a price for: " << name);
  }
  BOOST_TEST(found(std::string(1'000'000, 'x')) == 0);
  const std::string longest(model_bytes_max, 'x');
  const price_book book{"v1", {entry(longest, 1), entry(longest + 'x', 2)}, {}};
  BOOST_TEST(book.find(longest, any_time()).has_value());
  BOOST_TEST(!book.find(longest + 'x', any_time()).has_value());
  BOOST_TEST(found("sim/" + std::string(1'000'000, 'x') + "-2024-08-06") == 0);
  BOOST_TEST(found(std::string_view{"gpt-x\0", 6}) == 0);
}

BOOST_AUTO_TEST_CASE(a_dated_price_switches_at_the_exact_instant) {
  BOOST_TEST(found("rising", utc(2026, 11, 30, 23, 59, 59, 999'999)) == 2);
  BOOST_TEST(found("rising", utc(2026, 12, 1)) == 4);
  BOOST_TEST(found("rising", utc(2040, 1, 1)) == 4);
  BOOST_TEST(found("gone", utc(2024, 12, 31, 23, 59, 59, 999'999)) == 3);
  BOOST_TEST(found("gone", utc(2025, 1, 1)) == -1);
}

BOOST_AUTO_TEST_CASE(aliases_lead_to_a_price_in_one_step) {
  BOOST_TEST(found("short") == 1);
  BOOST_TEST(found("sim/gpt-x") == 1);
  BOOST_TEST(found("sim/short") == 1);
  BOOST_TEST(found("vendor/gpt-x") == 1);
  BOOST_TEST(found("vendor/named") == 6);      // the whole name wins over the prefix
  BOOST_TEST(found("sim/vendor/named") == 6);  // what is left is a whole name
  BOOST_TEST(found("sim/vendor/gpt-x") == 0);  // but never two prefixes
  BOOST_TEST(found("sim/sim/gpt-x") == 0);
}

BOOST_AUTO_TEST_CASE(the_longest_prefix_is_tried_first) {
  BOOST_TEST(found("sim/long/both") == 7);    // though sim/ would lead to a price as well
  BOOST_TEST(found("sim/long/x-mini") == 9);  // sim/long/ → gpt-
  BOOST_TEST(found("sim/long/zeta") == 0);
}

BOOST_AUTO_TEST_CASE(a_dated_name_has_the_price_of_the_undated_one) {
  for (const char* name : {"gpt-x-2024-08-06", "gpt-x-20250929", "gpt-x@20250929", "gpt-x-latest",
                           "sim/gpt-x-2024-08-06", "short-2024-08-06", "sim/short@20250929",
                           "gpt-x-2025-12-31", "gpt-x-20250101", "gpt-x@20991231"}) {
    BOOST_TEST(found(name) == 1, "not the undated price: " << name);
  }
  BOOST_TEST(found("gpt-x-mini-2024-07-18") == 9);
  BOOST_TEST(found("rising-20260101", utc(2026, 12, 1)) == 4);
  BOOST_TEST(found("gone-latest") == -1);
}

BOOST_AUTO_TEST_CASE(a_snapshot_with_an_entry_of_its_own_keeps_its_price) {
  BOOST_TEST(found("gpt-x-2024-05-13") == 5);
  BOOST_TEST(found("sim/gpt-x-2024-05-13") == 5);
}

BOOST_AUTO_TEST_CASE(only_a_date_is_taken_off_a_name) {
  for (const char* name : {"gpt-x-2024-13-06",
                           "gpt-x-2024-00-06",
                           "gpt-x-2024-08-32",
                           "gpt-x-2024-08-00",
                           "gpt-x-1999-08-06",
                           "gpt-x-2024_08-06",
                           "gpt-x-20251301",
                           "gpt-x-12345678",
                           "gpt-x-0613",
                           "gpt-x_20250929",
                           "gpt-x-2024-8-06",
                           "gpt-x@latest",
                           "gpt-x-2024-08-06-2024-08-06",
                           "gpt-x-latest-latest",
                           "gpt-x-20x4-08-06",
                           "gpt-x-202x-08-06",
                           "gpt-x-2024-0x-06",
                           "gpt-x-2024-08-0x",
                           "gpt-x-20250x29",
                           "gpt-x@202509x9",
                           "gpt-x_2024-08-06",
                           "gpt-x-2024-08_06"}) {
    BOOST_TEST(found(name) == 0, "found a price for: " << name);
  }
}

BOOST_AUTO_TEST_CASE(the_book_keeps_its_version_and_its_prices_in_order) {
  const price_book book = sample_book();
  BOOST_TEST(book.version() == "v1");
  BOOST_TEST(book.prices().size() == 10);
  for (std::size_t i = 1; i < book.prices().size(); ++i) {
    const price& before = book.prices()[i - 1];
    const price& after = book.prices()[i];
    BOOST_TEST((before.model < after.model ||
                (before.model == after.model && before.valid_from < after.valid_from)));
  }
}

BOOST_AUTO_TEST_CASE(taking_the_value_of_a_failed_lookup_throws) {
  const price_book book = sample_book();
  BOOST_CHECK_THROW((void)book.find("nothing", any_time()).value(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(tiers_are_read_in_the_providers_words) {
  BOOST_TEST((parse_service_tier("default") == service_tier::standard));
  BOOST_TEST((parse_service_tier("auto") == service_tier::standard));
  BOOST_TEST((parse_service_tier("standard_only") == service_tier::standard));
  BOOST_TEST((parse_service_tier("on_demand") == service_tier::standard));
  for (int i = 0; i < service_tier_count; ++i) {
    const auto tier = static_cast<service_tier>(i);
    BOOST_TEST((parse_service_tier(to_string(tier)) == tier));
  }
  for (const char* word : {"", "Priority", "scale", "fast ", "standard_"}) {
    BOOST_TEST(!parse_service_tier(word).has_value(), "understood: " << word);
  }
}

BOOST_AUTO_TEST_SUITE_END()
