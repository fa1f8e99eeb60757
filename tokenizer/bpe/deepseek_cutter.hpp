// DeepSeek V3's pre-tokenizer, R1's and V4's too. Its tokenizer.json has three patterns in a row,
// each of which cuts what the one before left, and each of which leaves what it does not match as
// pieces of their own:
//
//   1. \p{N}{1,3}
//   2. [一-龥぀-ゟ゠-ヿ]+
//   3. [!-/:-~][A-Za-z]+ | [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+ | ?[\p{P}\p{S}]+[\r\n]*
//      | \s*[\r\n]+ | \s+(?!\S) | \s+        ([!-/:-~] stands for the ASCII punctuation it lists)
//
// One pass does the same. The first two cut the text into parts: numbers, runs of the second
// pattern's range, and what lies between. Nothing in the third matches a number, so those stay as
// they are. It sees each other part alone: where the part ends, its text ends, for (?!\S) too. So
// the third pattern is followed here with a `look` that stops at the part's end, and which kind of
// part it is shows in the first character. Internal to split.cpp.
#pragma once

#include "tokenizer/bpe/cutter.hpp"

namespace stint::tokenizer {

template <bool Valid>
struct deepseek_cutter : cutter<Valid> {
  using byte = std::uint8_t;
  using base = cutter<Valid>;
  using base::look;

  static constexpr unsigned word = letters | marks;  // [\p{L}\p{M}]
  static constexpr unsigned lead = bit(char_class::other) | bit(char_class::space);

  bool east_asian = false;  // whether this part is one of the second pattern

  // [一-龥぀-ゟ゠-ヿ]: U+4E00 – U+9FA5 and U+3040 – U+30FF. Three bytes that begin so are
  // well-formed.
  static bool in_range(const byte* at, glyph found) noexcept {
    if (found.bytes != 3 || !leads_three_bytes(*at)) return false;
    const std::uint32_t point = point_of_three(at);
    return (point >= 0x4E00 && point <= 0x9FA5) || (point >= 0x3040 && point <= 0x30FF);
  }

  glyph look_inside(const byte* at) noexcept {
    const glyph found = look(at);
    return in(found, numbers) || in_range(at, found) != east_asian ? glyph{} : found;
  }

  const byte* skip_inside(const byte* at, unsigned set) noexcept {
    for (glyph found = look_inside(at); in(found, set); found = look_inside(at))
      at += found.bytes;
    return at;
  }

  const byte* ascii_letters(const byte* at) noexcept {
    for (glyph found = look(at); found.bytes == 1 && in(found, letters); found = look(at))
      ++at;
    return at;
  }

  // What the third pattern does not match: controls, format characters, unassigned ones. The last
  // of them belongs to the word behind it, if there is one.
  const byte* unmatched(const byte* at) noexcept {
    for (glyph found = look_inside(at); found.kind == char_class::other;) {
      const glyph next = look_inside(at + found.bytes);
      if (in(next, word)) break;
      at += found.bytes;
      found = next;
    }
    return at;
  }

  const byte* cut(const byte* at) noexcept {
    const glyph first = look(at);
    if (in(first, numbers)) return this->template number<3>(at);
    east_asian = in_range(at, first);
    if (in(first, word)) return skip_inside(at + first.bytes, word);
    if (*at < 0x80 && in(first, punctuation)) {  // a stray byte stands for U+FFFD
      const byte* const after = ascii_letters(at + 1);
      if (after != at + 1) return after;
    }
    glyph body = first;
    const byte* from = at;
    if (in(first, lead)) {
      const glyph second = look_inside(at + first.bytes);
      if (in(second, word)) return skip_inside(at + first.bytes + second.bytes, word);
      if (*at == ' ') {
        from = at + 1;
        body = second;
      }
    }
    if (in(body, punctuation)) {
      return skip_inside(skip_inside(from + body.bytes, punctuation), newlines);
    }
    if (!in(first, white)) return unmatched(at);
    return this->white_space(at, [this](const byte* here) noexcept { return look_inside(here); });
  }
};

}  // namespace stint::tokenizer
