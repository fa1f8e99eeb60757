// The kernel for processors with SSE4.2: a block is four registers. Tested by
// tests/tokenizer/bpe/kernel_test.cpp.
#include "tokenizer/bpe/kernel_parts.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#define STINT_KERNEL __attribute__((target("sse4.2,popcnt")))

namespace stint::tokenizer {
namespace {

struct lanes {
  struct quarters {
    __m128i parts[4];
  };
  using text = quarters;

  template <class Compare>
  STINT_KERNEL static inline std::uint64_t bits(const quarters& block, Compare compare) noexcept {
    std::uint64_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const auto part = static_cast<std::uint32_t>(_mm_movemask_epi8(compare(block.parts[i])));
      out |= std::uint64_t{part} << (16 * i);
    }
    return out;
  }
  STINT_KERNEL static std::uint64_t within(const quarters& block, char first, char last) noexcept {
    const __m128i low = _mm_set1_epi8(first);
    const __m128i width = _mm_set1_epi8(static_cast<char>(last - first));
    return bits(block, [=](__m128i part) STINT_KERNEL {
      const __m128i moved = _mm_sub_epi8(part, low);
      return _mm_cmpeq_epi8(_mm_min_epu8(moved, width), moved);
    });
  }
  STINT_KERNEL static std::uint64_t equal(const quarters& block, char wanted) noexcept {
    const __m128i all = _mm_set1_epi8(wanted);
    return bits(block, [=](__m128i part) STINT_KERNEL { return _mm_cmpeq_epi8(part, all); });
  }

  // What lies beyond the text is zero.
  STINT_KERNEL static inline quarters load_block(const std::uint8_t* at, unsigned size,
                                                 std::uint8_t* copy) noexcept {
    if (size < 64) {
      std::memcpy(copy, at, size);
      at = copy;
    }
    quarters block;
    for (int i = 0; i < 4; ++i)
      block.parts[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i));
    return block;
  }

  STINT_KERNEL static std::uint64_t high(const quarters& block) noexcept {
    return bits(block, [](__m128i part) STINT_KERNEL { return part; });
  }

  STINT_KERNEL static inline piece_key key_of(const std::uint8_t* piece, unsigned size,
                                              const std::uint8_t* readable) noexcept {
    return piece_key::of(piece, size, readable);
  }
};

#include "tokenizer/bpe/kernel_body.inc"

}  // namespace

const kernel sse42_kernel = {"sse4.2", count_with_blocks};

}  // namespace stint::tokenizer

#endif
