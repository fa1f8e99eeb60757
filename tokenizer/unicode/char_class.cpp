// Tested by tests/tokenizer/bpe/split_test.cpp.
#include "tokenizer/unicode/char_class.hpp"

namespace stint::tokenizer {
namespace {

#include "tokenizer/unicode/classes.inc"

constexpr std::size_t block_bits = 7;
constexpr std::size_t words_per_block = 8;

constexpr char_class look_up(std::uint32_t point) noexcept {
  const std::size_t shape = block_shape[point >> block_bits];
  const std::uint64_t word = shape_classes[shape * words_per_block + ((point & 127) >> 4)];
  return static_cast<char_class>((word >> (4 * (point & 15))) & 15);
}

template <std::size_t Points>
constexpr std::array<char_class, Points> first_points() noexcept {
  std::array<char_class, Points> classes{};
  for (std::uint32_t point = 0; point < Points; ++point)
    classes[point] = look_up(point);
  return classes;
}

}  // namespace

constinit const std::array<char_class, 128> ascii_class = first_points<128>();
// Made at compile time by g++; clang's limit of steps leaves it to start-up, 0.1 ms.
const std::array<char_class, 1 << 16> basic_class = first_points<(1 << 16)>();

char_class class_of(char32_t point) noexcept {
  return point <= 0x10FFFF ? look_up(point) : char_class::other;
}

// Unicode 16.0, table 3-7: the second byte's range depends on the first; that excludes overlong
// forms and surrogates.
int sequence_length(const std::uint8_t* at, const std::uint8_t* end, bool& truncated) noexcept {
  const std::uint8_t first = at[0];
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return -1;
  const int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  for (int i = 1; i < length; ++i) {
    if (at + i == end) {
      truncated = true;
      return -i;
    }
    if (at[i] < low || at[i] > high) return -i;
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

glyph decode_any(const std::uint8_t* at, const std::uint8_t* end, bool& truncated) noexcept {
  const int length = sequence_length(at, end, truncated);
  if (length < 0) return {char_class::punctuation, static_cast<std::uint8_t>(-length)};
  if (length == 1) return {look_up(*at), 1};
  return decode_valid(at);
}

}  // namespace stint::tokenizer
