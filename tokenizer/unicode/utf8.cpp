// Tested by tests/tokenizer/unicode/utf8_test.cpp.
#include "tokenizer/unicode/utf8.hpp"

namespace stint::tokenizer {

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

}  // namespace stint::tokenizer
