// Tested by tests/pricing/time_text_test.cpp.
#include "pricing/time_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

namespace chrono = std::chrono;

std::string padded(unsigned value, std::size_t width) {
  auto text = std::to_string(value);
  return std::string(width > text.size() ? width - text.size() : 0, '0') + text;
}

// Takes exactly `width` digits off the front.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t width) noexcept {
  if (text.size() < width) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, width)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char expected) noexcept {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

// Takes "2026-11-01" off the front.
std::optional<chrono::sys_days> take_date(std::string_view& text) noexcept {
  const auto year = take_digits(text, 4);
  const bool first_dash = take(text, '-');
  const auto month = take_digits(text, 2);
  const bool second_dash = take(text, '-');
  const auto day = take_digits(text, 2);
  if (!year || !month || !day || !first_dash || !second_dash) return std::nullopt;
  const chrono::year_month_day date{chrono::year(static_cast<int>(*year)), chrono::month(*month),
                                    chrono::day(*day)};
  if (!date.ok() || *year < 1970) return std::nullopt;
  return chrono::sys_days(date);
}

// ":SS[.fraction]", as microseconds; nothing when it is malformed.
std::optional<chrono::microseconds> take_seconds(std::string_view& text) noexcept {
  chrono::microseconds sum{};
  if (!take(text, ':')) return sum;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 59) return std::nullopt;
  sum = chrono::seconds(*seconds);
  if (!take(text, '.')) return sum;
  std::int64_t step = 100'000;
  bool any = false;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
    if (step == 0) return std::nullopt;
    sum += chrono::microseconds((text.front() - '0') * step);
    step /= 10;
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

}  // namespace

std::string to_http_date(wall_time at) {
  constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date{day};
  const auto second = static_cast<unsigned>(chrono::floor<chrono::seconds>(at - day).count());
  std::string text(weekdays[chrono::weekday{day}.c_encoding()]);
  text += ", " + padded(unsigned{date.day()}, 2) + " ";
  text += months[unsigned{date.month()} - 1];
  text += " " + padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + " ";
  text +=
      padded(second / 3'600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2);
  return text + " GMT";
}

std::string to_iso_date(wall_time at) {
  const chrono::year_month_day date(chrono::floor<chrono::days>(at));
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" +
         padded(static_cast<unsigned>(date.day()), 2);
}

std::string to_iso_time(wall_time at) {
  const chrono::hh_mm_ss clock(
      chrono::floor<chrono::milliseconds>(at - chrono::floor<chrono::days>(at)));
  auto text = to_iso_date(at) + "T" + padded(static_cast<unsigned>(clock.hours().count()), 2) +
              ":" + padded(static_cast<unsigned>(clock.minutes().count()), 2) + ":" +
              padded(static_cast<unsigned>(clock.seconds().count()), 2);
  const auto milliseconds = clock.subseconds().count();
  if (milliseconds > 0) text += "." + padded(static_cast<unsigned>(milliseconds), 3);
  return text + "Z";
}

std::optional<chrono::sys_days> parse_iso_date(std::string_view text) noexcept {
  const auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::optional<wall_time> parse_iso_time(std::string_view text) noexcept {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  const wall_time midnight{*date};
  if (text.empty()) return midnight;
  if (!take(text, 'T')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  const bool colon = take(text, ':');
  const auto minute = take_digits(text, 2);
  if (!hour || !minute || !colon || *hour > 23 || *minute > 59) return std::nullopt;
  const auto seconds = take_seconds(text);
  if (!seconds || text != "Z") return std::nullopt;
  return midnight + chrono::hours(*hour) + chrono::minutes(*minute) + *seconds;
}

wall_time start_of_day(wall_time at) noexcept {
  return chrono::floor<chrono::days>(at);
}

wall_time start_of_month(wall_time at) noexcept {
  const chrono::year_month_day date(chrono::floor<chrono::days>(at));
  return chrono::sys_days(date.year() / date.month() / 1);
}

}  // namespace stint
