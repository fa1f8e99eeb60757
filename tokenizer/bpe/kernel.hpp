// Counting a text: the loop that all bytes pass through, once for each kind of processor. A kernel
// cuts blocks of 64 bytes with block_cut.hpp, looks all their pieces up without a branch, and comes
// back to the few that the vocabulary's table does not hold. The plain kernel cuts with next_piece
// alone, is written for no processor, and is the oracle of the others (tests/fuzz/count_fuzz.cpp).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizer/bpe/piece_cache.hpp"
#include "tokenizer/bpe/split.hpp"
#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

// What a kernel counts: UTF-8 that has been validated, from the start of a piece to the text's end.
struct kernel_text {
  const vocabulary& words;
  split_rule rule;
  piece_cache& cache;
  const std::uint8_t* begin;
  const std::uint8_t* end;
};

struct kernel {
  std::string_view name;
  std::int64_t (*count)(const kernel_text& text);
};

// Those that this processor can run, best first; the last is the plain one. Chosen once; any
// thread.
[[nodiscard]] std::span<const kernel> kernels() noexcept;

// The tokens of one whole piece, without a cache. `readable` is where the text ends.
[[nodiscard]] std::int64_t count_whole_piece(const vocabulary& words, const std::uint8_t* piece,
                                             std::size_t size, const std::uint8_t* readable);

}  // namespace stint::tokenizer
