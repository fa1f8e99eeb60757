// Amounts and times as the commands show them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/wall_time.hpp"

namespace stint {

[[nodiscard]] std::string grouped(std::int64_t count);  // "1,234,567"
// In the unit of a cap: "$12.50" (exact, sign before the $), "1,234 tokens" → "1,234".
[[nodiscard]] std::string amount_in_unit(std::string_view unit, std::int64_t amount);
// "37%", rounded down; "-" for a limit of 0.
[[nodiscard]] std::string percent_of(std::int64_t part, std::int64_t whole);
// "3h 12min", "6d 4h", "never".
[[nodiscard]] std::string time_left(wall_time now, std::optional<wall_time> end);

// --from: "today", "yesterday", "month", a date or a time. --to, with which a date is meant to its
// end. UTC.
[[nodiscard]] std::optional<wall_time> first_moment(std::string_view word, wall_time now);
[[nodiscard]] std::optional<wall_time> end_moment(std::string_view word, wall_time now);

}  // namespace stint
