#include "tokenizer/bpe_encoding.hpp"

#include <simdjson.h>

#include "tokenizer/char_class.hpp"
#include "tokenizer/piece_cache.hpp"

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

const byte* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const byte*>(text.data());
}

bool is_utf8(const byte* begin, std::size_t size) noexcept {
  return simdjson::validate_utf8(reinterpret_cast<const char*>(begin), size);
}

// A piece with each maximal ill-formed subsequence replaced by U+FFFD: what a JavaScript or Python
// caller of tiktoken passes on.
std::vector<byte> repaired(const byte* piece, std::size_t size) {
  std::vector<byte> out;
  out.reserve(size + size / 2);
  const byte* const end = piece + size;
  bool truncated = false;
  while (piece != end) {
    const int length = sequence_length(piece, end, truncated);
    if (length > 0) {
      out.insert(out.end(), piece, piece + length);
      piece += length;
    } else {
      out.insert(out.end(), {0xEF, 0xBF, 0xBD});
      piece -= length;
    }
  }
  return out;
}

piece_cache& cache_of_thread() noexcept {
  constinit thread_local piece_cache cache;
  return cache;
}

}  // namespace

std::int64_t bpe_encoding::count_piece(const byte* piece, std::size_t size,
                                       const byte* readable) const {
  if (size == 1) return 1;
  if (size > short_key::max_bytes) return merges_.count(piece, size, readable);
  const short_key key = short_key::of(piece, size, readable);
  if (words_.rank_short(key) != no_rank) return 1;
  piece_cache& cache = cache_of_thread();
  if (const std::uint32_t known = cache.find(key, number_)) return known;
  const std::int64_t tokens = merges_.count_merged(piece, size, readable);
  cache.put(key, number_, static_cast<std::uint32_t>(tokens));
  return tokens;
}

std::int64_t bpe_encoding::count(std::string_view text) const noexcept {
  const byte* at = bytes_of(text);
  const byte* const end = at + text.size();
  split_text cut{.end = end, .valid_utf8 = is_utf8(at, text.size())};
  std::int64_t tokens = 0;
  while (at != end) {
    const byte* const piece_end = next_piece(rule_, cut, at);
    const auto size = static_cast<std::size_t>(piece_end - at);
    if (cut.valid_utf8 || is_utf8(at, size)) {
      tokens += count_piece(at, size, end);
    } else {
      const std::vector<byte> piece = repaired(at, size);
      tokens += count_piece(piece.data(), piece.size(), piece.data() + piece.size());
    }
    at = piece_end;
  }
  return tokens;
}

std::vector<std::uint32_t> bpe_encoding::encode(std::string_view text) const {
  const byte* at = bytes_of(text);
  const byte* const end = at + text.size();
  split_text cut{.end = end, .valid_utf8 = is_utf8(at, text.size())};
  std::vector<std::uint32_t> ids;
  while (at != end) {
    const byte* const piece_end = next_piece(rule_, cut, at);
    const auto size = static_cast<std::size_t>(piece_end - at);
    if (cut.valid_utf8 || is_utf8(at, size)) {
      merges_.encode(at, size, end, ids);
    } else {
      const std::vector<byte> piece = repaired(at, size);
      merges_.encode(piece.data(), piece.size(), piece.data() + piece.size(), ids);
    }
    at = piece_end;
  }
  return ids;
}

std::size_t bpe_encoding::stable_prefix(std::string_view text) const noexcept {
  const byte* const begin = bytes_of(text);
  const byte* const end = begin + text.size();
  split_text cut{.end = end, .valid_utf8 = is_utf8(begin, text.size())};
  const byte* stable = begin;
  bool blank_before = false;
  for (const byte* at = begin; at != end;) {
    at = next_piece(rule_, cut, at);
    if (cut.touched_end) break;
    // Of a run of spaces the last is cut off for what follows. Where that leaves it alone (before a
    // digit), the border after it is none: the prefix by itself would end in one run.
    if (!cut.blank || !blank_before) stable = at;
    blank_before = cut.blank;
  }
  return static_cast<std::size_t>(stable - begin);
}

}  // namespace stint::tokenizer
