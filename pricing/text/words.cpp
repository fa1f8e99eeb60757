// Tested by tests/pricing/text/words_test.cpp.
#include "pricing/text/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

struct suffix {
  std::string_view text;
  std::int64_t factor;
};

constexpr std::array<suffix, 4> count_suffixes = {
    {{"k", 1'000}, {"M", 1'000'000}, {"G", 1'000'000'000}, {"", 1}}};
constexpr std::array<suffix, 4> byte_suffixes = {
    {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"", 1}}};
constexpr std::array<suffix, 5> duration_suffixes = {
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

// Digits with single underscores between them, times `factor`; nothing on overflow.
std::optional<std::int64_t> scaled_digits(std::string_view digits, std::int64_t factor) noexcept {
  if (digits.empty() || !is_digit(digits.front()) || !is_digit(digits.back())) return std::nullopt;
  std::int64_t value = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == '_' && digits[i - 1] != '_') continue;
    if (!is_digit(digits[i])) return std::nullopt;
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, digits[i] - '0', &value)) return std::nullopt;
  }
  if (__builtin_mul_overflow(value, factor, &value)) return std::nullopt;
  return value;
}

// "1.5M": the places after the point must come out whole, so that nothing is ever rounded.
std::optional<std::int64_t> scaled_decimal(std::string_view text, std::int64_t factor) noexcept {
  const auto point = text.find('.');
  if (point == std::string_view::npos) return scaled_digits(text, factor);
  const auto whole = scaled_digits(text.substr(0, point), factor);
  const auto places = text.substr(point + 1);
  if (!whole || places.empty()) return std::nullopt;
  std::int64_t sum = *whole;
  std::int64_t step = factor;
  for (const char c : places) {
    if (!is_digit(c)) return std::nullopt;
    if (step % 10 != 0) return std::nullopt;
    step /= 10;
    if (__builtin_add_overflow(sum, (c - '0') * step, &sum)) return std::nullopt;
  }
  return sum;
}

std::optional<std::int64_t> with_suffix(std::string_view text,
                                        std::span<const suffix> suffixes) noexcept {
  const auto end = std::find_if(text.begin(), text.end(),
                                [](char c) { return !is_digit(c) && c != '_' && c != '.'; });
  const auto number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  const auto unit = text.substr(number.size());
  for (const auto& known : suffixes) {
    if (unit == known.text) return scaled_decimal(number, known.factor);
  }
  return std::nullopt;
}

// Optimal string alignment: the number of single slips between two words. Words are short (keys,
// zones), so the quadratic table is small; anything longer is not a slip.
std::size_t slips_between(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      auto best = std::min(table[i - 1][j] + 1, table[i][j - 1] + 1);
      best = std::min(best, table[i - 1][j - 1] + changed);
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) best = std::min(best, table[i - 2][j - 2] + 1);
      table[i][j] = best;
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::optional<std::int64_t> parse_count(std::string_view text) noexcept {
  return with_suffix(text, count_suffixes);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) noexcept {
  return with_suffix(text, byte_suffixes);
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) noexcept {
  return with_suffix(text, duration_suffixes);
}

std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> known) {
  constexpr std::size_t longest = 64;
  if (word.size() > longest) return std::nullopt;
  // Another number is not a misspelt one.
  if (!word.empty() && is_digit(word.front())) return std::nullopt;
  // One slip for every three letters: "ternant" is near "tenant", "foo" is not near "per".
  const std::size_t most = std::clamp<std::size_t>(word.size() / 3, 1, 3);
  std::optional<std::string> nearest;
  std::size_t fewest = most + 1;
  for (const auto& candidate : known) {
    if (candidate.size() > longest) continue;
    const std::size_t slips = slips_between(word, candidate);
    if (slips >= fewest) continue;
    fewest = slips;
    nearest = candidate;
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const auto nearest = nearest_word(word, known);
  return nearest ? " (did you mean " + *nearest + "?)" : std::string{};
}

std::string list_choices(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

}  // namespace stint
