// Money is a checked 64-bit count of nano-dollars. There is no floating point anywhere in an
// amount: sums are exact, and an overflow ends the process, because for accounting a crash is
// better than a wrong figure. Thread-safe: plain values. Tested by tests/pricing/money_test.cpp.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stint {

class nanodollars {
 public:
  static constexpr std::int64_t per_dollar = 1'000'000'000;

  constexpr nanodollars() noexcept = default;
  constexpr explicit nanodollars(std::int64_t count) noexcept : count_(count) {}

  [[nodiscard]] constexpr std::int64_t count() const noexcept { return count_; }
  constexpr auto operator<=>(const nanodollars&) const noexcept = default;

  nanodollars& operator+=(nanodollars other) noexcept;
  nanodollars& operator-=(nanodollars other) noexcept;
  friend nanodollars operator+(nanodollars a, nanodollars b) noexcept { return a += b; }
  friend nanodollars operator-(nanodollars a, nanodollars b) noexcept { return a -= b; }

 private:
  std::int64_t count_ = 0;
};

// "12", "0.000000001", "1_000.50" in dollars, exactly; nothing when it is not a plain decimal, has
// more than nine places, or does not fit. No sign, no exponent, no leading zeros (YAML 1.1 reads
// 010 as eight), underscores only between digits.
[[nodiscard]] std::optional<nanodollars> parse_dollars(std::string_view text) noexcept;

// Exact decimal dollars without trailing zeros beyond the cent: "0.00", "1.50", "0.000012345",
// "-2.00".
[[nodiscard]] std::string to_dollars(nanodollars amount);

}  // namespace stint
