// Byte-pair encoding of one piece: the adjacent pair that makes the symbol of the lowest priority
// is merged, leftmost first, until no pair makes one. Safe from any thread.
//
// Pieces up to 128 bytes are merged on the stack. Longer ones are merged in overlapping windows of
// 4 KB (longer only if two windows share no token, which no text is known for), in time that grows
// linearly: see long_piece in byte_pair.cpp for why the result is nevertheless exact.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

// The number of tokens that merging makes of a piece of at least one byte.
[[nodiscard]] std::int64_t count_merged(const vocabulary& words, const std::uint8_t* piece,
                                        std::size_t size);
// The same for a piece of more than short_merge::capacity bytes.
[[nodiscard]] std::int64_t count_long_piece(const vocabulary& words, const std::uint8_t* piece,
                                            std::size_t size);

// Appends the ids of a whole piece. A piece that is a token by itself only is that token.
void encode_piece(const vocabulary& words, const std::uint8_t* piece, std::size_t size,
                  std::vector<std::uint32_t>& ids);

}  // namespace stint::tokenizer
