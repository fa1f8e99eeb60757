// Byte-pair encoding of one piece, exactly as tiktoken does it: a piece that is a token is that
// token; otherwise the adjacent pair whose joined bytes have the lowest rank is merged, leftmost
// first, until no pair is a token. Safe from any thread.
//
// Pieces up to 128 bytes are merged on the stack. Longer ones are merged in overlapping windows, in
// memory that does not grow with the piece and time that grows linearly: see long_piece in
// byte_pair.cpp for why the result is nevertheless exact.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizer/vocabulary.hpp"

namespace stint::tokenizer {

class byte_pair {
 public:
  static constexpr std::size_t short_piece_max = 128;

  explicit byte_pair(const vocabulary& words) noexcept : words_(&words) {}

  // The number of tokens of a piece of at least one byte. `readable` (short_key::of) is the end of
  // the text that holds the piece.
  [[nodiscard]] std::int64_t count(const std::uint8_t* piece, std::size_t size,
                                   const std::uint8_t* readable) const;

  // The same, when it is known that the piece itself is not a token.
  [[nodiscard]] std::int64_t count_merged(const std::uint8_t* piece, std::size_t size,
                                          const std::uint8_t* readable) const;

  void encode(const std::uint8_t* piece, std::size_t size, const std::uint8_t* readable,
              std::vector<std::uint32_t>& ids) const;

 private:
  const vocabulary* words_;
};

}  // namespace stint::tokenizer
