// The classes of code points that the pre-tokenizers tell apart, and the decoder that finds
// them in bytes. Pure functions over constant tables: safe from any thread. Unicode 16.0, as the
// references have it (rebuild.py in this folder says how that is known).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tokenizer/unicode/utf8.hpp"

namespace stint::tokenizer {

enum class char_class : std::uint8_t {
  other,        // whatever is not below: controls, format characters, unassigned
  upper,        // Lu, Lt
  lower,        // Ll
  letter,       // Lm, Lo: the patterns of o200k let them stand for either case
  mark,         // M
  number,       // N
  space,        // White_Space but for the two below
  newline,      // \r, \n
  punctuation,  // P, S, U+FFFD among them; only DeepSeek's pattern tells it from `other`
  end,          // no code point: the text is over
};

[[nodiscard]] char_class class_of(char32_t point) noexcept;
extern const std::array<char_class, 128> ascii_class;

// One code point as the pre-tokenizer sees it.
struct glyph {
  char_class kind = char_class::end;
  std::uint8_t bytes = 0;
};

// Of every code point of the Basic Multilingual Plane, for decode_valid.
extern const std::array<char_class, 1 << 16> basic_class;

// The code point at `at`, which is neither the end nor ASCII, of a text known to be UTF-8.
[[nodiscard]] inline glyph decode_valid(const std::uint8_t* at) noexcept {
  if (at[0] < 0xE0) return {basic_class[point_of_two(at)], 2};
  if (at[0] < 0xF0) return {basic_class[point_of_three(at)], 3};
  return {class_of(point_of_four(at)), 4};
}

// The same for any bytes: each maximal ill-formed subsequence is one U+FFFD; `truncated` is that of
// sequence_length.
[[nodiscard]] glyph decode_any(const std::uint8_t* at, const std::uint8_t* end,
                               bool& truncated) noexcept;

}  // namespace stint::tokenizer
