// The kernel for processors with AVX2: a block is two registers. Tested by
// tests/tokenizer/kernel_test.cpp.
#include "tokenizer/kernel_parts.hpp"

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

  STINT_KERNEL static std::uint64_t bits(__m256i first, __m256i second) noexcept {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(first)) |
           std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(second))} << 32;
  }
  STINT_KERNEL static __m256i between(__m256i text, char first, char last) noexcept {
    const __m256i moved = _mm256_sub_epi8(text, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(
        _mm256_min_epu8(moved, _mm256_set1_epi8(static_cast<char>(last - first))), moved);
  }
  STINT_KERNEL static std::uint64_t within(halves text, char first, char last) noexcept {
    return bits(between(text.first, first, last), between(text.second, first, last));
  }
  STINT_KERNEL static std::uint64_t equal(halves text, char wanted) noexcept {
    const __m256i all = _mm256_set1_epi8(wanted);
    return bits(_mm256_cmpeq_epi8(text.first, all), _mm256_cmpeq_epi8(text.second, all));
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

  STINT_KERNEL static inline block_masks classify(const std::uint8_t* at, unsigned size,
                                                  std::uint64_t& high) noexcept {
    alignas(64) std::uint8_t copy[64] = {};
    const halves text = load_block(at, size, copy);
    block_masks out;
    out.upper = within(text, 'A', 'Z');
    out.lower = within(text, 'a', 'z');
    out.digit = within(text, '0', '9');
    out.newline = equal(text, '\n') | equal(text, '\r');
    out.space = equal(text, ' ');
    out.blank = (within(text, '\t', '\r') & ~out.newline) | out.space;
    out.apostrophe = equal(text, '\'');
    out.slash = equal(text, '/');
    high = bits(text.first, text.second);
    return out;
  }

  STINT_KERNEL static inline std::uint64_t ideographs(const std::uint8_t* at,
                                                      unsigned size) noexcept {
    alignas(64) std::uint8_t copy[64] = {};
    const halves text = load_block(at, size, copy);
    return within(text, '\xE5', '\xE8') | within(text, '\xEB', '\xEC');
  }

  STINT_KERNEL static inline piece_key key_of(const std::uint8_t* piece, unsigned size,
                                              const std::uint8_t* readable) noexcept {
    return piece_key::of(piece, size, readable);
  }
};

#include "tokenizer/kernel_body.inc"

}  // namespace

const kernel avx2_kernel = {"avx2", count_with_blocks};

}  // namespace stint::tokenizer

#endif
