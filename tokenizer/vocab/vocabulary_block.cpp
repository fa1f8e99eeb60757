// Tested by tests/tokenizer/vocab/vocabulary_test.cpp.
#include "tokenizer/vocab/vocabulary_block.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace stint::tokenizer {
namespace {

// "stintvo" and the version of the layout.
constexpr std::uint64_t magic = 0x01'6F'76'74'6E'69'74'73;
constexpr std::size_t words_per_line = 8;

// Calls with_array for each array, in the order they have in a block.
template <class Arrays, class WithArray>
void for_each_array(Arrays& all, WithArray with_array) {
  with_array(all.byte_symbols);
  with_array(all.byte_pairs);
  with_array(all.piece_pilots);
  with_array(all.pieces);
  with_array(all.pair_pilots);
  with_array(all.pairs);
  with_array(all.links);
  with_array(all.long_pieces);
  with_array(all.arena);
  with_array(all.ids);
  with_array(all.strays);
  with_array(all.characters);
  with_array(all.bridges);
}

// The head: magic, checksum, longest, the two shifts, then where each array begins and how many
// elements it has.
constexpr std::size_t first_array = 5;
constexpr std::size_t head_words = 32;

// Of all words but the first two. Every bit counts, and each word's place: a damaged block must not
// miscount. Reading the block once is also what brings it into the processor's caches.
std::uint64_t checksum_of(const std::uint64_t* words, std::size_t size) noexcept {
  std::uint64_t lanes[4] = {1, 2, 3, 4};
  for (std::size_t i = 2; i < size; ++i) {
    std::uint64_t& lane = lanes[i % 4];
    lane = (lane ^ words[i]) * 0x9E3779B97F4A7C15U;
    lane ^= lane >> 29;
  }
  return lanes[0] ^ std::rotl(lanes[1], 17) ^ std::rotl(lanes[2], 31) ^ std::rotl(lanes[3], 47);
}

}  // namespace

std::vector<std::uint64_t> block_of(const vocabulary::arrays& all) {
  std::vector<std::uint64_t> out(head_words);
  out[0] = magic;
  out[2] = all.longest;
  out[3] = static_cast<std::uint64_t>(all.piece_shift);
  out[4] = static_cast<std::uint64_t>(all.pair_shift);
  std::size_t entry = first_array;
  for_each_array(all, [&](const auto& values) {
    const std::size_t at = out.size();
    out[entry++] = at;
    out[entry++] = values.size();
    out.resize(at + (values.size_bytes() + 63) / 64 * words_per_line);
    if (!values.empty()) std::memcpy(&out[at], values.data(), values.size_bytes());
  });
  out[1] = checksum_of(out.data(), out.size());
  return out;
}

std::optional<vocabulary::arrays> open_vocabulary(std::span<const std::byte> block) noexcept {
  std::array<std::uint64_t, head_words> head{};
  if (block.size() < sizeof head) return std::nullopt;
  std::memcpy(head.data(), block.data(), sizeof head);
  const auto* const words = reinterpret_cast<const std::uint64_t*>(block.data());
  if (head[0] != magic || head[1] != checksum_of(words, block.size() / sizeof words[0])) {
    return std::nullopt;
  }
  vocabulary::arrays all;
  all.longest = head[2];
  all.piece_shift = static_cast<int>(head[3]);
  all.pair_shift = static_cast<int>(head[4]);
  std::size_t entry = first_array;
  bool inside = true;
  for_each_array(all, [&]<class T>(std::span<const T>& values) {
    const std::uint64_t begin = head[entry++] * sizeof(std::uint64_t);
    const std::uint64_t count = head[entry++];
    inside = inside && begin <= block.size() && count <= (block.size() - begin) / sizeof(T);
    if (inside) values = {reinterpret_cast<const T*>(block.data() + begin), count};
  });
  if (!inside) return std::nullopt;
  return all;
}

}  // namespace stint::tokenizer
