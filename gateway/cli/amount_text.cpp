// Tested by tests/gateway/cli/amount_text_test.cpp.
#include "gateway/cli/amount_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>

#include "pricing/money.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

std::string group_digits(std::string_view digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// |count| without overflow for the smallest integer, which no amount reaches.
std::int64_t magnitude(std::int64_t count) {
  return count < 0 ? -std::max(count, -std::numeric_limits<std::int64_t>::max()) : count;
}

}  // namespace

std::string grouped(std::int64_t count) {
  return (count < 0 ? "-" : "") + group_digits(std::to_string(magnitude(count)));
}

std::string amount_in_unit(std::string_view unit, std::int64_t amount) {
  if (unit != "usd") return grouped(amount);
  const auto dollars = to_dollars(nanodollars(magnitude(amount)));
  const auto point = std::min(dollars.find('.'), dollars.size());
  return (amount < 0 ? "-$" : "$") + group_digits(std::string_view(dollars).substr(0, point)) +
         dollars.substr(point);
}

std::string percent_of(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "-";
  __extension__ using wide = __int128;
  return std::to_string(static_cast<std::int64_t>(static_cast<wide>(part) * 100 / whole)) + "%";
}

std::string time_left(wall_time now, std::optional<wall_time> end) {
  if (!end) return "never";
  const auto seconds =
      std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(*end - now).count());
  const auto text = [](std::int64_t count, const char* unit) {
    return std::to_string(count) + unit;
  };
  if (seconds < 60) return text(seconds, "s");
  const auto minutes = seconds / 60;
  if (minutes < 60) return text(minutes, "min");
  const auto hours = minutes / 60;
  if (hours < 48) return text(hours, "h ") + text(minutes % 60, "min");
  return text(hours / 24, "d ") + text(hours % 24, "h");
}

std::optional<wall_time> first_moment(std::string_view word, wall_time now) {
  if (word == "today") return start_of_day(now);
  if (word == "yesterday") return start_of_day(now) - std::chrono::days(1);
  if (word == "month") return start_of_month(now);
  return parse_iso_time(word);
}

std::optional<wall_time> end_moment(std::string_view word, wall_time now) {
  if (word == "now") return now;
  if (word == "today") return start_of_day(now) + std::chrono::days(1);
  if (word == "yesterday") return start_of_day(now);
  if (const auto day = parse_iso_date(word)) return *day + std::chrono::days(1);
  return parse_iso_time(word);
}

}  // namespace stint
