// A compiled vocabulary as one block of bytes, to be written to a file, linked into the program and
// used where it lies: a head that says where each array is, then the arrays, each at a multiple of
// 64 bytes. Byte order and layout are this machine's: the block is made by the build, or in the
// process that uses it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

// In words, for their alignment.
[[nodiscard]] std::vector<std::uint64_t> block_of(const vocabulary::arrays& all);

// The arrays of such a block, which must be 8-byte aligned (64 for speed) and outlive them; nothing
// where it is not one.
[[nodiscard]] std::optional<vocabulary::arrays> open_vocabulary(
    std::span<const std::byte> block) noexcept;

}  // namespace stint::tokenizer
