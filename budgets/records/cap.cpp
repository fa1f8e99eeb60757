// Tested by tests/budgets/records/cap_test.cpp.
#include "budgets/records/cap.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "budgets/records/checked_sum.hpp"
#include "pricing/text/glob.hpp"

namespace stint {
namespace {

constexpr std::array<std::string_view, 5> unit_words = {"tokens", "input_tokens", "output_tokens",
                                                        "usd", "requests"};

}  // namespace

std::string_view to_string(cap_unit unit) noexcept {
  return unit_words[static_cast<std::size_t>(unit)];
}

bool cap::selects(const attribution& charged) const noexcept {
  if (!except_provider.empty() && charged.provider == except_provider) return false;
  for (const auto& [where, pattern] : match) {
    if (!glob_match(pattern, charged.at(where))) return false;
  }
  return tenants == nullptr || tenants->zone_of(charged.tenant) == zone_name;
}

bool cap::asks_for(dimension what) const noexcept {
  return std::ranges::find(per, what) != per.end() ||
         std::ranges::find(match, what, &std::pair<dimension, std::string>::first) != match.end();
}

std::int64_t amounts::in(cap_unit unit) const noexcept {
  switch (unit) {
    case cap_unit::tokens:
      return checked_sum(input_tokens, output_tokens);
    case cap_unit::input_tokens:
      return input_tokens;
    case cap_unit::output_tokens:
      return output_tokens;
    case cap_unit::usd:
      return cost.count();
    case cap_unit::requests:
      return requests;
  }
  __builtin_unreachable();
}

}  // namespace stint
