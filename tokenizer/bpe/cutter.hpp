// What the pre-tokenizers (split.hpp) share: looking at one code point after the other, and the
// parts of their patterns that several of them have. Internal to split.cpp; no state but the text.
#pragma once

#include "tokenizer/unicode/char_class.hpp"

namespace stint::tokenizer {

constexpr unsigned bit(char_class kind) {
  return 1U << static_cast<unsigned>(kind);
}

constexpr unsigned letters =
    bit(char_class::upper) | bit(char_class::lower) | bit(char_class::letter);
constexpr unsigned marks = bit(char_class::mark);
constexpr unsigned numbers = bit(char_class::number);
constexpr unsigned newlines = bit(char_class::newline);
constexpr unsigned white = bit(char_class::space) | newlines;
constexpr unsigned punctuation = bit(char_class::punctuation);
constexpr unsigned symbols = bit(char_class::other) | punctuation | marks;  // [^\s\p{L}\p{N}]
constexpr unsigned prefixes = symbols | bit(char_class::space);             // [^\r\n\p{L}\p{N}]

constexpr bool in(glyph found, unsigned set) {
  return (bit(found.kind) & set) != 0;
}

// The text under the knife. Valid: known to be UTF-8, so decoded without checking.
template <bool Valid>
struct cutter {
  using byte = std::uint8_t;

  const byte* end;
  bool touched_end = false;
  bool blank = false;

  glyph look(const byte* at) noexcept {
    if (at == end) {
      touched_end = true;
      return {};
    }
    if (*at < 0x80) return {ascii_class[*at], 1};
    if constexpr (Valid) return decode_valid(at);
    return decode_any(at, end, touched_end);
  }

  const byte* skip(const byte* at, unsigned set) noexcept {
    for (glyph found = look(at); in(found, set); found = look(at))
      at += found.bytes;
    return at;
  }

  // (?i:'s|'t|'re|'ve|'m|'ll|'d) at `at`, or nullptr. Case folding makes U+017F (ſ) an s.
  const byte* contraction(const byte* at) noexcept {
    if (look(at).bytes != 1 || *at != '\'') return nullptr;
    const glyph first = look(at + 1);
    if (first.bytes == 2 && first.kind == char_class::lower) {
      return at[1] == 0xC5 && at[2] == 0xBF ? at + 3 : nullptr;
    }
    if (first.bytes != 1) return nullptr;
    switch (at[1] | 0x20) {
      case 's':
      case 't':
      case 'm':
      case 'd':
        return at + 2;
      case 'r':
      case 'v':
        return look(at + 2).bytes == 1 && (at[2] | 0x20) == 'e' ? at + 3 : nullptr;
      case 'l':
        return look(at + 2).bytes == 1 && (at[2] | 0x20) == 'l' ? at + 3 : nullptr;
      default:
        return nullptr;
    }
  }

  template <int Most>
  const byte* number(const byte* at) noexcept {  // \p{N}{1,Most}
    for (int digits = 0; digits < Most; ++digits) {
      const glyph found = look(at);
      if (!in(found, numbers)) break;
      at += found.bytes;
    }
    return at;
  }

  // A run of white space as `look_at` sees it: where it ends, where its last code point begins, and
  // where its last newline ends, if it has one.
  struct white_run {
    const byte* last = nullptr;
    const byte* after = nullptr;
    const byte* after_newline = nullptr;
    bool at_end = false;
  };
  template <typename Look>
  white_run run_of_white(const byte* at, Look look_at) noexcept {
    white_run run;
    glyph found = look_at(at);
    while (in(found, white)) {
      run.last = at;
      at += found.bytes;
      if (found.kind == char_class::newline) run.after_newline = at;
      found = look_at(at);
    }
    run.after = at;
    run.at_end = found.kind == char_class::end;
    return run;
  }

  // \s+(?!\S)|\s+ : all of the run but its last code point, which the next piece may want; all of
  // it where the text ends; else the one there is.
  const byte* blanks(const byte* at, const white_run& run) noexcept {
    blank = true;
    return run.at_end || run.last == at ? run.after : run.last;
  }

  // \s*[\r\n]+|\s+(?!\S)|\s+ : through the last newline of the run, else as above. (cl100k's newer
  // spelling, with \s++$ and \s*[\r\n], cuts a run that ends the text later, but no token joins a
  // newline and a space after it, so the tokens are the same.)
  template <typename Look>
  const byte* white_space(const byte* at, Look look_at) noexcept {
    const white_run run = run_of_white(at, look_at);
    return run.after_newline != nullptr ? run.after_newline : blanks(at, run);
  }
  const byte* white_space(const byte* at) noexcept {
    return white_space(at, [this](const byte* here) noexcept { return look(here); });
  }
};

}  // namespace stint::tokenizer
