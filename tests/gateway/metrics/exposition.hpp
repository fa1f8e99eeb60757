// Reads an exposition back as Prometheus does, for the tests of metrics.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "budgets/records/row.hpp"
#include "budgets/records/standing.hpp"
#include "gateway/metrics/metrics.hpp"

namespace stint {

// The samples of an exposition: "name{labels}" to the value as text.
inline std::map<std::string, std::string> samples_of(const std::string& exposition) {
  std::map<std::string, std::string> samples;
  std::istringstream lines(exposition);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.rfind(' ');
    BOOST_REQUIRE_MESSAGE(space != std::string::npos, "not a sample: " << line);
    const bool first = samples.emplace(line.substr(0, space), line.substr(space + 1)).second;
    BOOST_CHECK_MESSAGE(first, "series written twice: " << line);
  }
  return samples;
}

inline std::map<std::string, std::string> scrape(const metrics& from,
                                                 const std::vector<cap_standing>& standings = {}) {
  return samples_of(from.expose(standings, ledger_health{}));
}

// The sum of a whole family, as a 64-bit whole number.
inline std::int64_t sum_of(const std::map<std::string, std::string>& samples,
                           const std::string& family) {
  std::int64_t sum = 0;
  for (const auto& [series, value] : samples) {
    if (series != family && !series.starts_with(family + "{")) continue;
    BOOST_CHECK_MESSAGE(value.find_first_not_of("0123456789") == std::string::npos,
                        series << " is not written as a whole number: " << value);
    sum += std::atoll(value.c_str());
  }
  return sum;
}

inline std::size_t series_of(const std::map<std::string, std::string>& samples,
                             const std::string& family) {
  return static_cast<std::size_t>(std::ranges::count_if(
      samples, [&](const auto& sample) { return sample.first.starts_with(family + "{"); }));
}

inline ledger_row make_row(std::string tenant, std::string model = "gpt-4o") {
  ledger_row row;
  row.charged = {.tenant = std::move(tenant),
                 .feature = "search",
                 .key = "key_1",
                 .user = "",
                 .model = std::move(model),
                 .provider = "openai"};
  return row;
}

inline void commit(metrics& to, const ledger_row& row) {
  to.committed(std::span(&row, 1), {});
}

inline cap_standing make_standing(std::string scope) {
  cap_standing standing;
  standing.cap = "tenant-day";
  standing.scope = std::move(scope);
  standing.limit = 50 * nanodollars::per_dollar;
  standing.window.start = wall_time{std::chrono::hours(24)};
  standing.window.end = wall_time{std::chrono::hours(48)};
  return standing;
}

}  // namespace stint
