// The plain kernel, and which kernels this processor can run. Tested by
// tests/tokenizer/bpe/kernel_test.cpp.
#include "tokenizer/bpe/kernel.hpp"

#include <array>

#include "tokenizer/bpe/kernel_parts.hpp"

namespace stint::tokenizer {
namespace {

std::int64_t count_plainly(const kernel_text& text) {
  split_text cut{.end = text.end, .valid_utf8 = true};
  std::int64_t tokens = 0;
  for (const std::uint8_t* at = text.begin; at != text.end;) {
    const std::uint8_t* const end = next_piece(text.rule, cut, at);
    tokens += count_whole_piece(text.words, at, static_cast<std::size_t>(end - at), text.end);
    at = end;
  }
  return tokens;
}

struct available {
  std::array<kernel, 4> all{};
  std::size_t size = 0;

  available() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const bool scalars = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                         __builtin_cpu_supports("popcnt");
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && scalars) {
      all[size++] = avx512_kernel;
    }
    if (__builtin_cpu_supports("avx2") && scalars) {
      all[size++] = avx2_kernel;
    }
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt")) {
      all[size++] = sse42_kernel;
    }
#endif
    all[size++] = plain_kernel;
  }
};

}  // namespace

const kernel plain_kernel = {"plain", count_plainly};

std::span<const kernel> kernels() noexcept {
  static const available found;
  return {found.all.data(), found.size};
}

std::int64_t count_whole_piece(const vocabulary& words, const std::uint8_t* piece, std::size_t size,
                               const std::uint8_t* readable) {
  const std::uint32_t known =
      size <= piece_key::max_bytes
          ? words.find(piece_key::of(piece, size, readable))
          : words.find_long(piece, size, vocabulary::long_hash(piece, size));
  return known != 0 ? known : count_merged(words, piece, size);
}

}  // namespace stint::tokenizer
