// Tested by tests/tokenizer/keyed_hash_test.cpp.
#include "tokenizer/keyed_hash.hpp"

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

keyed_hash::digest keyed_hash::sum(const std::uint64_t* words, std::size_t pairs,
                                   const std::uint64_t* key) noexcept {
  wide first = 0;
  wide second = 0;
  for (std::size_t i = 0; i < 2 * pairs; i += 2) {
    first += wide{words[i] + key[i]} * (words[i + 1] + key[i + 1]);
    second += wide{words[i] + key[i + 2]} * (words[i + 1] + key[i + 3]);
  }
  return {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(first >> 64),
          static_cast<std::uint64_t>(second), static_cast<std::uint64_t>(second >> 64)};
}

keyed_hash::digest keyed_hash::of(std::string_view text) const noexcept {
  constexpr std::size_t block_bytes = 8 * block_words;
  std::array<std::uint64_t, 4 * blocks_max> sums;
  std::size_t blocks = 0;
  std::array<std::uint64_t, block_words> copy;
  do {
    const std::size_t size = text.size() < block_bytes ? text.size() : block_bytes;
    const std::size_t pairs = (size + 15) / 16;
    if (pairs > 0) {
      copy[2 * pairs - 2] = 0;
      copy[2 * pairs - 1] = 0;
    }
    std::memcpy(copy.data(), text.data(), size);
    const digest found = sum(copy.data(), pairs, block_key_.data());
    std::memcpy(&sums[4 * blocks++], found.data(), sizeof found);
    text.remove_prefix(size);
  } while (!text.empty());
  return sum(sums.data(), 2 * blocks, top_key_.data());
}

}  // namespace stint::tokenizer
