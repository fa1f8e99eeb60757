#include "tokenizer/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace stint::tokenizer {
namespace {

constexpr std::size_t longest_token = 255;

[[noreturn]] void fail(std::size_t line, const char* why) {
  std::fprintf(stderr, "stint: damaged vocabulary, line %zu: %s\n", line, why);
  std::abort();
}

constexpr std::array<int, 256> make_base64_values() noexcept {
  std::array<int, 256> values{};
  values.fill(-1);
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<int>(i);
  }
  return values;
}

constexpr std::array<int, 256> base64_values = make_base64_values();

using token_buffer = std::array<std::uint8_t, longest_token + 16>;

// The number of bytes decoded into `out`, or 0 if `text` is not base64 or too long.
std::size_t decode_base64(std::string_view text, token_buffer& out) {
  while (!text.empty() && text.back() == '=')
    text.remove_suffix(1);
  if (text.size() > longest_token * 4 / 3) return 0;
  std::uint32_t bits = 0;
  int have = 0;
  std::size_t size = 0;
  for (const char digit : text) {
    const int value = base64_values[static_cast<std::uint8_t>(digit)];
    if (value < 0) return 0;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out[size++] = static_cast<std::uint8_t>(bits >> have);
    }
  }
  return size;
}

std::uint64_t hash_bytes(const std::uint8_t* bytes, std::size_t size) noexcept {
  std::uint64_t state = 0x9E3779B97F4A7C15U ^ size;
  for (; size >= 8; bytes += 8, size -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, 8);
    state = short_key{word, state & short_key::key_mask}.hash() ^ state >> 40;
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, size);
  return short_key{word, state & short_key::key_mask}.hash() ^ state >> 40;
}

}  // namespace

vocabulary::vocabulary(std::string_view rank_file) {
  const auto lines = static_cast<std::size_t>(std::count(rank_file.begin(), rank_file.end(), '\n'));
  const std::size_t slots = std::bit_ceil(2 * lines + 2);
  short_.resize(slots);
  short_shift_ = 64 - std::countr_zero(slots);
  long_.resize(std::bit_ceil(lines / 4 + 2));
  arena_.reserve(lines * 2);
  pairs_.assign(1 << 16, no_rank);

  token_buffer token{};
  std::size_t line = 0;
  while (!rank_file.empty()) {
    const std::size_t space = rank_file.find(' ');
    const std::size_t line_end = rank_file.find('\n');
    if (line_end == std::string_view::npos || space > line_end) fail(line + 1, "no rank");
    const std::size_t size = decode_base64(rank_file.substr(0, space), token);
    if (size == 0) fail(line + 1, "not a token in base64");
    std::size_t rank = 0;
    const char* const number_end = rank_file.data() + line_end;
    const auto parsed = std::from_chars(rank_file.data() + space + 1, number_end, rank);
    if (parsed.ec != std::errc{} || parsed.ptr != number_end) fail(line + 1, "not a rank");
    if (rank != line) fail(line + 1, "ranks are not 0, 1, 2, …");
    insert(token.data(), size, static_cast<std::uint32_t>(rank));
    ++line;
    rank_file.remove_prefix(line_end + 1);
  }
  size_ = line;
  for (int value = 0; value < 256; ++value) {
    const std::array<std::uint8_t, 16> single = {static_cast<std::uint8_t>(value)};
    if (this->rank(single.data(), 1, single.data() + 16) == no_rank) {
      fail(line, "a single byte is missing");
    }
  }
}

void vocabulary::insert(const std::uint8_t* bytes, std::size_t size, std::uint32_t rank) {
  if (rank >= std::uint32_t{1} << 20) fail(rank, "more ranks than a slot can hold");
  longest_ = std::max(longest_, size);
  if (size == 2) pairs_[pair_index(bytes)] = rank;
  if (size <= short_key::max_bytes) {
    short_key key = short_key::of(bytes, size, bytes + 16);
    std::size_t at = key.hash() >> short_shift_;
    while (short_[at].high != 0)
      at = (at + 1) & (short_.size() - 1);
    key.high |= std::uint64_t{rank} << short_key::value_shift;
    short_[at] = key;
    return;
  }
  if (++long_count_ > long_.size() / 2) fail(rank, "more long tokens than the table holds");
  std::size_t at = hash_bytes(bytes, size) & (long_.size() - 1);
  while (long_[at].size != 0)
    at = (at + 1) & (long_.size() - 1);
  long_[at] = {.offset = static_cast<std::uint32_t>(arena_.size()),
               .rank = rank,
               .size = static_cast<std::uint8_t>(size)};
  arena_.insert(arena_.end(), bytes, bytes + size);
}

std::uint32_t vocabulary::rank_long(const std::uint8_t* bytes, std::size_t size) const noexcept {
  for (std::size_t at = hash_bytes(bytes, size) & (long_.size() - 1); long_[at].size != 0;
       at = (at + 1) & (long_.size() - 1)) {
    const long_slot& slot = long_[at];
    if (slot.size == size && std::memcmp(arena_.data() + slot.offset, bytes, size) == 0) {
      return slot.rank;
    }
  }
  return no_rank;
}

}  // namespace stint::tokenizer
