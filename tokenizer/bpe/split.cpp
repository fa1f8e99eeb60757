// Tested by tests/tokenizer/bpe/split_test.cpp.
#include "tokenizer/bpe/split.hpp"

#include "tokenizer/bpe/cutter.hpp"
#include "tokenizer/bpe/deepseek_cutter.hpp"

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

constexpr unsigned word_head =  // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
    bit(char_class::upper) | bit(char_class::letter) | marks;
constexpr unsigned word_tail =  // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
    bit(char_class::lower) | bit(char_class::letter) | marks;
constexpr unsigned either_case = bit(char_class::letter) | marks;

// '(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
template <bool Valid>
struct gpt2_cutter : cutter<Valid> {
  using base = cutter<Valid>;
  using base::look, base::skip;

  const byte* small_contraction(const byte* at) noexcept {
    const byte* const after = base::contraction(at);
    if (after == nullptr) return nullptr;
    for (const byte* letter = at + 1; letter != after; ++letter) {
      if (*letter < 'a' || *letter > 'z') return nullptr;
    }
    return after;
  }

  const byte* cut(const byte* at) noexcept {
    if (const byte* found = small_contraction(at)) return found;
    const byte* const from = *at == ' ' ? at + 1 : at;
    const glyph body = look(from);
    if (in(body, letters)) return skip(from + body.bytes, letters);
    if (in(body, numbers)) return skip(from + body.bytes, numbers);
    if (in(body, symbols)) return skip(from + body.bytes, symbols);
    return base::blanks(
        at, base::run_of_white(at, [this](const byte* here) noexcept { return look(here); }));
  }
};

// cl100k, with \p{N}{1,Digits}.
template <bool Valid, int Digits>
struct cl100k_cutter : cutter<Valid> {
  using base = cutter<Valid>;
  using base::look, base::skip;

  const byte* cut(const byte* at) noexcept {
    if (const byte* found = base::contraction(at)) return found;
    const glyph first = look(at);
    if (in(first, letters)) return skip(at + first.bytes, letters);
    if (in(first, numbers)) return base::template number<Digits>(at);
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
    return base::white_space(at);
  }
};

template <bool Valid>
struct o200k_cutter : cutter<Valid> {
  using base = cutter<Valid>;
  using base::look, base::skip;

  // The two word patterns, without prefix and contraction, from `at`.
  struct word_ends {
    // [head]*[tail]+, with the backtracking that leaves a tail for the second part.
    const byte* mixed = nullptr;
    // [head]+[tail]*, wanted only where `mixed` found nothing.
    const byte* capital = nullptr;
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
    const byte* const longer = base::contraction(word_end);
    return longer != nullptr ? longer : word_end;
  }

  // Either word pattern, the prefix taken where there is one and given back where only that makes
  // the first pattern match: a mark can be both prefix and first character.
  const byte* either_word(const byte* at, glyph first) noexcept {
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

  const byte* cut(const byte* at) noexcept {
    const glyph first = look(at);
    if (in(first, letters | prefixes)) {
      if (const byte* found = either_word(at, first)) return found;
    }
    if (in(first, numbers)) return base::template number<3>(at);
    const bool spaced = *at == ' ';
    const byte* const from = spaced ? at + 1 : at;
    const glyph body = spaced ? look(from) : first;
    if (in(body, symbols)) return slashes(skip(from + body.bytes, symbols));
    return base::white_space(at);
  }

  const byte* slashes(const byte* at) noexcept {  // [\r\n/]*
    for (glyph found = look(at); found.bytes == 1; found = look(at)) {
      if (*at != '/' && found.kind != char_class::newline) break;
      ++at;
    }
    return at;
  }
};

template <typename Cutter>
const byte* cut_with(split_text& text, const byte* at) noexcept {
  Cutter over{};
  over.end = text.end;
  const byte* const found = over.cut(at);
  text.touched_end |= over.touched_end;
  text.blank = over.blank;
  return found;
}

template <bool Valid>
const byte* cut(split_rule rule, split_text& text, const byte* at) noexcept {
  switch (rule) {
    case split_rule::cl100k:
      return cut_with<cl100k_cutter<Valid, 3>>(text, at);
    case split_rule::qwen2:
      return cut_with<cl100k_cutter<Valid, 1>>(text, at);
    case split_rule::gpt2:
      return cut_with<gpt2_cutter<Valid>>(text, at);
    case split_rule::deepseek_v3:
      return cut_with<deepseek_cutter<Valid>>(text, at);
    case split_rule::o200k:
      break;
  }
  return cut_with<o200k_cutter<Valid>>(text, at);
}

}  // namespace

const byte* next_piece(split_rule rule, split_text& text, const byte* at) noexcept {
  return text.valid_utf8 ? cut<true>(rule, text, at) : cut<false>(rule, text, at);
}

}  // namespace stint::tokenizer
