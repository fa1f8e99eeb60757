// The thresholds were set on texts of each class (tests/tokenizer/calibration/content_class_test.cpp), not
// fitted: a ratio is learnt for whatever falls into a class, so what counts is that like texts fall
// into the same one.
//
// Tested by tests/tokenizer/calibration/content_class_test.cpp.
#include "tokenizer/calibration/content_class.hpp"

#include <algorithm>
#include <cstring>

namespace stint::tokenizer {
namespace {

constexpr std::size_t window_bytes = 64;
constexpr std::size_t windows_max = 16;
// One window for each of these many bytes of a longer text.
constexpr std::size_t stride_bytes = 512;

// Sixteen bytes at a time, by the compilers' portable vectors: SSE2 on x86, NEON on ARM.
using lanes = std::uint8_t __attribute__((vector_size(16)));

struct byte_counts {
  unsigned high = 0;    // of sequences of several bytes
  unsigned quotes = 0;  // "
  unsigned marks = 0;   // punctuation that prose seldom has, quotes included
};

// Of lanes that are 16 at most.
unsigned sum_of(lanes counted) noexcept {
  std::uint64_t halves[2];
  std::memcpy(halves, &counted, sizeof(halves));
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  return static_cast<unsigned>(((halves[0] + halves[1]) * ones) >> 56);
}

byte_counts count_bytes(std::string_view window) noexcept {
  std::array<char, window_bytes> bytes;
  if (window.size() < window_bytes) bytes.fill(' ');  // a space is in none of the counts
  std::memcpy(bytes.data(), window.data(), window.size());
  lanes high{};
  lanes quotes{};
  lanes marks{};
  for (std::size_t at = 0; at < window_bytes; at += sizeof(lanes)) {
    lanes byte;
    std::memcpy(&byte, bytes.data() + at, sizeof(byte));
    const lanes folded = byte | 0x20;
    // A comparison makes 0xFF, which is -1, of a lane where it holds.
    const auto is_high = static_cast<lanes>(byte >= 0x80);
    const auto is_quote = static_cast<lanes>(byte == '"');
    const auto is_letter = static_cast<lanes>(folded - 'a' < 26);
    // White space, "!", "'", ",", "-", ".", digits and "?".
    const auto of_prose = static_cast<lanes>(byte <= '!') | static_cast<lanes>(byte == '\'') |
                          static_cast<lanes>(byte == ',') | static_cast<lanes>(byte - '-' < 2) |
                          static_cast<lanes>(byte - '0' < 10) | static_cast<lanes>(byte == '?');
    high -= is_high;
    quotes -= is_quote;
    marks -= static_cast<lanes>(~(is_high | is_letter | of_prose));
  }
  return {.high = sum_of(high), .quotes = sum_of(quotes), .marks = sum_of(marks)};
}

content_class class_of(std::string_view window) noexcept {
  const byte_counts found = count_bytes(window);
  const std::size_t size = window.size();
  // A third: European languages in Latin letters have a tenth at most.
  if (found.high * 3 >= size) return content_class::cjk;
  // JSON has a pair of quotes for each key, and a colon, comma or bracket for each value.
  if (found.quotes * 16 >= size && found.marks * 8 >= size) {
    return content_class::json;
  }
  return found.marks * 14 >= size ? content_class::code : content_class::prose;
}

void take(class_shares& shares, std::string_view window) noexcept {
  ++shares[static_cast<std::size_t>(class_of(window))];
}

}  // namespace

std::string_view to_string(content_class which) noexcept {
  switch (which) {
    case content_class::prose:
      return "prose";
    case content_class::code:
      return "code";
    case content_class::json:
      return "json";
    case content_class::cjk:
      return "cjk";
  }
  return "prose";
}

class_shares content_shares(std::string_view text) noexcept {
  class_shares shares{};
  if (text.empty()) {
    shares[0] = 1;
  } else if (text.size() <= window_bytes) {
    take(shares, text);
  } else {
    const std::size_t windows = std::min(text.size() / stride_bytes + 1, windows_max);
    for (std::size_t i = 0; i < windows; ++i) {
      // Centred in the i-th part of the text.
      const std::size_t part = text.size() / windows;
      const std::size_t middle = i * part + part / 2;
      take(shares, text.substr(middle - window_bytes / 2, window_bytes));
    }
  }
  return shares;
}

content_class leading_class(const class_shares& shares) noexcept {
  const auto most = std::max_element(shares.begin(), shares.end());
  return static_cast<content_class>(most - shares.begin());
}

std::array<std::int64_t, content_class_count> split_by_class(std::int64_t tokens,
                                                             const class_shares& shares) noexcept {
  std::array<std::int64_t, content_class_count> parts{};
  std::int64_t windows = 0;
  for (const std::uint8_t share : shares)
    windows += share;
  std::int64_t left = tokens;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Divided first, so that no count overflows; what is left over belongs to the leading class.
    parts[i] =
        shares[i] == windows ? tokens : tokens / std::max<std::int64_t>(windows, 1) * shares[i];
    left -= parts[i];
  }
  parts[static_cast<std::size_t>(leading_class(shares))] += left;
  return parts;
}

}  // namespace stint::tokenizer
