// How many tokens recently met pieces are: those of up to 13 bytes that are not themselves a token,
// about one in ten of English. Fixed size, direct-mapped, one per thread, shared by the encodings:
// no locks, no growth. It holds counts only, and an entry is used only when its whole piece and
// encoding are equal, so what one request left there can never change another's count.
#pragma once

#include <array>
#include <cstdint>

#include "tokenizer/vocabulary.hpp"

namespace stint::tokenizer {

class piece_cache {
 public:
  // 0: not known.
  [[nodiscard]] std::uint32_t find(short_key key, std::uint32_t encoding_number) const noexcept {
    const short_key& slot = slots_[index(key)];
    const bool same = slot.low == key.low && (slot.high & tag_mask) == tagged(key, encoding_number);
    return same ? static_cast<std::uint32_t>(slot.high >> count_shift) : 0;
  }

  // Requires 0 < count < 256: a piece of up to 13 bytes has at most 13 tokens.
  void put(short_key key, std::uint32_t encoding_number, std::uint32_t count) noexcept {
    slots_[index(key)] = {key.low,
                          tagged(key, encoding_number) | std::uint64_t{count} << count_shift};
  }

 private:
  static constexpr std::size_t slot_bits = 13;  // 128 KiB a thread
  static constexpr int count_shift = short_key::value_shift + 8;
  static constexpr std::uint64_t tag_mask = (std::uint64_t{1} << count_shift) - 1;

  static std::uint64_t tagged(short_key key, std::uint32_t encoding_number) noexcept {
    return key.high | std::uint64_t{encoding_number} << short_key::value_shift;
  }
  static std::size_t index(short_key key) noexcept { return key.hash() >> (64 - slot_bits); }

  std::array<short_key, std::size_t{1} << slot_bits> slots_{};
};

}  // namespace stint::tokenizer
