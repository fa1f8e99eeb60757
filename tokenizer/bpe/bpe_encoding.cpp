// Tested by tests/tokenizer/bpe/encoding_test.cpp.
#include "tokenizer/bpe/bpe_encoding.hpp"

#include <array>
#include <memory>

#include <simdjson.h>

#include "tokenizer/bpe/byte_pair.hpp"
#include "tokenizer/unicode/char_class.hpp"

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

// 768 KB for each thread and encoding that it has counted with.
piece_cache& cache_of_thread(std::uint32_t number) {
  thread_local std::array<std::unique_ptr<piece_cache>, bpe_encoding::encodings_max> caches;
  std::unique_ptr<piece_cache>& cache = caches[number];
  if (!cache) cache = std::make_unique<piece_cache>();
  return *cache;
}

// "user", "assistant", the names of fields: one piece under every rule. Requests are full of them.
bool is_one_word(std::string_view text) noexcept {
  if (text.empty() || text.size() > piece_key::max_bytes) return false;
  bool lower = true;
  for (const char c : text)
    lower &= c >= 'a' && c <= 'z';
  return lower;
}

}  // namespace

std::int64_t bpe_encoding::count(std::string_view text) const {
  const byte* const begin = bytes_of(text);
  const byte* const end = begin + text.size();
  if (is_one_word(text)) {
    const std::uint32_t known = words_.find(piece_key::of(begin, text.size(), end));
    if (known != 0) return known;
  }
  static const kernel best = kernels().front();
  if (!is_utf8(begin, text.size())) return count_malformed(text);
  return best.count({.words = words_,
                     .rule = rule_,
                     .cache = cache_of_thread(number_),
                     .begin = begin,
                     .end = end});
}

std::int64_t bpe_encoding::count_malformed(std::string_view text) const {
  const byte* at = bytes_of(text);
  const byte* const end = at + text.size();
  split_text cut{.end = end, .valid_utf8 = false};
  std::int64_t tokens = 0;
  while (at != end) {
    const byte* const piece_end = next_piece(rule_, cut, at);
    const auto size = static_cast<std::size_t>(piece_end - at);
    if (is_utf8(at, size)) {
      tokens += count_whole_piece(words_, at, size, end);
    } else {
      const std::vector<byte> piece = repaired(at, size);
      tokens += count_whole_piece(words_, piece.data(), piece.size(), piece.data() + piece.size());
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
      encode_piece(words_, at, size, ids);
    } else {
      const std::vector<byte> piece = repaired(at, size);
      encode_piece(words_, piece.data(), piece.size(), ids);
    }
    at = piece_end;
  }
  return ids;
}

std::size_t bpe_encoding::stable_prefix(std::string_view text) const {
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
