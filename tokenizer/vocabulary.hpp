// A byte-level BPE vocabulary: which byte strings are tokens, and their ranks. Built once from a
// rank file, immutable afterwards: any number of threads may look up at once. The rank is also the
// token's id.
//
// Most tokens are short, so those of up to 13 bytes live whole in 16-byte slots of one
// open-addressing table: a look-up is two loads, a mask, a multiplication and usually one cache
// line. Longer ones (7 % of o200k) go through a second table into a byte arena.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace stint::tokenizer {

inline constexpr std::uint32_t no_rank = UINT32_MAX;

// A piece of up to 13 bytes as two words: the bytes, zero-filled, and the length above them. The
// rest of `high` is free for a value.
struct short_key {
  static constexpr std::size_t max_bytes = 13;
  static constexpr int length_shift = 40;
  static constexpr int value_shift = 44;
  static constexpr std::uint64_t key_mask = (std::uint64_t{1} << value_shift) - 1;

  std::uint64_t low = 0;
  std::uint64_t high = 0;

  // Requires size ≤ max_bytes. `readable` is where the memory that may be read ends; ≥ 16 bytes
  // there make this branch-free.
  [[nodiscard]] static short_key of(const std::uint8_t* bytes, std::size_t size,
                                    const std::uint8_t* readable) noexcept {
    static_assert(std::endian::native == std::endian::little);
    short_key key;
    if (readable - bytes >= 16) {
      std::memcpy(&key.low, bytes, 8);
      std::memcpy(&key.high, bytes + 8, 8);
      const bool long_enough = size >= 8;
      const auto rest = static_cast<unsigned>(8 * (size & 7));
      const std::uint64_t mask = (std::uint64_t{1} << rest) - 1;
      key.low &= long_enough ? ~std::uint64_t{0} : mask;
      key.high &= long_enough ? mask : 0;
    } else {
      std::uint8_t copy[16] = {};
      std::memcpy(copy, bytes, size);
      std::memcpy(&key.low, copy, 8);
      std::memcpy(&key.high, copy + 8, 8);
    }
    key.high |= std::uint64_t{size} << length_shift;
    return key;
  }

  [[nodiscard]] std::uint64_t hash() const noexcept {
    __extension__ using wide = unsigned __int128;
    const wide product =
        wide{low ^ 0x9E3779B97F4A7C15U} * ((high & key_mask) ^ 0xD1B54A32D192ED03U);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
};

class vocabulary {
 public:
  // From the text of a .tiktoken file: "<token in base64> <rank>" lines, ranks 0, 1, 2, … Aborts
  // with a message on anything else: the files are part of the program, and counting with a damaged
  // one would be wrong.
  explicit vocabulary(std::string_view rank_file);

  // The rank of these 1 … bytes, or no_rank. `readable` as in short_key::of.
  [[nodiscard]] std::uint32_t rank(const std::uint8_t* bytes, std::size_t size,
                                   const std::uint8_t* readable) const noexcept {
    if (size == 2) return pairs_[pair_index(bytes)];
    if (size <= short_key::max_bytes) return rank_short(short_key::of(bytes, size, readable));
    return size <= longest_ ? rank_long(bytes, size) : no_rank;
  }

  [[nodiscard]] std::uint32_t rank_short(short_key key) const noexcept {
    for (std::size_t at = key.hash() >> short_shift_;; at = (at + 1) & (short_.size() - 1)) {
      const short_key& slot = short_[at];
      if (slot.low == key.low && (slot.high & short_key::key_mask) == key.high) {
        return static_cast<std::uint32_t>(slot.high >> short_key::value_shift);
      }
      if (slot.high == 0) return no_rank;
    }
  }

  // The rank of two adjacent bytes: the first round of every merge.
  [[nodiscard]] std::uint32_t rank_pair(const std::uint8_t* bytes) const noexcept {
    return pairs_[pair_index(bytes)];
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  struct long_slot {
    std::uint32_t offset = 0;
    std::uint32_t rank = no_rank;
    std::uint8_t size = 0;  // 0: free
  };

  static std::size_t pair_index(const std::uint8_t* bytes) noexcept {
    return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
  }
  [[nodiscard]] std::uint32_t rank_long(const std::uint8_t* bytes, std::size_t size) const noexcept;
  void insert(const std::uint8_t* bytes, std::size_t size, std::uint32_t rank);

  std::vector<short_key> short_;  // the value is the rank
  std::vector<std::uint32_t> pairs_;
  std::vector<long_slot> long_;
  std::size_t long_count_ = 0;
  std::vector<std::uint8_t> arena_;
  int short_shift_ = 0;
  std::size_t size_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace stint::tokenizer
