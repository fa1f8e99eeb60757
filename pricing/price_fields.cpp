// Tested by tests/pricing/price_file_test.cpp and price_file_mistakes_test.cpp.
#include "pricing/price_fields.hpp"

#include <algorithm>
#include <chrono>

#include "pricing/money.hpp"
#include "pricing/price_book.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/time_text.hpp"
#include "pricing/usage.hpp"

namespace stint {

namespace {

constexpr std::int64_t nanodollars_per_permille = nanodollars::per_dollar / 1000;

// The value of exactly `text.size()` digits; nothing when another character is among them.
std::optional<int> digits(std::string_view text) noexcept {
  int value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return text.empty() ? std::nullopt : std::optional{value};
}

// "01:30" → 90; hours up to `hours_max`.
std::optional<int> clock_minutes(std::string_view text, int hours_max) noexcept {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = digits(text.substr(0, 2));
  const auto minutes = digits(text.substr(3, 2));
  if (!hours || !minutes || *minutes > 59) return std::nullopt;
  const int total = *hours * 60 + *minutes;
  return total <= hours_max * 60 ? std::optional{total} : std::nullopt;
}

std::optional<std::int64_t> dollars_up_to(std::string_view text, std::int64_t limit) noexcept {
  const auto amount = parse_dollars(text);
  return amount && amount->count() <= limit ? std::optional{amount->count()} : std::nullopt;
}

}  // namespace

template <typename Parse>
auto price_fields::parsed(std::string_view key, presence needed, const std::string& form,
                          Parse parse) -> decltype(parse(std::string_view{})) {
  if (needed == presence::required) require(key, "expected " + form);
  const auto written = text(key);
  if (!written) return std::nullopt;
  auto value = parse(std::string_view{written->text});
  if (!value)
    mistake(*written, "expected " + form + ", found '" + shown_in_message(written->text) + "'");
  return value;
}

std::optional<std::string> price_fields::printable(std::string_view key, presence needed,
                                                   std::size_t bytes_max) {
  const std::string form = "1 to " + std::to_string(bytes_max) + " printable characters";
  return parsed(key, needed, form, [&](std::string_view text) -> std::optional<std::string> {
    if (text.empty() || text.size() > bytes_max ||
        std::any_of(text.begin(), text.end(), is_control))
      return std::nullopt;
    return std::string{text};
  });
}

std::optional<std::int64_t> price_fields::rate(std::string_view key, presence needed) {
  return parsed(key, needed, "dollars per million tokens up to 10_000, like 2.50",
                [](std::string_view text) { return dollars_up_to(text, rate_max); });
}

std::optional<std::int64_t> price_fields::search_fee(std::string_view key, presence needed) {
  return parsed(key, needed, "dollars per search up to 1, like 0.01", [](std::string_view text) {
    return dollars_up_to(text, web_search_nanodollars_max);
  });
}

std::optional<std::int64_t> price_fields::request_fee(std::string_view key, presence needed) {
  return parsed(key, needed, "dollars per request up to 0.2, like 0.005",
                [](std::string_view text) { return dollars_up_to(text, request_nanodollars_max); });
}

std::optional<std::int64_t> price_fields::multiplier_permille(std::string_view key,
                                                              presence needed) {
  const std::string form = "a factor above 0 and up to 10 with at most three decimals, like 0.5";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::int64_t> {
    const auto factor = dollars_up_to(text, multiplier_permille_max * nanodollars_per_permille);
    if (!factor || *factor == 0 || *factor % nanodollars_per_permille != 0) return std::nullopt;
    return *factor / nanodollars_per_permille;
  });
}

std::optional<std::int64_t> price_fields::token_count(std::string_view key, presence needed) {
  const std::string form = "a whole number of tokens from 1 to 1_000_000_000";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::int64_t> {
    if (text.find('.') != std::string_view::npos) return std::nullopt;
    const auto amount = parse_dollars(text);
    if (!amount) return std::nullopt;
    const std::int64_t count = amount->count() / nanodollars::per_dollar;
    return count >= 1 && count <= usage_count_max ? std::optional{count} : std::nullopt;
  });
}

std::optional<wall_time> price_fields::instant(std::string_view key, presence needed) {
  return parsed(key, needed, "a date or time in UTC, like 2026-12-01 or 2026-12-01T08:00:00Z",
                parse_iso_time);
}

std::optional<std::string> price_fields::date_or_month(std::string_view key, presence needed) {
  const std::string form = "the date of the source, like 2026-11-21 or 2026-11";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::string> {
    const std::string day = text.size() == 7 ? std::string{text} + "-01" : std::string{text};
    return parse_iso_date(day) ? std::optional{std::string{text}} : std::nullopt;
  });
}

std::optional<std::string> price_fields::date(std::string_view key, presence needed) {
  const std::string form = "a date, like 2026-11-21";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<std::string> {
    return parse_iso_date(text) ? std::optional{std::string{text}} : std::nullopt;
  });
}

std::optional<int> price_fields::minute_of_day(std::string_view key, presence needed) {
  return parsed(key, needed, "a time of day in UTC from \"00:00\" to \"24:00\"",
                [](std::string_view text) { return clock_minutes(text, 24); });
}

std::optional<int> price_fields::offset_minutes(std::string_view key, presence needed) {
  const std::string form = "an offset from UTC, like \"+08:00\"";
  return parsed(key, needed, form, [](std::string_view text) -> std::optional<int> {
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    const auto minutes = clock_minutes(text.substr(1), 14);
    if (!minutes) return std::nullopt;
    return text[0] == '-' ? -*minutes : *minutes;
  });
}

}  // namespace stint
