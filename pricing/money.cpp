// Tested by tests/pricing/money_test.cpp.
#include "pricing/money.hpp"

#include <cstddef>

#include "pricing/invariant.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {

constexpr int decimal_places = 9;

// An underscore may only stand between two digits: "1_000", not "_1", "1__0" or "1_.5".
bool underscores_separate_digits(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    const bool after_digit = i > 0 && is_digit(text[i - 1]);
    const bool before_digit = i + 1 < text.size() && is_digit(text[i + 1]);
    if (!after_digit || !before_digit) return false;
  }
  return true;
}

// Appends the digits of text to value; false when a character is neither digit nor underscore, or
// value would overflow.
bool append_digits(std::string_view text, std::int64_t& value) noexcept {
  for (const char c : text) {
    if (c == '_') continue;
    if (!is_digit(c)) return false;
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return false;
    if (__builtin_add_overflow(value, std::int64_t{c - '0'}, &value)) return false;
  }
  return true;
}

}  // namespace

nanodollars& nanodollars::operator+=(nanodollars other) noexcept {
  const bool overflow = __builtin_add_overflow(count_, other.count_, &count_);
  invariant(!overflow, "a sum of money overflowed");
  return *this;
}

nanodollars& nanodollars::operator-=(nanodollars other) noexcept {
  const bool overflow = __builtin_sub_overflow(count_, other.count_, &count_);
  invariant(!overflow, "a difference of money overflowed");
  return *this;
}

std::optional<nanodollars> parse_dollars(std::string_view text) noexcept {
  if (!underscores_separate_digits(text)) return std::nullopt;
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty()) return std::nullopt;
  if (whole.size() > 1 && whole[0] == '0') return std::nullopt;

  std::int64_t count = 0;
  if (!append_digits(whole, count)) return std::nullopt;

  int places = 0;
  if (point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
    for (const char c : fraction)
      places += c == '_' ? 0 : 1;
    if (places > decimal_places) return std::nullopt;
    if (!append_digits(fraction, count)) return std::nullopt;
  }
  for (; places < decimal_places; ++places) {
    if (__builtin_mul_overflow(count, std::int64_t{10}, &count)) return std::nullopt;
  }
  return nanodollars{count};
}

std::string to_dollars(nanodollars amount) {
  // Through unsigned, because the smallest 64-bit integer has no positive twin.
  const bool negative = amount.count() < 0;
  const auto bits = static_cast<std::uint64_t>(amount.count());
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  constexpr auto per_dollar = static_cast<std::uint64_t>(nanodollars::per_dollar);

  std::string fraction = std::to_string(magnitude % per_dollar);
  fraction.insert(0, decimal_places - fraction.size(), '0');
  while (fraction.size() > 2 && fraction.back() == '0')
    fraction.pop_back();
  return (negative ? "-" : "") + std::to_string(magnitude / per_dollar) + '.' + fraction;
}

}  // namespace stint
