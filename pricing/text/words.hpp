// The small words of the configuration: counts like "200_000" and "5M", sizes like "32MiB",
// durations like "30s", and the nearest known word to a misspelt one. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stint {

// Whole numbers, exactly: "200_000", "10k", "5M", "1.5M", "2G". Nothing when it is not one, has a
// sign, or does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_count(std::string_view text) noexcept;

// "65536", "64KiB", "32MiB", "1GiB": bytes.
[[nodiscard]] std::optional<std::int64_t> parse_bytes(std::string_view text) noexcept;

// "250ms", "30s", "5m", "24h", "7d": milliseconds. A bare number is refused: its unit would be a
// guess.
[[nodiscard]] std::optional<std::int64_t> parse_duration_ms(std::string_view text) noexcept;

// "8080": 1 to 65535, digits only. Boost.URL 1.81 reads a port that is too large modulo 65536.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text) noexcept;

// The known word that differs by the fewest typing slips (a letter added, lost, changed or
// swapped), when that is close.
[[nodiscard]] std::optional<std::string> nearest_word(std::string_view word,
                                                      std::span<const std::string> known);

// " (did you mean tenant?)", or nothing when no word is near.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known);

// "a", "a or b", "a, b or c"
[[nodiscard]] std::string list_choices(std::span<const std::string> words);

}  // namespace stint
