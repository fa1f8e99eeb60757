// Where the characters of a UTF-8 text begin and end, and whether they are such. (Of a request's body
// that is simdjson's to say.) Pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stint {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// One of the bytes of a character after its first.
[[nodiscard]] constexpr bool continues_character(char c) noexcept {
  return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U;
}

// The bytes of the well-formed sequence at the start of `text` (Unicode 15, table 3-7); 0 when
// there is none.
[[nodiscard]] constexpr std::size_t character_bytes(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && at(i) >= low && at(i) <= high;
  };
  if (text.empty()) return 0;
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;  // nothing above U+10FFFF
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// The bytes before the first that belongs to no character.
[[nodiscard]] constexpr std::size_t well_formed_bytes(std::string_view text) noexcept {
  std::size_t good = 0;
  while (good < text.size()) {
    const std::size_t length = character_bytes(text.substr(good));
    if (length == 0) break;
    good += length;
  }
  return good;
}
[[nodiscard]] constexpr bool is_utf8(std::string_view text) noexcept {
  return well_formed_bytes(text) == text.size();
}

// The same text with U+FFFD in place of each byte that belongs to no character. What stands around
// such a byte stays: a JSON text is still one.
[[nodiscard]] inline std::string with_utf8_alone(std::string text) {
  std::size_t good = well_formed_bytes(text);
  if (good == text.size()) return text;
  std::string mended;
  std::string_view rest = text;
  while (true) {
    mended += rest.substr(0, good);
    rest.remove_prefix(good);
    if (rest.empty()) return mended;
    mended += replacement_character;
    rest.remove_prefix(1);
    good = well_formed_bytes(rest);
  }
}

// The last place at or before `at` that is not within a character; and the first at or after it.
[[nodiscard]] constexpr std::size_t boundary_before(std::string_view text,
                                                    std::size_t at) noexcept {
  if (at >= text.size()) return text.size();
  while (at > 0 && continues_character(text[at]))
    --at;
  return at;
}
[[nodiscard]] constexpr std::size_t boundary_after(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return text.size();
  while (at < text.size() && continues_character(text[at]))
    ++at;
  return at;
}

[[nodiscard]] constexpr std::size_t characters(std::string_view text) noexcept {
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_character));
}

}  // namespace stint
