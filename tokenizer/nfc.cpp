// Tested by tests/tokenizer/nfc_test.cpp.
#include "tokenizer/nfc.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include <utf8proc.h>

namespace stint::tokenizer {
namespace {

#include "tokenizer/unicode/nfc.inc"

// What rebuild_nfc.py says of a code point. A text falls into segments, an optional leader and its
// followers, between which nothing ever happens.
enum class nfc_kind : std::uint8_t { inert, leads, follows };

constexpr std::size_t block_bits = 7;
constexpr std::size_t words_per_block = 4;

nfc_kind kind_of(std::uint32_t point) noexcept {
  const std::size_t block = point >> block_bits;
  if (block >= block_shape.size()) return nfc_kind::inert;
  const std::uint64_t word =
      shape_kinds[block_shape[block] * words_per_block + ((point & 127) >> 5)];
  return static_cast<nfc_kind>((word >> (2 * (point & 31))) & 3);
}

struct decoded {
  std::uint32_t point = 0;
  std::uint8_t bytes = 1;
};

// The code point at `at`, which is before text.size(). A sequence that breaks off reads as U+FFFD.
decoded decode(std::string_view text, std::size_t at) noexcept {
  constexpr std::uint32_t broken_off = 0xFFFD;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const std::size_t left = text.size() - at;
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0 && left >= 2) return {(first & 0x1F) << 6 | (byte(1) & 0x3FU), 2};
  if (first < 0xF0 && left >= 3) {
    return {(first & 0x0F) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU), 3};
  }
  if (left >= 4) {
    return {
        (first & 0x07) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU),
        4};
  }
  return {broken_off, static_cast<std::uint8_t>(left)};
}

// Where the next code point at or after `at` begins that is not below U+0300: those are inert or
// lead. 0xCC is the first byte of U+0300; bytes within a sequence are smaller.
std::size_t skip_to_0300(std::string_view text, std::size_t at) noexcept {
  constexpr std::uint64_t low_bits = 0x7F7F7F7F7F7F7F7FU;
  constexpr std::uint64_t to_the_top = 0x3434343434343434U;  // 0x80 - 0x4C
  for (; text.size() - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if ((((word & low_bits) + to_the_top) & word & ~low_bits) != 0) break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0xCC)
    ++at;
  return at;
}

// The first follower at or after `at`, or the text's size.
std::size_t find_follower(std::string_view text, std::size_t at) noexcept {
  for (;;) {
    at = skip_to_0300(text, at);
    if (at >= text.size()) return text.size();
    const decoded found = decode(text, at);
    if (kind_of(found.point) == nfc_kind::follows) return at;
    at += found.bytes;
  }
}

std::size_t begin_of_last(std::string_view text) noexcept {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80)
    --at;
  return at;
}

int combining_class(std::int32_t point) noexcept {
  return utf8proc_get_property(point)->combining_class;
}

// utf8proc's own ordering of marks takes quadratic time, so each code point is decomposed by itself
// and the marks are sorted here. Newer Unicode than 9.0 does no harm: what that did not know is in
// no segment, and the form of what it did know never changes.
void append_composed(std::string_view segment, std::string& out,
                     std::vector<std::int32_t>& points) {
  constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  points.clear();
  for (std::size_t at = 0; at < segment.size();) {
    const decoded found = decode(segment, at);
    at += found.bytes;
    std::array<std::int32_t, 32> parts;  // no canonical decomposition has more than four
    int boundary = 0;
    const auto count =
        utf8proc_decompose_char(static_cast<std::int32_t>(found.point), parts.data(),
                                static_cast<utf8proc_ssize_t>(parts.size()), options, &boundary);
    points.insert(points.end(), parts.begin(),
                  parts.begin() + std::max<utf8proc_ssize_t>(count, 0));
  }
  for (auto run = points.begin(); run != points.end();) {
    const auto marks = std::find_if(run, points.end(), combining_class);
    run = std::find_if_not(marks, points.end(), combining_class);
    std::stable_sort(marks, run, [](std::int32_t left, std::int32_t right) {
      return combining_class(left) < combining_class(right);
    });
  }
  const auto left = utf8proc_normalize_utf32(points.data(),
                                             static_cast<utf8proc_ssize_t>(points.size()), options);
  for (utf8proc_ssize_t i = 0; i < left; ++i) {
    std::array<utf8proc_uint8_t, 4> bytes;
    const auto size = utf8proc_encode_char(points[static_cast<std::size_t>(i)], bytes.data());
    out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  }
}

}  // namespace

bool is_surely_nfc(std::string_view text) noexcept {
  return find_follower(text, 0) == text.size();
}

std::string to_nfc(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::vector<std::int32_t> points;
  std::size_t done = 0;
  for (;;) {
    const std::size_t follower = find_follower(text, done);
    out.append(text.substr(done, follower - done));
    if (follower == text.size()) return out;
    std::size_t begin = follower;
    if (follower > done) {
      const std::size_t before = begin_of_last(text.substr(0, follower));
      if (kind_of(decode(text, before).point) == nfc_kind::leads) {
        out.resize(out.size() - (follower - before));
        begin = before;
      }
    }
    done = follower;
    while (done < text.size()) {
      const decoded next = decode(text, done);
      if (kind_of(next.point) != nfc_kind::follows) break;
      done += next.bytes;
    }
    append_composed(text.substr(begin, done - begin), out, points);
  }
}

// Only the last code point that does not follow, and its followers, can still change.
std::size_t nfc_stable_prefix(std::string_view text) noexcept {
  std::size_t at = text.size();
  while (at > 0) {
    at = begin_of_last(text.substr(0, at));
    if (kind_of(decode(text, at).point) != nfc_kind::follows) break;
  }
  return at;
}

}  // namespace stint::tokenizer
