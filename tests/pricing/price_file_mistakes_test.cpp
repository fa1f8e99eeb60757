// Goal: every kind of mistake in the price file is found, on its line, with a message that names
// field and fix. Method: a correct file, changed in one place for each mistake.
#include <algorithm>
#include <ostream>
#include <string>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "pricing/price_file.hpp"
#include "pricing/price_file_sample.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(price_file_mistakes)

namespace {

mistakes refused(const std::string& text) {
  auto parsed = parse_price_file(text);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<mistakes>(parsed), "accepted:\n" << text);
  auto list = std::get<mistakes>(std::move(parsed));
  BOOST_TEST(!list.empty());
  return list;
}

struct mistake_case {
  std::string name;
  std::string text;
  int line;
  std::string message;  // how it begins
};

std::ostream& operator<<(std::ostream& out, const mistake_case& one) {
  return out << one.name;
}

mistake_case change(const std::string& what, const std::string& by, int line,
                    const std::string& message) {
  return {what + " → " + by, replaced(correct, what, by), line, message};
}

mistake_case field(const std::string& fields, const std::string& message) {
  return {fields, with_fields(fields), 8, message};
}

std::vector<mistake_case> file_mistakes() {
  return {
      {"empty", "", 1, "the file: empty"},
      {"comment only", "# nothing\n", 1, "the file: empty"},
      {"a word", "hello\n", 1, "the file: expected keys and values, found 'hello'"},
      {"a list", "\n- 1\n", 2, "the file: expected keys and values, found a list"},
      {"not YAML", correct + "broken: [1, 2\n", 15, "the file: not valid YAML here"},
      {"a tab", "version: 1\n\tupdated: 2\n", 2, "the file: not valid YAML here"},
      {"two documents", correct + "---\nversion: 2\n", 15, "the file: a second document"},
      {"too large", std::string(5 << 20, ' '), 0, "the file: larger than 4 MiB"},
      {"unknown key", correct + "colour: red\n", 14,
       "colour: unknown key; known here: aliases, prices, providers, updated or version"},
      {"repeated key", correct + "version: 8\n", 14, "version: given twice (first on line 1)"},
      {"key not a word", correct + "[a, b]: 1\n", 14, "?: a key must be a plain word"},
      change("version: \"7\"\n", "", 1, "version: missing"),
      change("\"7\"", "", 1, "version: has no value"),
      change("\"7\"", std::string(65, '7'), 1, "version: expected 1 to 64"),
      change("\"7\"", "\"a\\nb\"", 1,
             "version: expected 1 to 64 printable characters, found 'a?b'"),
      change("\"7\"", "[7]", 1, "version: expected one value, not a list"),
      change("updated: 2026-11-21\n", "", 1, "updated: missing"),
      change("2026-11-21\n", "2026-02-30\n", 2,
             "updated: expected a date, like 2026-11-21, found '2026-02-30'"),
      change("providers:\n", "suppliers:\n", 3, "suppliers: unknown key"),
      change("other: {}", "other: 5", 5, "providers.other: expected keys and values, found '5'"),
      change("other: {}", "openai: {}", 5, "providers.openai: given twice"),
      change("other: {}", "other: {fee: 1}", 5,
             "providers.other.fee: unknown key; known here: request, tiers, us_inference or "
             "web_search"),
      change("flex: 0.5", "flexi: 0.5", 4, "providers.openai.tiers.flexi: unknown key"),
      change("flex: 0.5", "standard: 1", 4, "providers.openai.tiers.standard: unknown key"),
      change("flex: 0.5", "flex: 0", 4, "providers.openai.tiers.flex: expected a factor above 0"),
      change("flex: 0.5", "flex: 10.001", 4, "providers.openai.tiers.flex: expected a factor"),
      change("flex: 0.5", "flex: 0.0005", 4, "providers.openai.tiers.flex: expected a factor"),
      change("web_search: 0.01", "web_search: 1.01", 4,
             "providers.openai.web_search: expected dollars per search"),
      change("{tiers: {flex: 0.5, batch: 0.5, priority: 2}", "{tiers: half", 4,
             "providers.openai.tiers: expected keys and values, found 'half'"),
      {"no prices", "version: 1\nupdated: 2026-11-21\nproviders: {a: {}}\n", 1, "prices: missing"},
      {"empty prices", "version: 1\nupdated: 2026-11-21\nproviders: {a: {}}\nprices: []\n", 4,
       "prices: empty"},
      {"prices a word", "version: 1\nupdated: 2026-11-21\nproviders: {a: {}}\nprices: none\n", 4,
       "prices: expected a list"},
      change("  - {from: short,", "  - short\n  - {from: short,", 12,
             "aliases[0]: expected keys and values"),
      change("{from: short, to: first}", "{from: short}", 12, "aliases[0].to: missing"),
      change("{from: short, to: first}", "{to: first}", 12,
             "aliases[0].from: expected either from"),
      change("from: short", "from: short, prefix: s", 12, "aliases[0].from: expected either from"),
      change("to: first", "to: nobody", 12, "aliases[0].to: no model in prices has this name"),
      change("from: short", "from: second", 12, "aliases[0].from: a model in prices has this name"),
      change("{prefix: sim/}", "{from: short, to: second}", 13, "aliases[1].from: repeated"),
      change("{from: short, to: first}", "{prefix: sim/}", 13, "aliases[1].prefix: repeated"),
      change("{prefix: sim/}", "{prefix: sim/, into: x}", 13, "aliases[1].into: unknown key"),
      change("{prefix: sim/}", "{prefix: \"\"}", 13, "aliases[1].prefix: expected 1 to 200"),
  };
}

std::vector<mistake_case> entry_mistakes() {
  const std::string rate = "expected dollars per million tokens up to 10_000, like 2.50";
  return {
      change("model: second, ", "", 8, "prices[1].model: missing"),
      change("model: second", "model: " + std::string(201, 'm'), 8,
             "prices[1].model: expected 1 to 200"),
      change("provider: openai", "provider: opnai", 8, "prices[1].provider: not one of providers"),
      change("provider: openai, ", "", 8, "prices[1].provider: missing"),
      change("input: 3, ", "", 8, "prices[1].input: missing; " + rate),
      change("output: 4, ", "", 8, "prices[1].output: missing; " + rate),
      change("input: 3", "input: -3", 8, "prices[1].input: " + rate + ", found '-3'"),
      change("input: 3", "input: 3e0", 8, "prices[1].input: " + rate + ", found '3e0'"),
      change("input: 3", "input: $3", 8, "prices[1].input: " + rate),
      change("input: 3", "input: 10_000.01", 8, "prices[1].input: " + rate),
      change("input: 3", "input: 0.0000000001", 8, "prices[1].input: " + rate),
      change("input: 3", "input:", 8, "prices[1].input: has no value"),
      change("input: 3", "input: {a: 1}", 8, "prices[1].input: expected one value"),
      change("input: 3", "input: 3, input: 3", 8, "prices[1].input: given twice"),
      change("input: 3", "imput: 3, input: 3", 8,
             "prices[1].imput: unknown key (did you mean input?)"),
      change("input: 3", "input: 3, cached_input: x", 8, "prices[1].cached_input: " + rate),
      change("input: 3", "input: 3, cache_write_5m: x", 8, "prices[1].cache_write_5m: " + rate),
      change("input: 3", "input: 3, cache_write_1h: x", 8, "prices[1].cache_write_1h: " + rate),
      change("input: 3", "input: 3, cache_write_12h: x", 8, "prices[1].cache_write_12h: " + rate),
      change("input: 3", "input: 3, audio_input: x", 8, "prices[1].audio_input: " + rate),
      change("input: 3", "input: 3, audio_output: x", 8, "prices[1].audio_output: " + rate),
      field("context_window: 0", "prices[1].context_window: expected a whole number of tokens"),
      field("context_window: 1.0", "prices[1].context_window: expected a whole number"),
      field("max_output: 1_000_000_001", "prices[1].max_output: expected a whole number"),
      field("web_search: two", "prices[1].web_search: expected dollars per search"),
      field("request: 0.200000001", "prices[1].request: expected dollars per request"),
      field("us_inference: 0", "prices[1].us_inference: expected a factor"),
      field("us_inference: 5.001", "prices[1].us_inference: more than 10 together"),
      field("tiers: {priority: x}", "prices[1].tiers.priority: expected a factor"),
      field("from: 2026-13-01", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-00-01", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-32", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-00", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-11-31", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-01T24:00:00Z", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-01T08:60:00Z", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-01T08:00:60Z", "prices[1].from: expected a date or time in UTC"),
      field("tiers: {priority: 0}", "prices[1].tiers.priority: expected a factor"),
      field("tiers: {priority: 0.0005}", "prices[1].tiers.priority: expected a factor"),
      field("tiers: {priority: 10.001}", "prices[1].tiers.priority: expected a factor"),
      field("web_search: 1.000000001", "prices[1].web_search: expected dollars per search"),
      field("from: 2026-12-01T25:00:00Z", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-01T08:00:00", "prices[1].from: expected a date or time in UTC"),
      field("from: 1969-12-31", "prices[1].from: expected a date or time in UTC"),
      field("from: 2026-12-01, until: 2026-12-01", "prices[1].until: not after from"),
      field("note: [a]", "prices[1].note: expected one value"),
      field("note: " + std::string(1'001, 'n'), "prices[1].note: expected 1 to 1000 printable"),
      change("source: page, source_date: 2026-11-21}",
             "source: " + std::string(301, 's') + ", source_date: 2026-11-21}", 8,
             "prices[1].source: expected 1 to 300 printable"),
      change("2026-11}", "2026}", 7, "prices[0].source_date: expected the date of the source"),
      change("source: page, source_date: 2026-11}", "source_date: 2026-11}", 7,
             "prices[0].source: missing"),
      change(", source_date: 2026-11}", "}", 7, "prices[0].source_date: missing"),
      change("- {model: second", "- word\n  - {model: second", 8,
             "prices[1]: expected keys and values, found 'word'"),
      field("steps: 5", "prices[1].steps: expected a list"),
      field("steps: [5]", "prices[1].steps[0]: expected keys and values"),
      field("steps: [{input: 6, output: 8}]", "prices[1].steps[0].first_tokens: missing"),
      field("steps: [{input: 6, output: 8}, {first_tokens: 1, input: 7, output: 8}]",
            "prices[1].steps[0].first_tokens: missing"),
      field("steps: [{first_tokens: 0, input: 6, output: 8}]",
            "prices[1].steps[0].first_tokens: expected"),
      field("steps: [{first_tokens: 9, output: 8}]", "prices[1].steps[0].input: missing"),
      field("steps: [{first_tokens: 9, input: 6, output: 8, from: 1}]",
            "prices[1].steps[0].from: unknown key"),
      field("cached_input: 1, steps: [{first_tokens: 9, input: 6, output: 8}]",
            "prices[1].steps[0].cached_input: missing; its entry has this rate"),
      field(
          "steps: [{first_tokens: 9, input: 6, output: 8}, {first_tokens: 9, input: 6, output: 8}]",
          "prices[1].steps[1].first_tokens: not above the step before it"),
      field("periods: {}", "prices[1].periods: expected a list"),
      field("periods: ", "prices[1].periods: is empty"),
      field("steps: ", "prices[1].steps: is empty"),
      field("tiers: ", "prices[1].tiers: is empty"),
      field("periods: [{until: \"04:00\", multiplier: 2}]", "prices[1].periods[0].from: missing"),
      field("periods: [{from: \"04:00\", multiplier: 2}]", "prices[1].periods[0].until: missing"),
      field("periods: [{from: \"00:00\", until: \"00:01\", multiplier: 2}, "
            "{from: \"00:00\", multiplier: 2}]",
            "prices[1].periods[1].until: missing"),
      field("periods: [{from: \"01:00\", until: \"04:00\"}]",
            "prices[1].periods[0].multiplier: missing"),
      field("periods: [{from: \"04:00\", until: \"04:00\", multiplier: 2}]",
            "prices[1].periods[0].until: not after from"),
      field("periods: [{from: \"01-30\", until: \"04:00\", multiplier: 2}]",
            "prices[1].periods[0].from: expected a time"),
      field("periods: [{from: \"01:300\", until: \"04:00\", multiplier: 2}]",
            "prices[1].periods[0].from: expected a time"),
      field("periods: [{from: \"1:00\", until: \"04:00\", multiplier: 2}]",
            "prices[1].periods[0].from: expected a time"),
      field("periods: [{from: \"01:60\", until: \"04:00\", multiplier: 2}]",
            "prices[1].periods[0].from: expected a time"),
      field("periods: [{from: \"01:00\", until: \"24:01\", multiplier: 2}]",
            "prices[1].periods[0].until: expected a time"),
      field("periods: [{from: \"22:00\", until: \"04:00\", multiplier: 2}]",
            "prices[1].periods[0].until: not after from"),
      field("periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2, days: monday}]",
            "prices[1].periods[0].days: expected all or weekdays"),
      field("periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2, days: " +
                std::string(20, 'd') + "}]",
            "prices[1].periods[0].days: expected all or weekdays"),
      field("periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2, days: " +
                std::string(21, 'd') + "}]",
            "prices[1].periods[0].days: expected 1 to 20 printable characters"),
      field("periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2, days: weekdays}]",
            "prices[1].periods[0].days_seen_at: missing; expected an offset from UTC"),
      field(
          "periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2, days_seen_at: \"+15:00\"}]",
          "prices[1].periods[0].days_seen_at: expected an offset"),
      field(
          "periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2, days_seen_at: \"x08:00\"}]",
          "prices[1].periods[0].days_seen_at: expected an offset"),
      field("periods: [{from: \"01:00\", until: \"04:00\", multiplier: 2}, {from: \"03:59\", "
            "until: \"05:00\", multiplier: 3}]",
            "prices[1].periods[1].from: overlaps another period"),
      // Validity: the entries on lines 9 and 10 meet at 2026-12-01.
      change("from: 2026-12-01", "from: 2026-11-30T23:59:59Z", 10,
             "prices[3].from: overlaps the entry of dated on line 9"),
      change("from: 2026-12-01, ", "", 10, "prices[3].from: overlaps the entry of dated on line 9"),
      change("until: 2026-12-01, ", "", 10,
             "prices[3].from: overlaps the entry of dated on line 9"),
      change("model: second", "model: first", 8,
             "prices[1].from: overlaps the entry of first on line 7"),
  };
}

}  // namespace

BOOST_DATA_TEST_CASE(each_mistake_of_the_file_is_found_on_its_line,
                     boost::unit_test::data::make(file_mistakes())) {
  const mistakes list = refused(sample.text);
  const bool found = std::ranges::any_of(list, [&](const config_mistake& mistake) {
    return mistake.line == sample.line && mistake.message.starts_with(sample.message);
  });
  BOOST_TEST(found, "expected " << sample.line << ": " << sample.message << "\ngot\n"
                                << shown(list));
}

BOOST_DATA_TEST_CASE(each_mistake_of_an_entry_is_the_only_one_reported,
                     boost::unit_test::data::make(entry_mistakes())) {
  const mistakes list = refused(sample.text);
  BOOST_TEST_REQUIRE(list.size() == 1, shown(list));
  BOOST_TEST(list[0].line == sample.line, shown(list));
  BOOST_TEST(list[0].message.starts_with(sample.message),
             "expected " << sample.message << "\ngot " << shown(list));
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_reported_at_once_in_the_order_of_lines) {
  std::string text = replaced(correct, "input: 1,", "input: one,");
  text = replaced(text, "provider: openai,", "provider: nobody,");
  text = replaced(text, "output: 6", "output: six");
  text = replaced(text, "to: first", "to: nobody");
  text = replaced(text, "flex: 0.5", "flex: half");
  const mistakes list = refused(text + "extra: 1\n");
  BOOST_TEST_REQUIRE(list.size() == 6, shown(list));
  const int lines[] = {4, 7, 8, 9, 12, 14};
  for (std::size_t i = 0; i < list.size(); ++i)
    BOOST_TEST(list[i].line == lines[i], shown(list));
}

BOOST_AUTO_TEST_CASE(what_is_no_list_of_prices_is_not_called_empty_as_well) {
  const std::string before = "version: 1\nupdated: 2026-11-21\nproviders: {a: {}}\n";
  const mistakes word = refused(before + "prices: none\n");
  BOOST_TEST(word.size() == 1U, shown(word));
  const mistakes blank = refused(before + "prices:\n");
  BOOST_TEST_REQUIRE(blank.size() == 1U, shown(blank));
  BOOST_TEST(blank[0].message.starts_with("prices: empty"), shown(blank));
}

BOOST_AUTO_TEST_CASE(an_entry_that_lasts_longer_is_the_one_that_later_ones_overlap) {
  const std::string dated = "  - {model: dated, provider: other, ";
  const std::string rest = ", input: 1, output: 1, source: page, source_date: 2026-11}\n";
  const std::string text =
      replaced(correct, "aliases:\n", dated + "from: 2027-01-01" + rest + "aliases:\n");
  const mistakes list = refused(text);
  BOOST_TEST_REQUIRE(list.size() == 1U, shown(list));
  BOOST_TEST(list[0].line == 11, shown(list));
  BOOST_TEST(list[0].message.find("on line 10;") != std::string::npos, shown(list));
  // Of two that end, the one that ends later is: line 12 begins before line 11 ends.
  const mistakes ending = refused(replaced(
      replaced(correct, "from: 2026-12-01,", "from: 2026-12-01, until: 2027-02-01,"), "aliases:\n",
      dated + "from: 2026-11-01, until: 2027-03-01" + rest + dated + "from: 2027-02-15" + rest +
          "aliases:\n"));
  BOOST_TEST_REQUIRE(ending.size() == 3U, shown(ending));
  BOOST_TEST(ending[2].line == 12, shown(ending));
  BOOST_TEST(ending[2].message.find("on line 11;") != std::string::npos, shown(ending));
}

BOOST_AUTO_TEST_CASE(every_entry_inside_a_longer_one_overlaps_it) {
  const std::string dated = "  - {model: dated, provider: other, ";
  const std::string rest = ", input: 1, output: 1, source: page, source_date: 2026-11}\n";
  const std::string text =
      replaced(correct, dated + "until",
               dated + "from: 2026-01-01, until: 2026-02-01" + rest + dated +
                   "from: 2026-03-01, until: 2026-04-01" + rest + dated + "until");
  // The one that lasts until 2026-12-01 is now on line 11.
  const mistakes list = refused(text);
  BOOST_TEST_REQUIRE(list.size() == 2, shown(list));
  BOOST_TEST(list[0].line == 9, shown(list));
  BOOST_TEST(list[1].line == 10, shown(list));
  for (const config_mistake& mistake : list) {
    BOOST_TEST(mistake.message.find("on line 11;") != std::string::npos, mistake.message);
  }
}

BOOST_AUTO_TEST_SUITE_END()
