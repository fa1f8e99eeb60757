// Tested by tests/budgets/records/cap_test.cpp.
#include "budgets/records/cap.hpp"

#include <array>

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

std::optional<cap_unit> parse_cap_unit(std::string_view word) noexcept {
  for (std::size_t i = 0; i < unit_words.size(); ++i) {
    if (unit_words[i] == word) return static_cast<cap_unit>(i);
  }
  return std::nullopt;
}

bool cap::selects(const attribution& charged) const noexcept {
  for (const auto& [where, pattern] : match) {
    if (!glob_match(pattern, charged.at(where))) return false;
  }
  return tenants == nullptr || tenants->zone_of(charged.tenant) == zone_name;
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
