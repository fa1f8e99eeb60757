// Calendar windows in an IANA time zone. A window is the half-open interval [start, end) of
// absolute time; local midnights are resolved by the zone's own rules, so a day may have 23, 24 or
// 25 hours. Pure functions of time and zone; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/price_book.hpp"

namespace date {
class time_zone;
}

namespace stint {

enum class window_kind : std::uint8_t {
  request,
  minute,
  hour,
  day,
  week,
  month,
  quarter,
  year,
  forever
};
[[nodiscard]] std::string_view to_string(window_kind kind) noexcept;
[[nodiscard]] std::optional<window_kind> parse_window_kind(std::string_view word) noexcept;

struct window_rule {
  window_kind kind = window_kind::day;
  const date::time_zone* zone = nullptr;  // null: UTC
  int first_weekday = 1;                  // ISO: 1 Monday … 7 Sunday; the start of a week
  int first_day_of_month = 1;   // 1 … 28; the start of a month (and of quarter and year)
  int first_month_of_year = 1;  // 1 … 12
};

struct window {
  wall_time start{};             // forever and request: the epoch
  std::optional<wall_time> end;  // nothing for forever and request: they never reset
  bool operator==(const window&) const = default;
};

// The window that contains `at`.
[[nodiscard]] window window_at(const window_rule& rule, wall_time at);

// Throws std::runtime_error naming the zone when it is not in the machine's tz database. Start-up
// only.
[[nodiscard]] const date::time_zone* find_zone(const std::string& iana_name);

}  // namespace stint
