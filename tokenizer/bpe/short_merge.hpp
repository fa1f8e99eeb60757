// Byte-pair merging of a short piece, on the stack. Parts are a linked list over the piece's
// positions. The pair that begins at a position has one key, symbol above position, so that the
// least key is the leftmost of the lowest priority, and finding it is a plain minimum over an array
// that needs no compaction. Inlined into each kernel, so that the minimum is taken with that
// kernel's vectors.
#pragma once

#include <array>

#include "tokenizer/bpe/least_lane.hpp"
#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

class short_merge {
 public:
  static constexpr std::size_t capacity = 128;

  // Requires 2 ≤ size ≤ capacity.
  [[gnu::always_inline]] short_merge(const vocabulary& words, const std::uint8_t* piece,
                                     std::size_t size) noexcept
      : words_(words), size_(static_cast<std::uint32_t>(size)), parts_(size_) {
    for (std::uint32_t at = 0; at < size_; ++at) {
      symbols_[at] = words.symbol_of(piece[at]);
      next_[at] = static_cast<std::uint8_t>(at + 1);
      previous_[at + 1] = static_cast<std::uint8_t>(at);
    }
    for (std::uint32_t at = 0; at + 1 < size_; ++at) {
      keys_[at] = key(words.merged_bytes(piece + at), at);
    }
    padded_ = (size_ + lanes - 1) / lanes * lanes;
    for (std::uint32_t at = size_ - 1; at < padded_; ++at)
      keys_[at] = none;
    run();
  }

  [[nodiscard]] std::uint32_t parts() const noexcept { return parts_; }
  [[nodiscard]] std::uint32_t symbol(std::uint32_t at) const noexcept { return symbols_[at]; }
  [[nodiscard]] std::uint32_t next(std::uint32_t at) const noexcept { return next_[at]; }

 private:
  static constexpr std::int32_t none = INT32_MAX;
  static constexpr std::uint32_t lanes = 16;
  typedef std::int32_t vector __attribute__((vector_size(lanes * sizeof(std::int32_t))));
  static constexpr int position_bits = 7;

  [[gnu::always_inline]] static std::int32_t key(std::uint32_t symbol, std::uint32_t at) noexcept {
    return symbol == no_symbol ? none : static_cast<std::int32_t>(symbol << position_bits | at);
  }

  [[gnu::always_inline]] [[nodiscard]] std::int32_t least() const noexcept {
    vector best;
    std::memcpy(&best, keys_.data(), sizeof best);
    for (std::uint32_t at = lanes; at < padded_; at += lanes) {
      vector more;
      std::memcpy(&more, &keys_[at], sizeof more);
      best = best < more ? best : more;
    }
    return least_lane(best);
  }

  [[gnu::always_inline]] void rekey(std::uint32_t at) noexcept {
    const std::uint32_t second = next_[at];
    keys_[at] = second >= size_ ? none : key(words_.merged(symbols_[at], symbols_[second]), at);
  }

  [[gnu::always_inline]] void run() noexcept {
    for (std::int32_t found = least(); found != none; found = least()) {
      const auto at = static_cast<std::uint32_t>(found) & ((1U << position_bits) - 1);
      const std::uint32_t gone = next_[at];
      symbols_[at] = static_cast<std::uint32_t>(found) >> position_bits;
      next_[at] = next_[gone];
      previous_[next_[gone]] = static_cast<std::uint8_t>(at);
      keys_[gone] = none;
      --parts_;
      rekey(at);
      if (at > 0) rekey(previous_[at]);
    }
  }

  const vocabulary& words_;
  std::uint32_t size_;
  std::uint32_t padded_ = 0;
  std::uint32_t parts_;
  alignas(64) std::array<std::int32_t, capacity> keys_;
  std::array<std::uint32_t, capacity> symbols_;
  std::array<std::uint8_t, capacity + 1> next_;
  std::array<std::uint8_t, capacity + 1> previous_;
};

}  // namespace stint::tokenizer
