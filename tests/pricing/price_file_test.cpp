// Goal: what a correct price file says is read exactly, and a file that cannot be read says why.
// Its mistakes: price_file_mistakes_test.cpp.
#include "pricing/price_file.hpp"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "pricing/price_file_sample.hpp"
#include "pricing/price_samples.hpp"
#include "scratch_directory.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(price_file)

namespace {

price_book accepted(const std::string& text) {
  auto parsed = parse_price_file(text);
  if (const auto* wrong = std::get_if<mistakes>(&parsed)) BOOST_FAIL(shown(*wrong));
  return std::get<price_book>(std::move(parsed));
}

const price& found(const price_book& book, std::string_view model, wall_time at = any_time()) {
  const auto price = book.find(model, at);
  BOOST_REQUIRE_MESSAGE(price.has_value(), "no price for " << model);
  return **price;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_missing_rate_falls_back_to_the_kind_it_is_part_of) {
  const price_book book = accepted(correct);
  const token_rates& rates = found(book, "second").base;
  BOOST_TEST(rates.input == 3 * dollar);
  BOOST_TEST(rates.cached_input == 3 * dollar);
  BOOST_TEST(rates.cache_write_5m == 3 * dollar);
  BOOST_TEST(rates.cache_write_1h == 3 * dollar);
  BOOST_TEST(rates.cache_write_12h == 3 * dollar);
  BOOST_TEST(rates.audio_input == 3 * dollar);
  BOOST_TEST(rates.output == 4 * dollar);
  BOOST_TEST(rates.audio_output == 4 * dollar);

  const price_book writes = accepted(with_fields("cache_write_5m: 3.75"));
  BOOST_TEST(found(writes, "second").base.cache_write_1h == 375 * cent);
  BOOST_TEST(found(writes, "second").base.cache_write_12h == 375 * cent);
  const price_book longer = accepted(with_fields("cache_write_1h: 5"));
  BOOST_TEST(found(longer, "second").base.cache_write_12h == 5 * dollar);
  const price_book longest = accepted(with_fields("cache_write_12h: 7"));
  BOOST_TEST(found(longest, "second").base.cache_write_1h == 3 * dollar);
  BOOST_TEST(found(longest, "second").base.cache_write_12h == 7 * dollar);
}

BOOST_AUTO_TEST_CASE(every_field_of_an_entry_is_read) {
  const price_book book =
      accepted(with_fields("cached_input: 0.0125, cache_write_5m: 3.75, cache_write_1h: 6, "
                           "audio_input: 32, audio_output: 64, "
                           "from: 2026-11-20T08:30:15Z, until: 2027-01-01, context_window: "
                           "1_050_000, max_output: 128000, web_search: 0.035, request: 0.012, "
                           "us_inference: 1.1, "
                           "tiers: {priority: 1.75}, note: uncertain, "
                           "steps: [{first_tokens: 200_001, input: 6, cached_input: 0.025, "
                           "cache_write_5m: 7.5, cache_write_1h: 12, "
                           "audio_input: 33, output: 9, audio_output: 65}], "
                           "periods: [{from: \"01:30\", until: \"24:00\", days: weekdays, "
                           "days_seen_at: \"-03:30\", multiplier: 2.5}]"));
  const price& price = found(book, "second", utc(2026, 11, 20, 8, 30, 15));
  BOOST_TEST(!book.find("second", utc(2026, 11, 20, 8, 30, 14, 999'999)).has_value());
  BOOST_TEST((price.valid_until == utc(2027, 1, 1)));
  BOOST_TEST(price.provider == "openai");
  BOOST_TEST(price.base.cached_input == 12'500'000);
  BOOST_TEST(price.base.cache_write_5m == 375 * cent);
  BOOST_TEST(price.base.cache_write_1h == 6 * dollar);
  BOOST_TEST(price.base.audio_input == 32 * dollar);
  BOOST_TEST(price.base.audio_output == 64 * dollar);
  BOOST_TEST(price.context_window_tokens == 1'050'000);
  BOOST_TEST(price.output_tokens_max == 128'000);
  BOOST_TEST(price.web_search_nanodollars == 35'000'000);
  BOOST_TEST(price.request_nanodollars == 12'000'000);
  BOOST_TEST(price.us_permille == 1'100);
  BOOST_TEST(price.source == "page");
  BOOST_TEST(price.source_date == "2026-11-21");
  BOOST_TEST(price.note == "uncertain");

  BOOST_TEST_REQUIRE(price.steps.size() == 1);
  BOOST_TEST(price.steps[0].first_tokens == 200'001);
  BOOST_TEST(price.steps[0].rates.input == 6 * dollar);
  BOOST_TEST(price.steps[0].rates.cached_input == 25'000'000);
  BOOST_TEST(price.steps[0].rates.cache_write_5m == 750 * cent);
  BOOST_TEST(price.steps[0].rates.cache_write_1h == 12 * dollar);
  BOOST_TEST(price.steps[0].rates.audio_input == 33 * dollar);
  BOOST_TEST(price.steps[0].rates.output == 9 * dollar);
  BOOST_TEST(price.steps[0].rates.audio_output == 65 * dollar);

  BOOST_TEST_REQUIRE(price.periods.size() == 1);
  BOOST_TEST(price.periods[0].from_minute == 90);
  BOOST_TEST(price.periods[0].until_minute == 1440);
  BOOST_TEST(price.periods[0].weekdays_only);
  BOOST_TEST(price.periods[0].weekday_offset_minutes == -210);
  BOOST_TEST(price.periods[0].multiplier_permille == 2500);
}

BOOST_AUTO_TEST_CASE(every_figure_may_stand_at_its_bound) {
  const price_book book = accepted(with_fields(
      "from: 1970-01-01, until: 2026-12-31T23:59:59Z, web_search: 1, request: 0.2, "
      "us_inference: 1, context_window: 1, "
      "max_output: 1_000_000_000, "
      "cached_input: 10_000, cache_write_5m: 0, tiers: {flex: 0.001, priority: 10}, "
      "steps: [{first_tokens: 1, input: 0.000000001, cached_input: 0, cache_write_5m: 0, output: "
      "1}], "
      "periods: [{from: \"00:00\", until: \"00:01\", multiplier: 0.001, days_seen_at: \"+14:00\"}, "
      "{from: \"23:59\", until: \"24:00\", multiplier: 10, days_seen_at: \"-14:00\"}]"));
  const price& price = found(book, "second", utc(2026, 12, 31, 23, 59, 58));
  BOOST_TEST((price.valid_from == wall_time{}));
  BOOST_TEST(!book.find("second", utc(2026, 12, 31, 23, 59, 59)).has_value());
  BOOST_TEST(price.web_search_nanodollars == dollar);
  BOOST_TEST(price.request_nanodollars == request_nanodollars_max);
  BOOST_TEST(price.context_window_tokens == 1);
  BOOST_TEST(price.output_tokens_max == 1'000'000'000);
  BOOST_TEST(price.base.cached_input == rate_max);
  BOOST_TEST(price.tier_permille[static_cast<std::size_t>(service_tier::flex)] == 1);
  BOOST_TEST(price.tier_permille[static_cast<std::size_t>(service_tier::priority)] == 10'000);
  BOOST_TEST_REQUIRE(price.steps.size() == 1U);
  BOOST_TEST(price.steps[0].first_tokens == 1);
  BOOST_TEST(price.steps[0].rates.input == 1);
  BOOST_TEST_REQUIRE(price.periods.size() == 2U);
  BOOST_TEST(price.periods[0].until_minute == 1);
  BOOST_TEST(price.periods[0].multiplier_permille == 1);
  BOOST_TEST(price.periods[0].weekday_offset_minutes == 840);
  BOOST_TEST(price.periods[1].from_minute == 1'439);
  BOOST_TEST(price.periods[1].until_minute == 1'440);
  BOOST_TEST(price.periods[1].multiplier_permille == 10'000);
  BOOST_TEST(price.periods[1].weekday_offset_minutes == -840);
}

BOOST_AUTO_TEST_CASE(a_text_may_be_as_long_as_is_said) {
  const std::string model(200, 'm');
  const std::string provider(200, 'p');
  std::string text = replaced(correct, "\"7\"", std::string(64, '7'));
  text = replaced(text, "other: {}", "other: {}\n  " + provider + ": {}");
  text = replaced(
      text, "{model: second, provider: openai",
      "{note: " + std::string(1'000, 'n') + ", model: " + model + ", provider: " + provider);
  text = replaced(
      text, "source: page, source_date: 2026-11-21}\n  - {model: dated",
      "source: " + std::string(300, 's') + ", source_date: 2026-11-21}\n  - {model: dated");
  const price_book book = accepted(text);
  BOOST_TEST(book.version().size() == 64U);
  BOOST_TEST(found(book, model).provider == provider);
  BOOST_TEST(found(book, model).note.size() == 1'000U);
  BOOST_TEST(found(book, model).source.size() == 300U);
}

BOOST_AUTO_TEST_CASE(what_an_entry_leaves_out_is_nothing_or_its_provider_s) {
  const price_book book = accepted(correct);
  BOOST_TEST(found(book, "first").web_search_nanodollars == 0);
  BOOST_TEST(found(book, "second").web_search_nanodollars == cent);
  BOOST_TEST(found(book, "second").context_window_tokens == 0);
  BOOST_TEST(found(book, "second").output_tokens_max == 0);
  BOOST_TEST((found(book, "second").valid_from == wall_time{}));
}

BOOST_AUTO_TEST_CASE(periods_may_meet_in_either_order) {
  for (const char* both : {"{from: \"01:00\", until: \"04:00\", multiplier: 2}, "
                           "{from: \"04:00\", until: \"05:00\", multiplier: 3, days: all}",
                           "{from: \"04:00\", until: \"05:00\", multiplier: 3}, "
                           "{from: \"01:00\", until: \"04:00\", multiplier: 2}"}) {
    const price_book book = accepted(with_fields("periods: [" + std::string(both) + "]"));
    const auto& periods = found(book, "second").periods;
    BOOST_TEST_REQUIRE(periods.size() == 2U);
    BOOST_TEST(!periods[1].weekdays_only);
    BOOST_TEST(periods[1].weekday_offset_minutes == 0);
  }
}

// "azure/" → "gpt-": what is left of the name follows, so nothing need be called "gpt-".
BOOST_AUTO_TEST_CASE(a_prefix_may_lead_to_the_beginning_of_a_name) {
  const price_book book = accepted(replaced(correct, "{prefix: sim/}", "{prefix: az/, to: sec}"));
  BOOST_TEST(found(book, "az/ond").base.input == 3 * dollar);
}

BOOST_AUTO_TEST_CASE(only_tiers_that_an_entry_or_its_provider_lists_can_be_asked_for) {
  const price_book book = accepted(replaced(with_fields("tiers: {batch: 0.25}"), "other: {}",
                                            "other: {us_inference: 1.1, request: 0.01}"));
  const auto offers = [&](std::string_view model, service_tier which) {
    return found(book, model).offers(which);
  };
  for (const service_tier listed : {service_tier::standard, service_tier::flex, service_tier::batch,
                                    service_tier::priority, service_tier::fast})
    BOOST_TEST(offers("second", listed));
  BOOST_TEST(offers("first", service_tier::standard));
  for (const service_tier unlisted :
       {service_tier::flex, service_tier::batch, service_tier::priority, service_tier::fast})
    BOOST_TEST(!offers("first", unlisted));
  // fast alone brings no priority with it
  const price_book fast = accepted(replaced(correct, "other: {}", "other: {tiers: {fast: 6}}"));
  BOOST_TEST(found(fast, "first").offers(service_tier::fast));
  BOOST_TEST(!found(fast, "first").offers(service_tier::priority));
  // What its provider says of regions and requests holds for an entry that says nothing.
  BOOST_TEST(found(book, "first").us_permille == 1'100);
  BOOST_TEST(found(book, "first").request_nanodollars == cent);
  BOOST_TEST(found(book, "second").us_permille == 1'000);
  BOOST_TEST(found(book, "second").request_nanodollars == 0);
}

BOOST_AUTO_TEST_CASE(tiers_come_from_the_entry_then_the_provider_then_are_one) {
  const price_book book = accepted(with_fields("tiers: {batch: 0.25}"));
  const auto tier = [&](std::string_view model, service_tier which) {
    return found(book, model).tier_permille[static_cast<std::size_t>(which)];
  };
  BOOST_TEST(tier("second", service_tier::standard) == 1000);
  BOOST_TEST(tier("second", service_tier::flex) == 500);
  BOOST_TEST(tier("second", service_tier::batch) == 250);
  BOOST_TEST(tier("second", service_tier::priority) == 2000);
  BOOST_TEST(tier("second", service_tier::fast) == 2000);  // as priority
  BOOST_TEST(tier("first", service_tier::flex) == 1000);
  BOOST_TEST(tier("first", service_tier::batch) == 1000);
  BOOST_TEST(tier("first", service_tier::priority) == 1000);
  BOOST_TEST(tier("first", service_tier::fast) == 1000);
}

BOOST_AUTO_TEST_CASE(a_file_on_disk_is_read_like_its_text) {
  const scratch_directory directory;
  const auto path = directory.sub("prices.yaml");
  std::ofstream{path} << correct;
  const auto loaded = load_price_file(path);
  BOOST_REQUIRE(std::holds_alternative<price_book>(loaded));
  BOOST_TEST(std::get<price_book>(loaded).version() == "7");
  BOOST_TEST(std::get<price_book>(loaded).prices().size() == 4);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_says_why) {
  for (const auto& [path, reason] :
       {std::pair{"/nonexistent/prices.yaml", ENOENT}, std::pair{"/tmp", EISDIR}}) {
    const auto loaded = load_price_file(path);
    BOOST_TEST_REQUIRE(std::holds_alternative<mistakes>(loaded));
    const mistakes& list = std::get<mistakes>(loaded);
    BOOST_TEST_REQUIRE(list.size() == 1);
    BOOST_TEST(list[0].line == 0);
    BOOST_TEST(list[0].message == "the file: cannot be read (" +
                                      std::generic_category().message(reason) +
                                      "); check its path and permissions");
  }
}

// Its second line is no YAML, so that reading ends there.
BOOST_AUTO_TEST_CASE(a_file_of_four_mebibytes_is_read_and_a_larger_one_is_not) {
  const scratch_directory directory;
  const auto path = directory.sub("prices.yaml");
  std::string text = "version: 1\n\tupdated: 2\n";
  text.resize(4 << 20, '\n');
  const auto refused = [&] {
    std::ofstream{path} << text;
    const auto loaded = load_price_file(path);
    BOOST_TEST_REQUIRE(std::holds_alternative<mistakes>(loaded));
    return std::get<mistakes>(loaded).front().message;
  };
  BOOST_TEST(refused().starts_with("the file: not valid YAML here"));
  text += '\n';
  BOOST_TEST(refused().starts_with("the file: larger than 4 MiB"));
}

BOOST_AUTO_TEST_SUITE_END()
