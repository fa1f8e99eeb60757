// Tested by tests/pricing/import/decimal_test.cpp.
#include "pricing/import/decimal.hpp"

#include <charconv>
#include <cstddef>
#include <system_error>

#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

// More places than this are noise of some float on the way.
constexpr int digits_max = 18;

struct digits_read {
  std::int64_t value = 0;
  int count = 0;    // of `value`, leading zeros not counted
  int dropped = 0;  // digits behind those that fit
  bool rounds_up = false;

  void take(char digit) noexcept {
    if (count < digits_max) {
      value = 10 * value + (digit - '0');
      if (value > 0) ++count;
      return;
    }
    if (dropped++ == 0) rounds_up = digit >= '5';
  }
};

std::optional<std::int64_t> shifted(std::int64_t value, int power) noexcept {
  for (; power > 0; --power) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
    if (value == 0) return 0;
  }
  std::int64_t last = 0;
  for (; power < 0 && (value > 0 || last > 0); ++power) {
    last = value % 10;
    value /= 10;
  }
  return power == 0 && last >= 5 ? value + 1 : value;
}

}  // namespace

std::optional<std::int64_t> scaled_decimal(std::string_view text, int power) noexcept {
  digits_read read;
  bool any = false;
  int places = 0;
  while (!text.empty() && is_digit(text.front())) {
    read.take(text.front());
    any = true;
    text.remove_prefix(1);
  }
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text.front())) {
      read.take(text.front());
      ++places;
      text.remove_prefix(1);
    }
    any = any && places > 0;
  }
  int exponent = 0;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || exponent < -100 || exponent > 100) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (!any || !text.empty()) return std::nullopt;
  return shifted(read.value + (read.rounds_up ? 1 : 0), exponent - places + read.dropped + power);
}

}  // namespace stint
