// The kernel for processors with AVX-512BW: a block is one register. Tested by
// tests/tokenizer/bpe/kernel_test.cpp.
#include "tokenizer/bpe/kernel_parts.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#define STINT_KERNEL __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt")))

namespace stint::tokenizer {
namespace {

struct lanes {
  using text = __m512i;

  STINT_KERNEL static std::uint64_t within(text block, char first, char last) noexcept {
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(block, _mm512_set1_epi8(first)),
                                  _mm512_set1_epi8(static_cast<char>(last - first)));
  }
  STINT_KERNEL static std::uint64_t equal(text block, char wanted) noexcept {
    return _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(wanted));
  }

  STINT_KERNEL static inline text load_block(const std::uint8_t* at, unsigned size,
                                             std::uint8_t*) noexcept {
    return _mm512_maskz_loadu_epi8(block_detail::below(size), at);
  }
  STINT_KERNEL static std::uint64_t high(text block) noexcept { return _mm512_movepi8_mask(block); }

  STINT_KERNEL static inline piece_key key_of(const std::uint8_t* piece, unsigned size,
                                              const std::uint8_t*) noexcept {
    const __m128i bytes = _mm_maskz_loadu_epi8(static_cast<__mmask16>((1U << size) - 1), piece);
    return {static_cast<std::uint64_t>(_mm_cvtsi128_si64(bytes)),
            static_cast<std::uint64_t>(_mm_extract_epi64(bytes, 1)) |
                std::uint64_t{size} << piece_key::length_shift};
  }
};

#include "tokenizer/bpe/kernel_body.inc"

}  // namespace

const kernel avx512_kernel = {"avx512", count_with_blocks};

}  // namespace stint::tokenizer

#endif
