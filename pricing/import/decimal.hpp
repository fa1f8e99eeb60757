// Amounts as JSON writes them, with exponents, scaled in decimal: what went through a binary float is not the
// price that its owner wrote. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stint {

// "2.5e-06" with power 15 → 2'500'000'000: times ten to that power, halves away from zero. Nothing for
// what is no JSON number, is negative, or does not fit.
[[nodiscard]] std::optional<std::int64_t> scaled_decimal(std::string_view text, int power) noexcept;

}  // namespace stint
