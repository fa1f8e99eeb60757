// Where the pieces of 64 bytes begin, all at once: the pre-tokenizers of split.hpp, written as
// arithmetic on 64-bit masks with one bit for each byte. What split.cpp does one character after
// the other is here some sixty instructions for a dozen pieces, and no branch that depends on the
// text.
//
// A block begins where a piece begins, so nothing to its left matters (split.hpp). What lies to its
// right is not known; every rule that would have to look there says so by lowering `trusted`, the
// last position whose decision is certain. The next block begins at the last border up to there.
// What is rare, or cannot be said in masks, does the same: the caller cuts that one piece with
// next_piece, which is the oracle of all this.
//
// Two tricks of carries, for a mask `run` of ones and single bits `first` at the starts of some of
// its runs: (run + first) & ~run has a bit just after each of those runs, and run & ~(run + first)
// is those runs themselves. Several bits inside one run carry out of it just as one does.
#pragma once

#include <bit>
#include <cstdint>

namespace stint::tokenizer {

// What each of 64 bytes is; every byte of a character has its character's bit. At or beyond `size`
// all bits are 0.
struct block_masks {
  std::uint64_t upper = 0;       // Lu, Lt
  std::uint64_t lower = 0;       // Ll, and characters of either case
  std::uint64_t either = 0;      // a subset of lower: Lm, Lo, and marks that follow a letter
  std::uint64_t digit = 0;       // 0-9
  std::uint64_t newline = 0;     // \r, \n
  std::uint64_t blank = 0;       // other white space
  std::uint64_t space = 0;       // a subset of blank: U+0020
  std::uint64_t apostrophe = 0;  // a subset of what is none of these
  std::uint64_t slash = 0;       // likewise
  std::uint64_t inner = 0;       // bytes that are not the first of their character
};

// What distinguishes the rules.
struct block_rule {
  bool case_split;         // a word ends between a lower and an upper case letter
  bool slash_tail;         // slashes after the newlines after symbols belong to them
  bool contraction_joins;  // 's and its like end the word before, or else are pieces of their own
  bool single_digits;      // each digit is a piece, or else three
};

// A block and what has been found out about it so far.
struct block_cut {
  const block_masks& in;
  const std::uint8_t* text;
  unsigned size;     // 1 … 64
  unsigned trusted;  // the last position whose decision is certain
  std::uint64_t letters;
  std::uint64_t symbols;  // none of the classes: punctuation, symbols, controls

  void distrust_after(unsigned position) noexcept {
    if (position < trusted) trusted = position;
  }
};

namespace block_detail {

// The bits below a position of 1 … 64.
[[gnu::always_inline]] inline std::uint64_t below(unsigned position) noexcept {
  return ~std::uint64_t{0} >> (64 - position);
}
[[gnu::always_inline]] inline unsigned lowest(std::uint64_t mask) noexcept {
  return static_cast<unsigned>(std::countr_zero(mask));
}
[[gnu::always_inline]] inline unsigned highest(std::uint64_t mask) noexcept {
  return 63U - static_cast<unsigned>(std::countl_zero(mask));
}

// Where white space is cut: at the start of a run, after its last newline, and before its last
// blank, which the next piece may want. Newlines in `taken` belong to the symbols before them.
[[gnu::always_inline]] inline std::uint64_t white_starts(block_cut& cut,
                                                         std::uint64_t taken) noexcept {
  const block_masks& in = cut.in;
  const std::uint64_t white = in.newline | in.blank;
  const std::uint64_t open = white & ~taken;
  const std::uint64_t first = open & ~(open << 1);
  const std::uint64_t indent = in.blank & (in.newline << 1);
  // Blanks between two newlines belong to the newlines.
  const std::uint64_t blank_line = (in.blank + indent) & ~in.blank & in.newline;
  if (blank_line != 0) [[unlikely]] {
    cut.distrust_after(highest(first & below(lowest(blank_line))));
  }
  if ((open >> (cut.size - 1)) != 0) cut.distrust_after(highest(first));
  return first | indent | (in.blank & ~(white >> 1));
}

// Letters that have the one symbol before them in their piece.
[[gnu::always_inline]] inline std::uint64_t joined_letters(const block_cut& cut,
                                                           std::uint64_t symbol_starts,
                                                           std::uint64_t spaced) noexcept {
  const std::uint64_t symbols = cut.symbols;
  if ((cut.in.inner & symbols) == 0) {
    return cut.letters & ((symbol_starts & ~(symbols >> 1) & ~spaced) << 1);
  }
  const std::uint64_t more = symbols & ~cut.in.inner & ~symbol_starts;
  return cut.letters & (symbols + symbol_starts) & ~(symbols + more) & ~(symbols + spaced);
}

// How long the contraction is that begins with the apostrophe at `at`, of `left` known bytes: 2 or
// 3; 0 for none; more than `left` where that is not known, or for one with U+017F, which folds to
// s.
[[gnu::always_inline]] inline unsigned contraction_size(const std::uint8_t* at,
                                                        unsigned left) noexcept {
  if (left < 3) return 3;
  if (at[1] == 0xC5) return left + 1;
  const unsigned first = at[1] | 0x20U;
  const unsigned second = at[2] | 0x20U;
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if ((first == 'r' || first == 'v') && second == 'e') return 3;
  return first == 'l' && second == 'l' ? 3 : 0;
}

// `starts` with contractions cut as the rule wants them. `candidates`: the apostrophes that one can
// begin with.
template <block_rule Rule>
[[gnu::always_inline]] inline std::uint64_t cut_contractions(block_cut& cut,
                                                             std::uint64_t candidates,
                                                             std::uint64_t starts) noexcept {
  unsigned end_of_last = 0;
  for (; candidates != 0; candidates &= candidates - 1) {
    const unsigned at = lowest(candidates);
    if (Rule.contraction_joins && at == end_of_last) continue;  // a word ends with one at most
    const unsigned size = contraction_size(cut.text + at, cut.size - at);
    if (size == 0) continue;
    if (at + size >= cut.size) {
      cut.distrust_after(Rule.contraction_joins ? at - 1 : at);
      break;
    }
    end_of_last = at + size;
    const std::uint64_t inside = ((std::uint64_t{1} << size) - 1) << at;
    starts = (starts & ~inside) | std::uint64_t{1} << end_of_last;
    if constexpr (!Rule.contraction_joins) starts |= std::uint64_t{1} << at;
  }
  return starts;
}

}  // namespace block_detail

// The starts of pieces in a block, as bits. The first is 0. All are right, and none is missing
// before the last one.
template <block_rule Rule>
[[gnu::always_inline]] inline std::uint64_t block_starts(const block_masks& in,
                                                         const std::uint8_t* text,
                                                         unsigned size) noexcept {
  using namespace block_detail;
  const std::uint64_t letters = in.upper | in.lower;
  const std::uint64_t symbols = below(size) & ~(letters | in.newline | in.blank | in.digit);
  block_cut cut{in, text, size, size - 1, letters, symbols};

  // Symbols take the space before them and the newlines after them.
  const std::uint64_t symbol_starts = symbols & ~(symbols << 1);
  const std::uint64_t spaced = symbol_starts & (in.space << 1);
  const std::uint64_t taken = in.newline & ~(in.newline + (in.newline & (symbols << 1)));
  if constexpr (Rule.slash_tail) {
    const std::uint64_t taken_slash = in.slash & (taken << 1);
    if (taken_slash != 0) [[unlikely]]
      cut.distrust_after(lowest(taken_slash) - 1);
  }
  const std::uint64_t letter_starts =
      letters & ~(letters << 1) & ~(in.blank << 1) & ~joined_letters(cut, symbol_starts, spaced);
  const std::uint64_t digit_starts = in.digit & ~(in.digit << 1);
  std::uint64_t starts = 1 | (symbol_starts & ~spaced) | white_starts(cut, taken) | letter_starts;

  if constexpr (Rule.single_digits) {
    starts |= in.digit;
  } else {
    const std::uint64_t fourth = in.digit & (in.digit << 1) & (in.digit << 2) & (in.digit << 3);
    for (std::uint64_t group = digit_starts; group != 0; group = (group << 3) & fourth)
      starts |= group;
  }
  if constexpr (Rule.case_split) {
    starts |= in.upper & (in.lower << 1) & ~in.inner;
    // A character of either case may begin the word of the capital after it.
    const std::uint64_t doubtful = in.upper & (in.either << 1);
    if (doubtful != 0) [[unlikely]]
      cut.distrust_after(lowest(doubtful) - 1);
  }
  const std::uint64_t candidates = Rule.contraction_joins
                                       ? in.apostrophe & (letters << 1)
                                       : in.apostrophe & symbol_starts & ~spaced & (letters >> 1);
  if (candidates != 0) [[unlikely]] {
    starts = cut_contractions<Rule>(cut, candidates, starts);
  }
  return starts & below(cut.trusted + 1);
}

}  // namespace stint::tokenizer
