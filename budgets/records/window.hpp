// Calendar windows in an IANA time zone, and rolling ones. A window is the half-open interval
// [start, end) of absolute time; local midnights are resolved by the zone's own rules, so a day may
// have 23, 24 or 25 hours. Changes of the clocks are known as far as the tz database lists them,
// which is to the end of 2037.
//
// A rolling window of a given length moves in steps: calls are counted in buckets of one step each,
// and the window is the present bucket with all earlier ones that lie within the length, the oldest
// counted whole although only a part of it does. So no interval of the stated length, wherever it
// begins, ever holds more than the limit; usage leaves at most two steps after the length is over.
//
// Pure functions of time and zone; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pricing/wall_time.hpp"

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
  forever,
  rolling
};
[[nodiscard]] std::string_view to_string(window_kind kind) noexcept;
[[nodiscard]] std::optional<window_kind> parse_window_kind(std::string_view word) noexcept;

struct window_rule {
  window_kind kind = window_kind::day;
  const date::time_zone* zone = nullptr;  // null: UTC
  int first_weekday = 1;                  // ISO: 1 Monday … 7 Sunday; the start of a week
  int first_day_of_month = 1;   // 1 … 28; the start of a month (and of quarter and year)
  int first_month_of_year = 1;  // 1 … 12
  // Of a rolling window: 1 minute … 366 days; 0 of all others.
  std::chrono::seconds length{};
};

inline constexpr std::chrono::seconds rolling_length_least = std::chrono::minutes{1};
inline constexpr std::chrono::seconds rolling_length_most = std::chrono::days{366};

// The step of a rolling window of this length: the longest round one that is at most 1/24 of it. 2
// s for a minute, 2 min for an hour, 1 h for a day, 6 h for 7 days, a day for 30.
[[nodiscard]] std::chrono::seconds rolling_step(std::chrono::seconds length) noexcept;
// From the start of a rolling window's oldest bucket to that of its present one: the length,
// rounded up to whole steps. At most 60 of them.
[[nodiscard]] std::chrono::seconds rolling_reach(std::chrono::seconds length) noexcept;

struct window {
  wall_time start{};             // forever and request: the epoch
  std::optional<wall_time> end;  // nothing for forever and request: they never reset
  bool operator==(const window&) const = default;
};

// The window that contains `at`; the latest that does if it is a rolling one.
[[nodiscard]] window window_at(const window_rule& rule, wall_time at);

// Under which the usage of a call admitted at `at` is counted on disk: the start of its window, or
// of its bucket where the window is a rolling one.
[[nodiscard]] wall_time counter_start(const window_rule& rule, wall_time at);

// "day"; "rolling 24h".
[[nodiscard]] std::string describe_window(const window_rule& rule);
// A whole number of the largest unit that fits: "90s", "15m", "24h", "7d".
[[nodiscard]] std::string duration_text(std::chrono::seconds length);

// Throws std::runtime_error naming the zone when it is not in the machine's tz database. Start-up
// only.
[[nodiscard]] const date::time_zone* find_zone(const std::string& iana_name);

}  // namespace stint
