// UTF-8 taken apart: how many bytes form a code point, and which one it is. Pure: safe from any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stint::tokenizer {

// How many bytes at `at` form one code point, or minus the length of the maximal ill-formed
// subsequence there: what the WHATWG decoder and Python's errors="replace" take for one U+FFFD.
// `truncated` is set when what was read breaks off at `end`, so that more bytes could complete it.
[[nodiscard]] int sequence_length(const std::uint8_t* at, const std::uint8_t* end,
                                  bool& truncated) noexcept;

// A byte of a sequence of several that is not its first.
[[nodiscard]] constexpr bool is_inner_byte(std::uint8_t byte) noexcept {
  return (byte & 0xC0) == 0x80;
}
[[nodiscard]] constexpr bool is_inner_byte(char c) noexcept {
  return is_inner_byte(static_cast<std::uint8_t>(c));
}
// The first byte of a sequence of three.
[[nodiscard]] constexpr bool leads_three_bytes(std::uint8_t byte) noexcept {
  return (byte & 0xF0) == 0xE0;
}

// The code points of well-formed sequences of two, three and four bytes.
[[nodiscard]] constexpr std::uint32_t point_of_two(const std::uint8_t* at) noexcept {
  return (at[0] & 0x1FU) << 6 | (at[1] & 0x3FU);
}
[[nodiscard]] constexpr std::uint32_t point_of_three(const std::uint8_t* at) noexcept {
  return (at[0] & 0x0FU) << 12 | (at[1] & 0x3FU) << 6 | (at[2] & 0x3FU);
}
[[nodiscard]] constexpr std::uint32_t point_of_four(const std::uint8_t* at) noexcept {
  return (at[0] & 0x07U) << 18 | (at[1] & 0x3FU) << 12 | (at[2] & 0x3FU) << 6 | (at[3] & 0x3FU);
}

}  // namespace stint::tokenizer
