// A byte-level BPE vocabulary compiled for counting: plain arrays, made once from a rank file
// (vocab/vocabulary_builder.hpp), that are linked into the program and mapped, not loaded.
// Immutable: any number of threads may look up at once.
//
// A *symbol* is a token by its merge priority: 0 is merged before 1. For tiktoken's encodings it is
// the rank, and the id but where ids leave gaps. A count needs neither ids nor the tokens' bytes,
// only three questions:
//
//   how many tokens is this whole piece?   pieces: of up to 15 bytes, whole in slots of 16 bytes;
//                                          long_pieces: the rest
//   which symbol do these two make?        pairs: 8 bytes a slot. A token can be made of two others
//                                          in one way only, the last step of merging its own bytes
//                                          by lower symbols: what merges inside it merges as it
//                                          does alone
//   which symbol are these two bytes?      byte_pairs: the first round of every merge, direct
//
// And one that makes short work of Chinese, Japanese and Korean:
//
//   can a token reach across these two     bridges: where none can, a piece may be cut there, and
//   its characters?                            parts counted each by itself
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace stint::tokenizer {

inline constexpr std::uint32_t no_symbol = UINT32_MAX;

// A piece of up to 15 bytes: the bytes, zero-filled, and above them its length in four bits and, in
// a slot, its number of tokens in four more. An empty slot is all zero.
struct piece_key {
  static constexpr std::size_t max_bytes = 15;
  static constexpr int length_shift = 56;
  static constexpr int count_shift = 60;
  static constexpr std::uint64_t key_mask = (std::uint64_t{1} << count_shift) - 1;

  std::uint64_t low = 0;
  std::uint64_t high = 0;

  // Requires 1 ≤ size ≤ max_bytes. `readable` is where the memory that may be read ends; with 16
  // bytes up to there it is free of branches.
  [[nodiscard]] static piece_key of(const std::uint8_t* bytes, std::size_t size,
                                    const std::uint8_t* readable) noexcept {
    static_assert(std::endian::native == std::endian::little);
    piece_key key;
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

  [[nodiscard]] std::uint32_t count() const noexcept {
    return static_cast<std::uint32_t>(high >> count_shift);
  }
  [[nodiscard]] bool same_piece(piece_key other) const noexcept {
    return ((low ^ other.low) | ((high ^ other.high) & key_mask)) == 0;
  }

  // Of the piece alone, not of its count; 64 bits, the upper ones the best.
  [[nodiscard]] std::uint64_t hash() const noexcept {
    __extension__ using wide = unsigned __int128;
    const wide product =
        wide{low ^ 0x9E3779B97F4A7C15U} * ((high & key_mask) ^ 0xD1B54A32D192ED03U);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
};

// Which of `size` equal parts a hash falls into, by its upper half.
[[nodiscard]] inline std::size_t part_of(std::uint64_t hash, std::uint64_t size) noexcept {
  return static_cast<std::size_t>(((hash >> 32) * size) >> 32);
}

// A perfect hash of keys that are known beforehand (after PTHash: Pibiri and Trani, SIGIR 2021):
// the keys are spread over small buckets, and each bucket has a pilot, found when the table was
// made, that sends its keys to slots no other key has. So a look-up reads one slot, with no
// probing, and whoever is not there is found out by comparing.
class perfect_hash {
 public:
  // `slots` is a power of two, at least as many as a pilot has values; `shift` < 32.
  perfect_hash(std::span<const std::uint16_t> pilots, int shift, std::uint64_t slots) noexcept
      : pilots_(pilots.data()),
        buckets_(pilots.size()),
        mask_(slots - 1),
        shift_(shift),
        pilot_shift_(pilot_shift(slots)) {}

  [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const noexcept {
    return (hash >> shift_ ^ std::uint64_t{pilots_[part_of(hash, buckets_)]} << pilot_shift_) &
           mask_;
  }
  // The same with a pilot that is being tried. Two keys of one bucket whose bits above `shift` are
  // equal would always meet: then another shift is tried.
  [[nodiscard]] static std::size_t place(std::uint64_t hash, std::uint64_t pilot, int shift,
                                         std::uint64_t slots) noexcept {
    return (hash >> shift ^ pilot << pilot_shift(slots)) & (slots - 1);
  }

 private:
  [[nodiscard]] static int pilot_shift(std::uint64_t slots) noexcept {
    return std::countr_zero(slots) - 16;
  }

  const std::uint16_t* pilots_;
  std::uint64_t buckets_;
  std::uint64_t mask_;
  int shift_;
  int pilot_shift_;
};

class vocabulary {
 public:
  // A token of more than piece_key::max_bytes bytes.
  struct long_piece {
    std::uint32_t hash = 0;
    std::uint32_t offset = 0;  // into the arena
    std::uint16_t size = 0;    // 0: free
    std::uint16_t count = 0;
  };
  // A token that merging does not make of its own bytes: it is one only as a whole piece.
  struct stray {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t id = 0;
  };

  // The arrays, each 64-byte aligned, in memory that outlives the vocabulary. Trusted: made by
  // vocabulary_builder in this process or at build time.
  struct arrays {
    std::span<const std::uint32_t> byte_symbols;  // 256
    std::span<const std::uint32_t> byte_pairs;    // 65,536: [first << 8 | second]
    std::span<const std::uint16_t> piece_pilots;
    std::span<const piece_key> pieces;
    std::span<const std::uint16_t> pair_pilots;
    std::span<const std::uint64_t> pairs;  // pair_key above, symbol below
    std::span<const std::uint32_t> links;  // of each symbol
    std::span<const long_piece> long_pieces;
    std::span<const std::uint8_t> arena;
    std::span<const std::uint32_t> ids;  // of each symbol
    std::span<const stray> strays;
    std::span<const std::uint8_t> characters;  // 65,536, or none
    std::span<const std::uint64_t> bridges;    // bridge_bits bits, or none
    std::size_t longest = 0;                   // token, in bytes
    int piece_shift = 0;                       // of perfect_hash
    int pair_shift = 0;
  };

  explicit vocabulary(const arrays& all) noexcept
      : all_(all),
        piece_hash_(all.piece_pilots, all.piece_shift, all.pieces.size()),
        pair_hash_(all.pair_pilots, all.pair_shift, all.pairs.size()) {}

  // How many tokens a whole piece of up to 15 bytes is; 0 if it is not in the table.
  [[nodiscard]] std::uint32_t find(piece_key key) const noexcept {
    const piece_key& slot = all_.pieces[piece_hash_.slot_of(key.hash())];
    return slot.count() & (std::uint32_t{0} - slot.same_piece(key));
  }
  // The same for a longer one, whose long_hash is given.
  [[nodiscard]] std::uint32_t find_long(const std::uint8_t* bytes, std::size_t size,
                                        std::uint64_t hash) const noexcept;

  // What a symbol can be merged with: in the upper half its number among those that are ever the
  // left of a pair, in the lower half its number among the right ones; 0: never. Five of six are
  // neither.
  [[nodiscard]] std::uint32_t links(std::uint32_t symbol) const noexcept {
    return all_.links[symbol];
  }
  // The symbol that two adjacent ones of these links make, or no_symbol. Written without a branch:
  // which way it would go cannot be foretold, and three of four pairs make nothing.
  [[nodiscard]] std::uint32_t merged_links(std::uint32_t left, std::uint32_t right) const noexcept {
    const std::uint64_t key = pair_key(left, right);
    const std::uint64_t slot = all_.pairs[pair_hash_.slot_of(pair_hash(key))];
    return static_cast<std::uint32_t>(slot) | (std::uint32_t{slot >> 32 == key} - 1);
  }
  [[nodiscard]] std::uint32_t merged(std::uint32_t left, std::uint32_t right) const noexcept {
    return merged_links(links(left), links(right));
  }
  // 0 where one of them never merges: the key of a slot that is always there, and makes no_symbol.
  [[nodiscard]] static std::uint64_t pair_key(std::uint32_t left, std::uint32_t right) noexcept {
    const std::uint32_t first = left >> 16;
    const std::uint32_t second = right & 0xFFFF;
    const std::uint32_t both = std::uint32_t{first != 0} & std::uint32_t{second != 0};
    return (first << 16 | second) & (std::uint32_t{0} - both);
  }
  [[nodiscard]] std::uint32_t merged_bytes(const std::uint8_t* two) const noexcept {
    return all_.byte_pairs[static_cast<std::size_t>(two[0]) << 8 | two[1]];
  }
  [[nodiscard]] std::uint32_t symbol_of(std::uint8_t single) const noexcept {
    return all_.byte_symbols[single];
  }

  [[nodiscard]] std::uint32_t id(std::uint32_t symbol) const noexcept { return all_.ids[symbol]; }
  // Characters of three bytes in UTF-8 (U+0800 to U+FFFF). How many tokens one is alone; 0: not
  // here.
  [[nodiscard]] bool has_characters() const noexcept { return !all_.characters.empty(); }
  [[nodiscard]] std::uint32_t character_tokens(std::uint32_t point) const noexcept {
    return all_.characters[point] & 7U;
  }
  // Whether some token may have bytes of both, in this order. False is certain; true may be wrong.
  [[nodiscard]] bool bridged(std::uint32_t first, std::uint32_t second) const noexcept {
    const bool always =
        ((all_.characters[first] & open_right) | (all_.characters[second] & open_left)) != 0;
    const std::size_t bit = bridge_bit(first, second);
    return always || (all_.bridges[bit / 64] >> (bit % 64) & 1) != 0;
  }
  static constexpr std::uint8_t open_right = 8;
  static constexpr std::uint8_t open_left = 16;
  static constexpr std::size_t bridge_bits = std::size_t{1} << 19;
  [[nodiscard]] static std::size_t bridge_bit(std::uint32_t first, std::uint32_t second) noexcept {
    return part_of((std::uint64_t{first} << 16 | second) * 0x9E3779B97F4A7C15U, bridge_bits);
  }

  // The id of a whole piece that merging would not make, or no_symbol.
  [[nodiscard]] std::uint32_t stray_id(const std::uint8_t* bytes, std::size_t size) const noexcept;

  // For a loop that asks for many pieces at once what find() asks for one.
  [[nodiscard]] const perfect_hash& piece_hash() const noexcept { return piece_hash_; }
  [[nodiscard]] const piece_key* pieces() const noexcept { return all_.pieces.data(); }

  [[nodiscard]] std::size_t size() const noexcept { return all_.ids.size(); }

  static constexpr std::uint64_t free_pair = UINT64_MAX;
  [[nodiscard]] static std::uint64_t pair_hash(std::uint64_t key) noexcept {
    const std::uint64_t mixed = key * 0x9E3779B97F4A7C15U;
    return mixed ^ mixed >> 32;
  }
  [[nodiscard]] static std::uint64_t long_hash(const std::uint8_t* bytes,
                                               std::size_t size) noexcept;

 private:
  arrays all_;
  perfect_hash piece_hash_;
  perfect_hash pair_hash_;
};

}  // namespace stint::tokenizer
