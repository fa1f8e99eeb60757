// The kernel for processors with SSE4.2: a block is four registers. Tested by
// tests/tokenizer/kernel_test.cpp.
#include "tokenizer/kernel_parts.hpp"

#if defined(__x86_64__)

#include <immintrin.h>

#define STINT_KERNEL __attribute__((target("sse4.2,popcnt")))

namespace stint::tokenizer {
namespace {

struct lanes {
  struct quarters {
    __m128i parts[4];
  };

  template <class Compare>
  STINT_KERNEL static inline std::uint64_t bits(const quarters& text, Compare compare) noexcept {
    std::uint64_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const auto part = static_cast<std::uint32_t>(_mm_movemask_epi8(compare(text.parts[i])));
      out |= std::uint64_t{part} << (16 * i);
    }
    return out;
  }
  STINT_KERNEL static std::uint64_t within(const quarters& text, char first, char last) noexcept {
    const __m128i low = _mm_set1_epi8(first);
    const __m128i width = _mm_set1_epi8(static_cast<char>(last - first));
    return bits(text, [=](__m128i part) STINT_KERNEL {
      const __m128i moved = _mm_sub_epi8(part, low);
      return _mm_cmpeq_epi8(_mm_min_epu8(moved, width), moved);
    });
  }
  STINT_KERNEL static std::uint64_t equal(const quarters& text, char wanted) noexcept {
    const __m128i all = _mm_set1_epi8(wanted);
    return bits(text, [=](__m128i part) STINT_KERNEL { return _mm_cmpeq_epi8(part, all); });
  }

  // What lies beyond the text is zero.
  STINT_KERNEL static inline quarters load_block(const std::uint8_t* at, unsigned size,
                                                 std::uint8_t* copy) noexcept {
    if (size < 64) {
      std::memcpy(copy, at, size);
      at = copy;
    }
    quarters text;
    for (int i = 0; i < 4; ++i)
      text.parts[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i));
    return text;
  }

  STINT_KERNEL static inline block_masks classify(const std::uint8_t* at, unsigned size,
                                                  std::uint64_t& high) noexcept {
    alignas(64) std::uint8_t copy[64] = {};
    const quarters text = load_block(at, size, copy);
    block_masks out;
    out.upper = within(text, 'A', 'Z');
    out.lower = within(text, 'a', 'z');
    out.digit = within(text, '0', '9');
    out.newline = equal(text, '\n') | equal(text, '\r');
    out.space = equal(text, ' ');
    out.blank = (within(text, '\t', '\r') & ~out.newline) | out.space;
    out.apostrophe = equal(text, '\'');
    out.slash = equal(text, '/');
    high = bits(text, [](__m128i part) STINT_KERNEL { return part; });
    return out;
  }

  STINT_KERNEL static inline std::uint64_t ideographs(const std::uint8_t* at,
                                                      unsigned size) noexcept {
    alignas(64) std::uint8_t copy[64] = {};
    const quarters text = load_block(at, size, copy);
    return within(text, '\xE5', '\xE8') | within(text, '\xEB', '\xEC');
  }

  STINT_KERNEL static inline piece_key key_of(const std::uint8_t* piece, unsigned size,
                                              const std::uint8_t* readable) noexcept {
    return piece_key::of(piece, size, readable);
  }
};

#include "tokenizer/kernel_body.inc"

}  // namespace

const kernel sse42_kernel = {"sse4.2", count_with_blocks};

}  // namespace stint::tokenizer

#endif
