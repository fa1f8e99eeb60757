// One part of what a call was billed for. Most calls have a single leg; more where the provider ran
// several models for one answer, where an earlier attempt was billed too, or where a figure was
// corrected afterwards. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/money.hpp"
#include "pricing/price_book.hpp"
#include "pricing/usage.hpp"

namespace stint {

enum class leg_reason : std::uint8_t {
  answer,      // what the client was answered with
  attempt,     // an earlier attempt that its provider bills
  fallback,    // another model stood in within the provider's own call
  advisor,     // a model that the answering one asked for advice
  compaction,  // the provider summarised the conversation first
  correction   // told after the call was settled: the difference to what was charged
};
[[nodiscard]] std::string_view to_string(leg_reason why) noexcept;

// What was used is negative only in a correction.
struct leg {
  leg_reason why = leg_reason::answer;
  std::string model;  // as served
  std::string provider;
  service_tier tier = service_tier::standard;
  usage used;
  nanodollars cost;
  std::string price_version;
  bool operator==(const leg&) const = default;
};

// What more there would be is added to the last.
inline constexpr std::size_t legs_max = 8;

}  // namespace stint
