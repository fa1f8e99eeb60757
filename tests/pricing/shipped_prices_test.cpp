// Goal: config/prices.yaml says what its sources say. Method: every row of
// tests/vectors/prices.csv, gathered from them by 2026-11-21, is worked into rates again here by
// its own small rules and compared with what the file gives on that day.
#include "pricing/shipped_prices.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(shipped_prices)

namespace {

struct row {
  std::map<std::string, std::string> cells;
  [[nodiscard]] const std::string& at(const std::string& column) const { return cells.at(column); }
};

// The name of a data test case.
std::ostream& operator<<(std::ostream& out, const row& csv) {
  return out << csv.at("model");
}

std::vector<std::string> split(const std::string& text, const std::string& by) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t to; (to = text.find(by, from)) != std::string::npos; from = to + by.size()) {
    parts.push_back(text.substr(from, to - from));
  }
  parts.push_back(text.substr(from));
  return parts;
}

std::vector<row> csv_rows() {
  std::ifstream file{STINT_SOURCE_DIR "/tests/vectors/prices.csv"};
  std::string line;
  std::getline(file, line);
  const auto names = split(line, ",");
  std::vector<row> rows;
  while (std::getline(file, line)) {
    const auto cells = split(line, ",");
    row one;
    for (std::size_t i = 0; i < names.size(); ++i)
      one.cells[names[i]] = cells.at(i);
    rows.push_back(one);
  }
  return rows;
}

// "0.075" → 75,000,000, digit by digit, apart from the code under test.
std::int64_t nanos(const std::string& text) {
  std::int64_t value = 0;
  int places = -1;
  for (const char c : text) {
    if (c == '.') {
      places = 0;
      continue;
    }
    value = value * 10 + (c - '0');
    if (places >= 0) ++places;
  }
  for (int i = std::max(places, 0); i < 9; ++i)
    value *= 10;
  return value;
}

std::int64_t or_else(const std::string& cell, std::int64_t otherwise) {
  return cell.empty() ? otherwise : nanos(cell);
}

token_rates rates_of(const std::string& input, const std::string& cached, const std::string& write,
                     const std::string& write_1h, const std::string& output) {
  const std::int64_t in = nanos(input);
  const std::int64_t out = or_else(output, 0);
  const std::int64_t five = or_else(write, in);
  const std::int64_t hour = or_else(write_1h, five);
  return {in, or_else(cached, in), five, hour, hour, in, out, out};
}

// A long prompt's cache writes keep their ratio to input: the csv gives only input, cached and
// output.
std::int64_t scaled(std::int64_t write, std::int64_t long_input, std::int64_t input) {
  constexpr std::int64_t tenth_of_a_cent = dollar / 1000;  // keeps the product inside 64 bits
  return write * (long_input / tenth_of_a_cent) / (input / tenth_of_a_cent);
}

std::vector<context_step> steps_of(const row& csv) {
  if (csv.at("long_ctx_threshold").empty()) return {};
  const token_rates base =
      rates_of(csv.at("input"), csv.at("cached_input"), csv.at("cache_write_5m_or_default"),
               csv.at("cache_write_1h"), csv.at("output"));
  const auto thresholds = split(csv.at("long_ctx_threshold"), " / ");
  const auto inputs = split(csv.at("long_input"), " / ");
  const auto outputs = split(csv.at("long_output"), " / ");
  // Anthropic and Google charge more than a threshold, the others from it on.
  const bool above = csv.at("provider") == "anthropic" || csv.at("provider") == "google";
  std::vector<context_step> steps;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    context_step step{
        .first_tokens = std::stoll(thresholds[i]) + (above ? 1 : 0),
        .rates = rates_of(inputs.at(i), csv.at("long_cached_input"), "", "", outputs.at(i))};
    step.rates.cache_write_5m = scaled(base.cache_write_5m, step.rates.input, base.input);
    step.rates.cache_write_1h = scaled(base.cache_write_1h, step.rates.input, base.input);
    steps.push_back(step);
  }
  return steps;
}

// Audio rates stand in the csv's notes; the rest of a row is text.
void add_audio(const std::string& model, token_rates& rates) {
  if (model == "gpt-audio") rates.audio_input = 32 * dollar, rates.audio_output = 64 * dollar;
  if (model == "gemini-3.1-flash-lite") rates.audio_input = 50 * cent;
  if (model == "gemini-2.5-flash") rates.audio_input = dollar;
  if (model == "gemini-2.5-flash-lite") rates.audio_input = 30 * cent;
}

void check_rates(const token_rates& given, const token_rates& expected) {
  BOOST_TEST(given.input == expected.input);
  BOOST_TEST(given.cached_input == expected.cached_input);
  BOOST_TEST(given.cache_write_5m == expected.cache_write_5m);
  BOOST_TEST(given.cache_write_1h == expected.cache_write_1h);
  BOOST_TEST(given.audio_input == expected.audio_input);
  BOOST_TEST(given.output == expected.output);
  BOOST_TEST(given.audio_output == expected.audio_output);
}

}  // namespace

BOOST_DATA_TEST_CASE(every_row_of_the_sources_is_in_the_file_exactly,
                     boost::unit_test::data::make(csv_rows()), csv) {
  const price& given = found(csv.at("model"));
  BOOST_TEST(given.model == csv.at("model"));
  BOOST_TEST(given.provider == csv.at("provider"));
  token_rates base =
      rates_of(csv.at("input"), csv.at("cached_input"), csv.at("cache_write_5m_or_default"),
               csv.at("cache_write_1h"), csv.at("output"));
  add_audio(csv.at("model"), base);
  check_rates(given.base, base);
  const auto steps = steps_of(csv);
  BOOST_TEST_REQUIRE(given.steps.size() == steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    BOOST_TEST(given.steps[i].first_tokens == steps[i].first_tokens);
    check_rates(given.steps[i].rates, steps[i].rates);
  }
  const auto count = [](const std::string& cell) { return cell.empty() ? 0 : std::stoll(cell); };
  BOOST_TEST(given.context_window_tokens == count(csv.at("context_window")));
  BOOST_TEST(given.output_tokens_max == count(csv.at("max_output_tokens")));
  BOOST_TEST(given.source_date == csv.at("source_date"));
  BOOST_TEST(!given.source.empty());
}

BOOST_AUTO_TEST_CASE(
    the_file_holds_no_model_without_a_row_but_a_snapshot_and_those_of_completions) {
  std::set<std::string> expected{"gpt-4o-2024-05-13", "gpt-3.5-turbo-instruct", "davinci-002"};
  for (const row& csv : csv_rows())
    expected.insert(csv.at("model"));
  std::set<std::string> given;
  for (const price& entry : shipped().prices())
    given.insert(entry.model);
  BOOST_TEST(given == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_rows_keep_the_ratios_that_the_sources_state) {
  for (const price& entry : shipped().prices()) {
    BOOST_TEST_CONTEXT(entry.model) {
      const token_rates& rates = entry.base;
      if (entry.provider == "anthropic") {
        BOOST_TEST(rates.cache_write_5m * 4 == rates.input * 5);
        BOOST_TEST(rates.cache_write_1h == rates.input * 2);
      } else if (entry.provider == "openai" && rates.cache_write_5m != rates.input) {
        BOOST_TEST(rates.cache_write_5m * 4 == rates.input * 5);
      }
      BOOST_TEST(rates.cached_input <= rates.input);
      for (const context_step& step : entry.steps) {
        BOOST_TEST(step.rates.input >= rates.input);
        BOOST_TEST(step.rates.output >= rates.output);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
