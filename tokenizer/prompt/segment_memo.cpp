// Tested by tests/tokenizer/prompt/segment_memo_test.cpp.
#include "tokenizer/prompt/segment_memo.hpp"

#include <algorithm>
#include <bit>

#include "tokenizer/unicode/char_class.hpp"

namespace stint::tokenizer {
namespace {

using byte = std::uint8_t;

bool is_lower(char c) noexcept {
  return c >= 'a' && c <= 'z';
}
bool is_letter(char c) noexcept {
  return is_lower(static_cast<char>(c | 0x20));
}

// A character no rule takes for white space ends just before `at`: visible ASCII, of two bytes from
// U+00C0 on (the white space before that is in C2), or of three from U+3001 on (E1, E2, E3 80 80).
bool ends_in_ink(std::string_view text, std::size_t at) noexcept {
  const auto last = static_cast<byte>(text[at - 1]);
  if (last > 0x20 && last < 0x7F) return true;
  if (!is_inner_byte(text[at - 1])) return false;
  const auto before = static_cast<byte>(text[at - 2]);
  if (before >= 0xC3 && before < 0xE0) return true;
  const auto first = static_cast<byte>(text[at - 3]);
  return is_inner_byte(text[at - 2]) && first >= 0xE3 && first < 0xF0 &&
         text.substr(at - 3, 3) != "\xE3\x80\x80";
}

// A letter begins at `at`.
bool begins_with_letter(std::string_view text, std::size_t at) noexcept {
  if (static_cast<byte>(text[at]) < 0x80) return is_letter(text[at]);
  const auto* const bytes = reinterpret_cast<const byte*>(text.data());
  bool truncated = false;
  const char_class kind = decode_any(bytes + at, bytes + text.size(), truncated).kind;
  return kind == char_class::upper || kind == char_class::lower || kind == char_class::letter;
}

// Whether every rule cuts at `at`, and cuts what is before and what is after as if the other were
// not there: between a line that ends in ink and a letter, lest a rule look back over the line's
// end; between a letter and a space that a letter follows; between a letter and a digit. No segment
// is so short that there were nothing to look back at.
bool is_border(std::string_view text, std::size_t at) noexcept {
  const char before = text[at - 1];
  const char after = text[at];
  if (before == '\n') return ends_in_ink(text, at - 1) && begins_with_letter(text, at);
  if (!is_lower(before)) return false;
  if (after == ' ') return at + 1 < text.size() && is_letter(text[at + 1]);
  return after >= '0' && after <= '9';
}

}  // namespace

segment_memo::segment_memo(std::size_t bytes)
    : sets_(std::bit_floor(std::max<std::size_t>(1, bytes / sizeof(entry) / ways))),
      entries_(std::make_unique<entry[]>(sets_ * ways)) {}

std::uint64_t segment_memo::scope_of(std::string_view tenant) const noexcept {
  const keyed_hash::digest found = hash_.of(tenant.substr(0, keyed_hash::text_bytes_max));
  return found[1] ^ found[2] ^ tenant.size();
}

std::size_t segment_memo::segment_end(std::string_view text) noexcept {
  for (std::size_t at = segment_bytes; at < text.size(); ++at) {
    if (is_border(text, at)) return at;
  }
  return text.size();
}

std::int64_t segment_memo::count(const encoding& words, std::uint64_t scope,
                                 std::string_view text) {
  std::int64_t tokens = 0;
  while (text.size() >= text_bytes_min) {
    const std::size_t size = segment_end(text);
    tokens += count_segment(words, scope, text.substr(0, size));
    text.remove_prefix(size);
  }
  return text.empty() ? tokens : tokens + words.count(text);
}

std::int64_t segment_memo::count_segment(const encoding& words, std::uint64_t scope,
                                         std::string_view segment) {
  if (segment.size() > keyed_hash::text_bytes_max) {
    counted_.fetch_add(segment.size(), std::memory_order_relaxed);
    return words.count(segment);
  }
  saying wanted{.digest = hash_.of(segment),
                .scope = scope,
                .words = reinterpret_cast<std::uintptr_t>(&words),
                .size_and_tokens = std::uint64_t{segment.size()} << 32};
  entry* const set = &entries_[((wanted.digest[1] ^ scope) & (sets_ - 1)) * ways];
  for (std::size_t way = 0; way < ways; ++way) {
    saying found;
    if (!read(set[way], found) || found.digest != wanted.digest || found.scope != scope ||
        found.words != wanted.words ||
        found.size_and_tokens >> 32 != wanted.size_and_tokens >> 32) {
      continue;
    }
    known_.fetch_add(segment.size(), std::memory_order_relaxed);
    return static_cast<std::int64_t>(found.size_and_tokens & UINT32_MAX);
  }
  const std::int64_t tokens = words.count(segment);
  counted_.fetch_add(segment.size(), std::memory_order_relaxed);
  wanted.size_and_tokens |= static_cast<std::uint64_t>(tokens);
  // A free one, or one that the digest names.
  const auto free = std::find_if(set, set + ways, [](const entry& one) {
    return one.version.load(std::memory_order_relaxed) == 0;
  });
  write(free != set + ways ? *free : set[wanted.digest[3] % ways], wanted);
  return tokens;
}

// Loads with acquire, so that the version that is read last is not read first.
bool segment_memo::read(const entry& from, saying& into) noexcept {
  const std::uint64_t before = from.version.load(std::memory_order_acquire);
  if (before == 0 || before % 2 != 0) return false;
  const auto said = [&](std::size_t i) { return from.said[i].load(std::memory_order_acquire); };
  into = {.digest = {said(0), said(1), said(2), said(3)},
          .scope = said(4),
          .words = said(5),
          .size_and_tokens = said(6)};
  return from.version.load(std::memory_order_relaxed) == before;
}

// Stores with release, so that none is seen before the version is odd.
void segment_memo::write(entry& into, const saying& what) noexcept {
  std::uint64_t before = into.version.load(std::memory_order_relaxed);
  if (before % 2 != 0 ||
      !into.version.compare_exchange_strong(before, before + 1, std::memory_order_acquire)) {
    return;
  }
  const std::uint64_t words[] = {what.digest[0],      what.digest[1], what.digest[2],
                                 what.digest[3],      what.scope,     what.words,
                                 what.size_and_tokens};
  for (std::size_t i = 0; i < std::size(words); ++i)
    into.said[i].store(words[i], std::memory_order_release);
  into.version.store(before + 2, std::memory_order_release);
}

}  // namespace stint::tokenizer
