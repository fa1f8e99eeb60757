// Byte-pair merging of many short pieces at once. One merge is a chain of dependent steps (find the
// least key, look two pairs up, note their keys), nearly all of it waiting for memory; several
// pieces, each one step after the other, wait together. Inlined into each kernel, so that the least
// key is found with that kernel's vectors.
//
// Per piece: parts are the bits of a mask over the piece's positions, and the pair that begins at a
// position has one key, symbol above position, so that the least key is the leftmost of the lowest
// priority.
#pragma once

#include <bit>
#include <cstdint>

#include "tokenizer/bpe/least_lane.hpp"
#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

class merge_queue {
 public:
  static constexpr std::uint32_t piece_bytes_max = 32;
  static constexpr std::uint32_t size_max = 512;

  [[nodiscard]] bool full() const noexcept { return size_ == size_max; }

  // Requires 2 ≤ size ≤ piece_bytes_max, and that the queue is not full. The bytes are read by
  // run().
  void add(const std::uint8_t* piece, std::uint32_t size) noexcept {
    waiting_[size_++] = {piece, size};
  }

  // Merges all pieces and calls done(piece, size, tokens) for each, in any order.
  template <class Done>
  [[gnu::always_inline]] void run(const vocabulary& words, Done done) noexcept {
    state states[width];
    std::uint32_t next = 0;
    std::uint32_t busy = 0;
    for (; busy < width && next < size_; ++busy)
      states[busy].begin(words, waiting_[next++]);
    while (busy > 0) {
      for (std::uint32_t i = 0; i < busy; ++i) {
        state& one = states[i];
        const std::uint32_t least = one.least();
        if (least < none) {
          one.merge(words, least);
          continue;
        }
        done(one.piece.bytes, one.piece.size, static_cast<std::uint32_t>(std::popcount(one.parts)));
        if (next < size_) {
          one.begin(words, waiting_[next++]);
        } else {
          one = states[--busy];
        }
      }
    }
    size_ = 0;
  }

 private:
  static constexpr std::uint32_t width = 6;
  static constexpr int position_bits = 5;
  // The key of no_symbol, at any position, is this or more.
  static constexpr std::uint32_t none = no_symbol << position_bits;
  static constexpr std::uint32_t lanes = 16;
  typedef std::uint32_t vector __attribute__((vector_size(lanes * sizeof(std::uint32_t))));

  struct entry {
    const std::uint8_t* bytes;
    std::uint32_t size;
  };

  // Without branches but the one that ends it. What would be beside the first part and the last is
  // at positions that countl_zero and countr_zero give for an empty mask, where links never merge.
  struct state {
    static constexpr std::uint32_t after_last = 32;
    static constexpr std::uint32_t before_first = 63;

    alignas(64) std::uint32_t keys[64];
    std::uint32_t links[64];
    std::uint32_t parts;  // a bit where each part begins
    entry piece;

    [[gnu::always_inline]] void begin(const vocabulary& words, entry wanted) noexcept {
      piece = wanted;
      parts = ~std::uint32_t{0} >> (piece_bytes_max - wanted.size);
      links[after_last] = 0;
      links[before_first] = 0;
      for (std::uint32_t at = 0; at < piece_bytes_max; ++at)
        keys[at] = none;
      for (std::uint32_t at = 0; at < wanted.size; ++at)
        links[at] = words.links(words.symbol_of(wanted.bytes[at]));
      for (std::uint32_t at = 0; at + 1 < wanted.size; ++at)
        keys[at] = words.merged_bytes(wanted.bytes + at) << position_bits | at;
    }

    [[gnu::always_inline]] [[nodiscard]] std::uint32_t least() const noexcept {
      vector best;
      vector other;
      std::memcpy(&best, keys, sizeof best);
      std::memcpy(&other, keys + lanes, sizeof other);
      best = best < other ? best : other;
      return least_lane(best);
    }

    [[gnu::always_inline]] void merge(const vocabulary& words, std::uint32_t least) noexcept {
      const std::uint32_t at = least & ((1U << position_bits) - 1);
      const std::uint32_t link = words.links(least >> position_bits);
      const std::uint32_t after = parts & (~std::uint32_t{1} << at);
      const std::uint32_t right = after & (after - 1);
      const std::uint32_t left = parts & ((1U << at) - 1);
      const std::uint32_t next = static_cast<std::uint32_t>(std::countr_zero(right));
      const std::uint32_t before = (31U - static_cast<std::uint32_t>(std::countl_zero(left))) & 63;
      parts = (parts & ~after) | right;
      links[at] = link;
      keys[std::countr_zero(after)] = none;
      keys[at] = words.merged_links(link, links[next]) << position_bits | at;
      keys[before] = words.merged_links(links[before], link) << position_bits | (before & 31);
    }
  };

  std::uint32_t size_ = 0;
  entry waiting_[size_max];
};

}  // namespace stint::tokenizer
