#include "tokenizer/split.hpp"

#include "tokenizer/char_class.hpp"

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

constexpr unsigned bit(char_class kind) {
  return 1U << static_cast<unsigned>(kind);
}

constexpr unsigned letters =
    bit(char_class::upper) | bit(char_class::lower) | bit(char_class::letter);
constexpr unsigned word_head =  // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
    bit(char_class::upper) | bit(char_class::letter) | bit(char_class::mark);
constexpr unsigned word_tail =  // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
    bit(char_class::lower) | bit(char_class::letter) | bit(char_class::mark);
constexpr unsigned either_case = bit(char_class::letter) | bit(char_class::mark);
constexpr unsigned numbers = bit(char_class::number);
constexpr unsigned newlines = bit(char_class::newline);
constexpr unsigned white = bit(char_class::space) | newlines;
constexpr unsigned symbols = bit(char_class::other) | bit(char_class::mark);  // [^\s\p{L}\p{N}]
constexpr unsigned prefixes = symbols | bit(char_class::space);               // [^\r\n\p{L}\p{N}]

constexpr bool in(glyph found, unsigned set) {
  return (bit(found.kind) & set) != 0;
}

// The text under the cutter. Valid: decode without checking.
template <bool Valid>
struct cutter {
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
    if (look(at).kind != char_class::other || *at != '\'') return nullptr;
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

  const byte* number(const byte* at) noexcept {  // \p{N}{1,3}
    for (int digits = 0; digits < 3; ++digits) {
      const glyph found = look(at);
      if (!in(found, numbers)) break;
      at += found.bytes;
    }
    return at;
  }

  // \s*[\r\n]+|\s+(?!\S)|\s+ : through the last newline of the run; else all but the last space,
  // which the next piece may want; else the one there is. (cl100k's newer spelling, with \s++$ and
  // \s*[\r\n], cuts a run that ends the text later, but no token joins a newline and a space after
  // it, so the tokens are the same.)
  const byte* white_space(const byte* at) noexcept {
    const byte* const begin = at;
    const byte* last = at;
    const byte* after_newline = nullptr;
    glyph found = look(at);
    while (in(found, white)) {
      last = at;
      at += found.bytes;
      if (found.kind == char_class::newline) after_newline = at;
      found = look(at);
    }
    if (after_newline != nullptr) return after_newline;
    blank = true;
    return found.kind == char_class::end || last == begin ? at : last;
  }

  const byte* cl100k(const byte* at) noexcept {
    if (const byte* found = contraction(at)) return found;
    const glyph first = look(at);
    if (in(first, letters)) return skip(at + first.bytes, letters);
    if (in(first, numbers)) return number(at);
    glyph body = first;
    const byte* from = at;
    if (in(first, prefixes)) {
      const glyph second = look(at + first.bytes);
      if (in(second, letters)) return skip(at + first.bytes + second.bytes, letters);
      if (*at == ' ') {
        from = at + 1;
        body = second;
      }
    }
    if (in(body, symbols)) return skip(skip(from + body.bytes, symbols), newlines);
    return white_space(at);
  }

  // The two word patterns of o200k, without prefix and contraction, from `at`.
  struct word_ends {
    const byte* mixed =
        nullptr;  // [head]*[tail]+, with the backtracking that leaves a tail for the second part
    const byte* capital = nullptr;  // [head]+[tail]*, wanted only where `mixed` found nothing
  };
  word_ends word(const byte* at) noexcept {
    const byte* const begin = at;
    const byte* after_either = nullptr;
    glyph found = look(at);
    while (in(found, word_head)) {
      at += found.bytes;
      if (in(found, either_case)) after_either = at;
      found = look(at);
    }
    if (found.kind == char_class::lower) return {skip(at + found.bytes, word_tail), nullptr};
    if (after_either != nullptr) return {after_either, nullptr};
    return {nullptr, at > begin ? at : nullptr};
  }

  const byte* with_contraction(const byte* word_end) noexcept {
    const byte* const longer = contraction(word_end);
    return longer != nullptr ? longer : word_end;
  }

  // Either word pattern, the prefix taken where there is one and given back where only that makes
  // the first pattern match: a mark can be both prefix and first character.
  const byte* o200k_word(const byte* at, glyph first) noexcept {
    word_ends found;
    if (in(first, prefixes)) {
      found = word(at + first.bytes);
      if (found.mixed == nullptr && first.kind == char_class::mark) {
        const word_ends without_prefix = word(at);
        found.mixed = without_prefix.mixed;
      }
    } else {
      found = word(at);
    }
    const byte* const end_of_word = found.mixed != nullptr ? found.mixed : found.capital;
    return end_of_word != nullptr ? with_contraction(end_of_word) : nullptr;
  }

  const byte* o200k(const byte* at) noexcept {
    const glyph first = look(at);
    if (in(first, letters | prefixes)) {
      if (const byte* found = o200k_word(at, first)) return found;
    }
    if (in(first, numbers)) return number(at);
    const bool spaced = *at == ' ';
    const byte* const from = spaced ? at + 1 : at;
    const glyph body = spaced ? look(from) : first;
    if (in(body, symbols)) return slashes(skip(from + body.bytes, symbols));
    return white_space(at);
  }

  const byte* slashes(const byte* at) noexcept {  // [\r\n/]*
    for (glyph found = look(at); found.bytes == 1; found = look(at)) {
      if (*at != '/' && found.kind != char_class::newline) break;
      ++at;
    }
    return at;
  }
};

template <bool Valid>
const byte* cut(split_rule rule, split_text& text, const byte* at) noexcept {
  cutter<Valid> over{text.end};
  const byte* const found = rule == split_rule::cl100k ? over.cl100k(at) : over.o200k(at);
  text.touched_end |= over.touched_end;
  text.blank = over.blank;
  return found;
}

}  // namespace

const byte* next_piece(split_rule rule, split_text& text, const byte* at) noexcept {
  return text.valid_utf8 ? cut<true>(rule, text, at) : cut<false>(rule, text, at);
}

}  // namespace stint::tokenizer
