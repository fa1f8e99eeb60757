// How many tokens recently met pieces are that are not in the vocabulary's own table: about one in
// ten of English, most of other languages. Fixed size, two ways, one for each thread and encoding:
// no locks, no growth, no allocation after the first use. An entry holds its whole piece, and is
// used only where that is equal: what one text left there can never change another's count.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer {

class piece_cache {
 public:
  // Pieces of up to piece_key::max_bytes bytes. 0: not known.
  [[nodiscard]] std::uint32_t find(piece_key key) const noexcept {
    const short_set& set = short_[key.hash() & (short_.size() - 1)];
    if (set[0].same_piece(key)) return set[0].count();
    return set[1].same_piece(key) ? set[1].count() : 0;
  }
  // Requires 0 < count ≤ 15: a piece has no more tokens than bytes.
  void put(piece_key key, std::uint32_t count) noexcept {
    short_set& set = short_[key.hash() & (short_.size() - 1)];
    set[1] = set[0];
    key.high |= std::uint64_t{count} << piece_key::count_shift;
    set[0] = key;
  }

  static constexpr std::size_t wide_bytes = 62;

  // Pieces of more than that, up to wide_bytes.
  [[nodiscard]] std::uint32_t find_wide(const std::uint8_t* bytes, std::size_t size,
                                        std::uint64_t hash) const noexcept {
    const wide_slot& slot = wide_[hash & (wide_.size() - 1)];
    return slot.size == size && std::memcmp(slot.bytes.data(), bytes, size) == 0 ? slot.count : 0;
  }
  void put_wide(const std::uint8_t* bytes, std::size_t size, std::uint64_t hash,
                std::uint32_t count) noexcept {
    wide_slot& slot = wide_[hash & (wide_.size() - 1)];
    slot.size = static_cast<std::uint8_t>(size);
    slot.count = static_cast<std::uint8_t>(count);
    std::memcpy(slot.bytes.data(), bytes, size);
  }

 private:
  using short_set = std::array<piece_key, 2>;
  struct alignas(64) wide_slot {
    std::uint8_t size = 0;
    std::uint8_t count = 0;
    std::array<std::uint8_t, wide_bytes> bytes{};
  };

  std::array<short_set, 16384> short_{};  // 512 KiB
  std::array<wide_slot, 4096> wide_{};    // 256 KiB
};

}  // namespace stint::tokenizer
