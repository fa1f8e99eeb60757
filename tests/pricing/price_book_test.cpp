// Goal: a name and an instant lead to the one price that holds, or to a plain error; never to a
// neighbour's price.
#include "pricing/price_book.hpp"

#include <stdexcept>
#include <string>

#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

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

}  // namespace

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
                           "sim/gpt-x-2024-08-06", "short-2024-08-06", "sim/short@20250929"}) {
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
  for (const char* name :
       {"gpt-x-2024-13-06", "gpt-x-2024-00-06", "gpt-x-2024-08-32", "gpt-x-2024-08-00",
        "gpt-x-1999-08-06", "gpt-x-2024_08-06", "gpt-x-20251301", "gpt-x-12345678", "gpt-x-0613",
        "gpt-x_20250929", "gpt-x-2024-8-06", "gpt-x@latest", "gpt-x-2024-08-06-2024-08-06",
        "gpt-x-latest-latest"}) {
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
  for (int i = 0; i < service_tier_count; ++i) {
    const auto tier = static_cast<service_tier>(i);
    BOOST_TEST((parse_service_tier(to_string(tier)) == tier));
  }
  for (const char* word : {"", "Priority", "scale", "fast ", "standard_"}) {
    BOOST_TEST(!parse_service_tier(word).has_value(), "understood: " << word);
  }
}

BOOST_AUTO_TEST_SUITE_END()
