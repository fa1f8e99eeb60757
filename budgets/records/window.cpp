// Tested by tests/budgets/records/window_test.cpp, and against Python's zoneinfo by
// tests/budgets/records/window_oracle.py.
#include "budgets/records/window.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <utility>

#include <date/date.h>
#include <date/tz.h>

namespace stint {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 10> kind_words = {
    "request", "minute", "hour", "day", "week", "month", "quarter", "year", "forever", "rolling"};

// What people count in.
constexpr std::array<seconds, 24> round_steps = {
    seconds{1},          seconds{2},          seconds{5},           seconds{10},
    seconds{15},         seconds{30},         seconds{60},          seconds{120},
    seconds{300},        seconds{600},        seconds{900},         seconds{1'800},
    seconds{3'600},      seconds{7'200},      seconds{10'800},      seconds{21'600},
    seconds{43'200},     seconds{86'400},     seconds{2 * 86'400},  seconds{3 * 86'400},
    seconds{5 * 86'400}, seconds{7 * 86'400}, seconds{10 * 86'400}, seconds{14 * 86'400}};

[[nodiscard]] date::sys_info info_at(const date::time_zone* zone, date::sys_seconds at) {
  if (zone != nullptr) return zone->get_info(at);
  date::sys_info utc;
  utc.begin = date::sys_days{date::year::min() / 1 / 1};
  utc.end = date::sys_days{date::year::max() / 12 / 31};
  utc.offset = seconds{0};
  return utc;
}

[[nodiscard]] date::sys_seconds as_sys(date::local_seconds local, seconds offset) {
  return date::sys_seconds{local.time_since_epoch() - offset};
}

[[nodiscard]] date::local_seconds as_local(date::sys_seconds at, seconds offset) {
  return date::local_seconds{at.time_since_epoch() + offset};
}

// A day starts at the first instant of its local date. Where midnight is skipped (clocks go forward
// at 00:00) that is the moment of the change; where it comes twice, the first of the two.
[[nodiscard]] date::sys_seconds first_instant(const date::time_zone* zone, date::local_days day) {
  const date::local_seconds midnight{day};
  if (zone == nullptr) return as_sys(midnight, seconds{0});
  const date::local_info info = zone->get_info(midnight);
  if (info.result == date::local_info::nonexistent) return info.second.begin;
  return as_sys(midnight, info.first.offset);
}

// The date whose day `at` lies in. It is the local date, except when clocks went back across
// midnight: the repeated hour before midnight is the new day's, which has begun already and must
// not end again.
[[nodiscard]] date::local_days day_of(const date::time_zone* zone, date::sys_seconds at) {
  const auto day = date::floor<date::days>(as_local(at, info_at(zone, at).offset));
  const auto next = day + date::days{1};
  return first_instant(zone, next) <= at ? next : day;
}

// A change of the clocks that is not by whole steps (Lord Howe: 30 minutes) ends one window and
// starts the next, so that windows never overlap; a record of the zone that keeps the offset is no
// change.
[[nodiscard]] window step_window(const date::time_zone* zone, date::sys_seconds at, seconds step) {
  const date::sys_info info = info_at(zone, at);
  const seconds local = as_local(at, info.offset).time_since_epoch();
  const auto into = ((local % step) + step) % step;
  date::sys_seconds start = at - into;
  date::sys_seconds end = start + step;
  if (start < info.begin && info_at(zone, info.begin - seconds{1}).offset != info.offset) {
    start = info.begin;
  }
  if (end > info.end && info_at(zone, info.end).offset != info.offset) end = info.end;
  return {.start = start, .end = end};
}

[[nodiscard]] window span_of(const date::time_zone* zone, date::local_days from,
                             date::local_days until) {
  return {.start = first_instant(zone, from), .end = first_instant(zone, until)};
}

[[nodiscard]] window week_window(const window_rule& rule, date::local_days day) {
  const auto today = static_cast<int>(date::weekday{day}.iso_encoding());
  const auto start = day - date::days{(today - rule.first_weekday + 7) % 7};
  return span_of(rule.zone, start, start + date::days{7});
}

// Months counted from year 0; a month starts on rule.first_day_of_month, and a longer period on a
// month that is a whole number of periods after rule.first_month_of_year.
[[nodiscard]] window months_window(const window_rule& rule, date::local_days day, int length) {
  const date::year_month_day civil{day};
  int month = static_cast<int>(civil.year()) * 12 + static_cast<int>(unsigned{civil.month()}) - 1;
  if (static_cast<int>(unsigned{civil.day()}) < rule.first_day_of_month) --month;
  month -= (((month - (rule.first_month_of_year - 1)) % length) + length) % length;
  const auto first_day = [&](int count) {
    const int year = (count - ((count % 12) + 12) % 12) / 12;
    return date::local_days{date::year{year} /
                            date::month{static_cast<unsigned>(count - year * 12 + 1)} /
                            date::day{static_cast<unsigned>(rule.first_day_of_month)}};
  };
  return span_of(rule.zone, first_day(month), first_day(month + length));
}

// Buckets lie on whole steps since the epoch.
[[nodiscard]] window rolling_window(seconds length, date::sys_seconds at) {
  const seconds step = rolling_step(length);
  const seconds into = ((at.time_since_epoch() % step) + step) % step;
  const date::sys_seconds bucket = at - into;
  return {.start = bucket - rolling_reach(length), .end = bucket + step};
}

}  // namespace

std::string_view to_string(window_kind kind) noexcept {
  return kind_words[static_cast<std::size_t>(kind)];
}

std::optional<window_kind> parse_window_kind(std::string_view word) noexcept {
  for (std::size_t i = 0; i < kind_words.size(); ++i) {
    if (kind_words[i] == word) return static_cast<window_kind>(i);
  }
  return std::nullopt;
}

window window_at(const window_rule& rule, wall_time at) {
  const auto second = date::floor<seconds>(at);
  switch (rule.kind) {
    case window_kind::request:
    case window_kind::forever:
      return {};
    case window_kind::minute:
      return step_window(rule.zone, second, std::chrono::minutes{1});
    case window_kind::hour:
      return step_window(rule.zone, second, std::chrono::hours{1});
    case window_kind::day: {
      const auto day = day_of(rule.zone, second);
      return span_of(rule.zone, day, day + date::days{1});
    }
    case window_kind::week:
      return week_window(rule, day_of(rule.zone, second));
    case window_kind::month:
      return months_window(rule, day_of(rule.zone, second), 1);
    case window_kind::quarter:
      return months_window(rule, day_of(rule.zone, second), 3);
    case window_kind::year:
      return months_window(rule, day_of(rule.zone, second), 12);
    case window_kind::rolling:
      return rolling_window(rule.length, second);
  }
  __builtin_unreachable();
}

seconds rolling_step(seconds length) noexcept {
  seconds chosen = round_steps.front();
  for (const seconds each : round_steps) {
    if (each * 24 <= length) chosen = each;
  }
  return chosen;
}

seconds rolling_reach(seconds length) noexcept {
  const seconds step = rolling_step(length);
  return (length + step - seconds{1}) / step * step;
}

wall_time counter_start(const window_rule& rule, wall_time at) {
  const window found = window_at(rule, at);
  if (rule.kind != window_kind::rolling) return found.start;
  return found.start + rolling_reach(rule.length);
}

std::string duration_text(seconds length) {
  constexpr std::array<std::pair<std::int64_t, char>, 3> units = {
      {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}}};
  for (const auto& [unit, letter] : units) {
    // A day is called 24h, as people write it.
    if (length.count() % unit != 0 || length.count() < unit) continue;
    if (letter == 'd' && length.count() == unit) continue;
    return std::to_string(length.count() / unit) + letter;
  }
  return std::to_string(length.count()) + "s";
}

std::string describe_window(const window_rule& rule) {
  std::string text(to_string(rule.kind));
  if (rule.kind == window_kind::rolling) text += " " + duration_text(rule.length);
  return text;
}

const date::time_zone* find_zone(const std::string& iana_name) {
  const date::time_zone* found = nullptr;
  try {
    found = date::locate_zone(iana_name);
  } catch (const std::runtime_error&) {
    throw std::runtime_error("unknown time zone \"" + iana_name +
                             "\": not in this machine's tz database; write an IANA name such as "
                             "\"Europe/Berlin\" or \"UTC\"");
  }
  // Its file is read with the first use, which must not be on a thread where nothing may throw.
  try {
    (void)found->get_info(date::sys_seconds{});
  } catch (const std::exception& unreadable) {
    throw std::runtime_error("time zone \"" + iana_name +
                             "\": its file in this machine's tz database cannot be read (" +
                             unreadable.what() + "); reinstall the package tzdata");
  }
  return found;
}

}  // namespace stint
