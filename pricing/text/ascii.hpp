// Letters, digits and blanks of ASCII, whatever the process's locale says. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stint {

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr bool is_letter_or_digit(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Neither blank, nor control character, nor beyond ASCII.
[[nodiscard]] constexpr bool is_visible(char c) noexcept {
  return c > ' ' && c < 0x7F;
}

[[nodiscard]] constexpr bool is_control(char c) noexcept {
  return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F;
}

[[nodiscard]] constexpr char to_lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view text,
                                                  std::string_view lower_case) noexcept {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (to_lower_case(text[i]) != lower_case[i]) return false;
  }
  return true;
}

[[nodiscard]] constexpr bool begins_ignoring_case(std::string_view text,
                                                  std::string_view lower_case) noexcept {
  return equals_ignoring_case(text.substr(0, lower_case.size()), lower_case);
}

// Spaces and tabs: OWS of RFC 9110 §5.6.3.
[[nodiscard]] constexpr std::string_view without_surrounding_space(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  return text;
}

}  // namespace stint
