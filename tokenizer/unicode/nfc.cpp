// Tested by tests/tokenizer/unicode/nfc_test.cpp.
#include "tokenizer/unicode/nfc.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include <utf8proc.h>

#include "tokenizer/unicode/utf8.hpp"

namespace stint::tokenizer {
namespace {

#include "tokenizer/unicode/nfc.inc"

// What rebuild_nfc.py says of a code point. A text falls into segments, an optional leader and its
// followers, between which nothing ever happens.
enum class nfc_kind : std::uint8_t { inert, leads, follows };

constexpr std::size_t nfc_block_bits = 7;
constexpr std::size_t nfc_words_per_block = 4;

nfc_kind kind_of(std::uint32_t point) noexcept {
  const std::size_t block = point >> nfc_block_bits;
  if (block >= nfc_block_shape.size()) return nfc_kind::inert;
  const std::uint64_t word =
      shape_kinds[nfc_block_shape[block] * nfc_words_per_block + ((point & 127) >> 5)];
  return static_cast<nfc_kind>((word >> (2 * (point & 31))) & 3);
}

struct decoded {
  std::uint32_t point = 0;
  std::uint8_t bytes = 1;
  bool truncated = false;  // a sequence that the text's end breaks off
};

// The code point at `at`, which is before text.size(); U+FFFD for what is not UTF-8.
decoded decode(std::string_view text, std::size_t at) noexcept {
  const auto* const from = reinterpret_cast<const std::uint8_t*>(text.data()) + at;
  decoded found;
  const int length = sequence_length(from, from + (text.size() - at), found.truncated);
  found.bytes = static_cast<std::uint8_t>(std::abs(length));
  found.point = length < 0    ? 0xFFFD
                : length == 1 ? *from
                : length == 2 ? point_of_two(from)
                : length == 3 ? point_of_three(from)
                              : point_of_four(from);
  return found;
}

bool follows(decoded found) noexcept {
  return kind_of(found.point) == nfc_kind::follows;
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
    if (follows(found)) return at;
    at += found.bytes;
  }
}

// The code point that ends at `end`, which is above 0. A byte that belongs to none is one by
// itself.
struct preceding {
  std::size_t begin = 0;
  decoded found;
};
preceding before(std::string_view text, std::size_t end) noexcept {
  const std::string_view head = text.substr(0, end);
  for (std::size_t bytes = 1; bytes <= 4 && bytes <= end; ++bytes) {
    if (is_inner_byte(head[end - bytes])) continue;
    const decoded found = decode(head, end - bytes);
    if (found.bytes == bytes) return {end - bytes, found};
    break;
  }
  return {end - 1, {.point = 0xFFFD}};
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

// The segment that the follower at `at` belongs to begins no earlier than `from`.
std::pair<std::size_t, std::size_t> segment_around(std::string_view text, std::size_t from,
                                                   std::size_t at) noexcept {
  std::size_t begin = at;
  if (at > from) {
    const preceding leader = before(text, at);
    if (kind_of(leader.found.point) == nfc_kind::leads) begin = leader.begin;
  }
  while (at < text.size()) {
    const decoded next = decode(text, at);
    if (!follows(next)) break;
    at += next.bytes;
  }
  return {begin, at};
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
    if (follower == text.size()) return out.append(text.substr(done));
    const auto [begin, end] = segment_around(text, done, follower);
    out.append(text.substr(done, begin - done));
    append_composed(text.substr(begin, end - begin), out, points);
    done = end;
  }
}

// Only the last code point that does not follow, and its followers, can still change; and what
// breaks off may become a follower.
std::size_t nfc_stable_prefix(std::string_view text) noexcept {
  std::size_t at = text.size();
  while (at > 0) {
    const preceding last = before(text, at);
    at = last.begin;
    if (!follows(last.found) && !last.found.truncated) break;
  }
  return at;
}

nfc_cut nfc_cut_at(std::string_view text, std::size_t bytes_max) {
  std::string composed;
  std::vector<std::int32_t> points;
  nfc_cut cut;
  for (;;) {
    const std::size_t follower = find_follower(text, cut.text);
    const auto [begin, end] = segment_around(text, cut.text, follower);
    if (cut.normal + (begin - cut.text) > bytes_max || begin == text.size()) {
      // Back to the start of a code point: any before `begin` is a border.
      std::size_t stop = std::min(begin, cut.text + (bytes_max - cut.normal));
      while (stop > cut.text && stop < text.size() && is_inner_byte(text[stop]))
        --stop;
      return {stop, cut.normal + (stop - cut.text)};
    }
    composed.clear();
    append_composed(text.substr(begin, end - begin), composed, points);
    cut = {begin, cut.normal + (begin - cut.text)};
    if (cut.normal + composed.size() > bytes_max) return cut;
    cut = {end, cut.normal + composed.size()};
  }
}

}  // namespace stint::tokenizer
