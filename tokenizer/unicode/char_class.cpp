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

glyph decode_any(const std::uint8_t* at, const std::uint8_t* end, bool& truncated) noexcept {
  const int length = sequence_length(at, end, truncated);
  if (length < 0) return {char_class::punctuation, static_cast<std::uint8_t>(-length)};
  if (length == 1) return {look_up(*at), 1};
  return decode_valid(at);
}

}  // namespace stint::tokenizer
