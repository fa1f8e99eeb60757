// A correct price file for the tests to change in one place.
#pragma once

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "pricing/price_file.hpp"

namespace stint::samples {

using mistakes = std::vector<config_mistake>;

// Line 8 is the entry that the cases below change.
inline const std::string correct = R"(version: "7"
updated: 2026-11-21
providers:
  openai: {tiers: {flex: 0.5, batch: 0.5, priority: 2}, web_search: 0.01}
  other: {}
prices:
  - {model: first, provider: other, input: 1, output: 2, source: page, source_date: 2026-11}
  - {model: second, provider: openai, input: 3, output: 4, source: page, source_date: 2026-11-21}
  - {model: dated, provider: other, until: 2026-12-01, input: 5, output: 6, source: page, source_date: 2026-11-21}
  - {model: dated, provider: other, from: 2026-12-01, input: 7, output: 8, source: page, source_date: 2026-11-21}
aliases:
  - {from: short, to: first}
  - {prefix: sim/}
)";

inline std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto place = text.find(what);
  BOOST_REQUIRE_MESSAGE(place != std::string::npos, "the sample has no: " << what);
  return text.replace(place, what.size(), by);
}

// The correct file with `fields` added to the entry on line 8.
inline std::string with_fields(const std::string& fields) {
  return replaced(correct, "model: second,", "model: second, " + fields + ",");
}

inline std::string shown(const mistakes& list) {
  std::string out;
  for (const auto& [line, message] : list)
    out += std::to_string(line) + ": " + message + '\n';
  return out;
}

}  // namespace stint::samples
