// Tested by tests/tokenizer/prompt/keyed_hash_test.cpp.
#include "tokenizer/prompt/keyed_hash.hpp"

#include <cstdlib>
#include <cstring>

#include <sys/random.h>

namespace stint::tokenizer {
namespace {

__extension__ using wide = unsigned __int128;

void fill_randomly(void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = getrandom(at, size, 0);
    if (got <= 0) std::abort();
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

keyed_hash::keyed_hash() {
  fill_randomly(block_key_.data(), sizeof block_key_);
  fill_randomly(top_key_.data(), sizeof top_key_);
}

keyed_hash::digest keyed_hash::sum(const char* bytes, std::size_t pairs,
                                   const std::uint64_t* key) noexcept {
  wide first = 0;
  wide second = 0;
  for (std::size_t i = 0; i < 2 * pairs; i += 2) {
    std::uint64_t words[2];
    std::memcpy(words, bytes + 8 * i, sizeof words);
    first += wide{words[0] + key[i]} * (words[1] + key[i + 1]);
    second += wide{words[0] + key[i + 2]} * (words[1] + key[i + 3]);
  }
  return {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(first >> 64),
          static_cast<std::uint64_t>(second), static_cast<std::uint64_t>(second >> 64)};
}

keyed_hash::digest keyed_hash::of(std::string_view text) const noexcept {
  constexpr std::size_t block_bytes = 8 * block_words;
  if (text.size() > text_bytes_max) std::abort();
  std::array<digest, blocks_max> sums;
  std::size_t blocks = 0;
  for (; text.size() >= block_bytes; text.remove_prefix(block_bytes))
    sums[blocks++] = sum(text.data(), block_words / 2, block_key_.data());
  if (!text.empty() || blocks == 0) {
    const std::size_t pairs = (text.size() + 15) / 16;
    std::array<char, block_bytes> padded;
    if (pairs > 0) std::memset(&padded[16 * pairs - 16], 0, 16);
    if (!text.empty()) std::memcpy(padded.data(), text.data(), text.size());
    sums[blocks++] = sum(padded.data(), pairs, block_key_.data());
  }
  return sum(reinterpret_cast<const char*>(sums.data()), 2 * blocks, top_key_.data());
}

}  // namespace stint::tokenizer
