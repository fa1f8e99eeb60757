// The classes of code points that the pre-tokenizers tell apart, and the decoder that finds
// them in bytes. Pure functions over constant tables: safe from any thread. Unicode 16.0, as the
// references have it (unicode/rebuild.py says how that is known).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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
  const std::uint32_t first = at[0];
  const std::uint32_t second = at[1] & 0x3FU;
  if (first < 0xE0) return {basic_class[(first & 0x1F) << 6 | second], 2};
  const std::uint32_t third = second << 6 | (at[2] & 0x3FU);
  if (first < 0xF0) return {basic_class[(first & 0x0F) << 12 | third], 3};
  return {class_of((first & 0x07) << 18 | third << 6 | (at[3] & 0x3FU)), 4};
}

// The same for any bytes: each maximal ill-formed subsequence is one U+FFFD, as the WHATWG decoder
// and Python's errors="replace" have it. `truncated` is set when what was read breaks off at `end`,
// so that more bytes could complete it.
[[nodiscard]] glyph decode_any(const std::uint8_t* at, const std::uint8_t* end,
                               bool& truncated) noexcept;

// How many bytes at `at` form one code point, or minus the length of the maximal ill-formed
// subsequence there.
[[nodiscard]] int sequence_length(const std::uint8_t* at, const std::uint8_t* end,
                                  bool& truncated) noexcept;

}  // namespace stint::tokenizer
