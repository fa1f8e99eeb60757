// The kernel for processors with AVX2: a block is two registers. Tested by
// tests/tokenizer/bpe/kernel_test.cpp.
#include "tokenizer/bpe/kernel_parts.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#define STINT_KERNEL __attribute__((target("avx2,bmi,bmi2,popcnt")))

namespace stint::tokenizer {
namespace {

struct lanes {
  struct halves {
    __m256i first;
    __m256i second;
  };
  using text = halves;

  STINT_KERNEL static std::uint64_t bits(__m256i first, __m256i second) noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(first)) |
           std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(second))} << 32;
  }
  STINT_KERNEL static __m256i between(__m256i part, char first, char last) noexcept {
    const __m256i moved = _mm256_sub_epi8(part, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(
        _mm256_min_epu8(moved, _mm256_set1_epi8(static_cast<char>(last - first))), moved);
  }
  STINT_KERNEL static std::uint64_t within(halves block, char first, char last) noexcept {
    return bits(between(block.first, first, last), between(block.second, first, last));
  }
  STINT_KERNEL static std::uint64_t equal(halves block, char wanted) noexcept {
    const __m256i all = _mm256_set1_epi8(wanted);
    return bits(_mm256_cmpeq_epi8(block.first, all), _mm256_cmpeq_epi8(block.second, all));
  }
  STINT_KERNEL static __m256i load(const std::uint8_t* at) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }

  // What lies beyond the text is zero.
  STINT_KERNEL static inline halves load_block(const std::uint8_t* at, unsigned size,
                                               std::uint8_t* copy) noexcept {
    if (size < 64) {
      std::memcpy(copy, at, size);
      at = copy;
    }
    return {load(at), load(at + 32)};
  }

  STINT_KERNEL static std::uint64_t high(const halves& block) noexcept {
    return bits(block.first, block.second);
  }

  STINT_KERNEL static inline piece_key key_of(const std::uint8_t* piece, unsigned size,
                                              const std::uint8_t* readable) noexcept {
    return piece_key::of(piece, size, readable);
  }
};

#include "tokenizer/bpe/kernel_body.inc"

}  // namespace

const kernel avx2_kernel = {"avx2", count_with_blocks};

}  // namespace stint::tokenizer

#endif
