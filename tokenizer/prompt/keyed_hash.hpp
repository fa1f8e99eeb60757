// A keyed hash that recognises a text again: 256 bits, of which two texts of the same length share
// all with a probability of at most 2^-128 for whoever does not know the key, whatever texts they
// choose. Nothing computed with the key leaves the process. Immutable once made: any thread.
//
// It is NH, the universal hash of UMAC (Black, Halevi, Krawczyk, Krovetz, Rogaway, CRYPTO '99; RFC
// 4418, section 5.2), with words of 64 bits as in VMAC: Σ (m₂ᵢ + k₂ᵢ)(m₂ᵢ₊₁ + k₂ᵢ₊₁) mod 2^128,
// where two texts collide with probability 2^-64. It is taken twice with the key shifted by two
// words (the Toeplitz construction: the probabilities multiply), over blocks of a kilobyte, and
// then over what the blocks gave. That costs a multiplication for eight bytes: several gigabytes a
// second.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace stint::tokenizer {

class keyed_hash {
 public:
  // Of longer texts no digest is made.
  static constexpr std::size_t text_bytes_max = 64 * 1024;
  using digest = std::array<std::uint64_t, 4>;

  static constexpr std::size_t block_words = 128;
  static constexpr std::size_t blocks_max = text_bytes_max / (8 * block_words);
  using block_key = std::array<std::uint64_t, block_words + 2>;
  using top_key = std::array<std::uint64_t, 4 * blocks_max + 2>;

  // A key of the operating system's randomness; aborts where there is none.
  keyed_hash();
  // With a key that is known, to be compared with what others compute.
  keyed_hash(const block_key& of_blocks, const top_key& of_sums) noexcept
      : block_key_(of_blocks), top_key_(of_sums) {}

  // Requires text.size() ≤ text_bytes_max. Texts of different lengths may have the same digest.
  [[nodiscard]] digest of(std::string_view text) const noexcept;

 private:
  [[nodiscard]] static digest sum(const char* bytes, std::size_t pairs,
                                  const std::uint64_t* key) noexcept;

  block_key block_key_;
  top_key top_key_;
};

}  // namespace stint::tokenizer
