// Tested by tests/tokenizer/vocab/vocabulary_test.cpp.
#include "tokenizer/bpe/vocabulary.hpp"

#include <algorithm>

namespace stint::tokenizer {
namespace {

std::string_view view(const std::uint8_t* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

std::uint64_t vocabulary::long_hash(const std::uint8_t* bytes, std::size_t size) noexcept {
  std::uint64_t state = 0x9E3779B97F4A7C15U ^ size;
  for (; size >= 8; bytes += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, 8);
    state = piece_key{word, state & piece_key::key_mask}.hash() ^ state >> 40;
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, size);
  return piece_key{word, state & piece_key::key_mask}.hash() ^ state >> 40;
}

std::uint32_t vocabulary::find_long(const std::uint8_t* bytes, std::size_t size,
                                    std::uint64_t hash) const noexcept {
  if (size > all_.longest) return 0;
  const std::size_t slots = all_.long_pieces.size();
  for (std::size_t at = part_of(hash, slots);; at = (at + 1) % slots) {
    const long_piece& slot = all_.long_pieces[at];
    if (slot.size == 0) return 0;
    if (slot.hash == static_cast<std::uint32_t>(hash) && slot.size == size &&
        std::memcmp(&all_.arena[slot.offset], bytes, size) == 0) {
      return slot.count;
    }
  }
}

std::uint32_t vocabulary::stray_id(const std::uint8_t* bytes, std::size_t size) const noexcept {
  const std::string_view wanted = view(bytes, size);
  const auto text = [&](const stray& one) { return view(&all_.arena[one.offset], one.size); };
  const auto found =
      std::lower_bound(all_.strays.begin(), all_.strays.end(), wanted,
                       [&](const stray& one, std::string_view key) { return text(one) < key; });
  return found != all_.strays.end() && text(*found) == wanted ? found->id : no_symbol;
}

}  // namespace stint::tokenizer
