// Tested by tests/tokenizer/vocab/tokenizer_json_test.cpp.
#include "tokenizer/vocab/byte_alphabet.hpp"

#include <array>
#include <cstdint>

#include "tokenizer/unicode/utf8.hpp"

namespace stint::tokenizer {
namespace {

constexpr std::size_t alphabet_end = 0x100 + 68;
constexpr int no_byte = -1;

constexpr bool stands_for_itself(unsigned value) {
  return (value > 0x20 && value < 0x7F) || (value > 0xA0 && value != 0xAD);
}

constexpr std::array<int, alphabet_end> make_bytes() {
  std::array<int, alphabet_end> bytes{};
  bytes.fill(no_byte);
  std::size_t next = 0x100;
  for (unsigned value = 0; value < 256; ++value) {
    bytes[stands_for_itself(value) ? value : next++] = static_cast<int>(value);
  }
  return bytes;
}

constexpr std::array<int, alphabet_end> byte_of_symbol = make_bytes();

}  // namespace

// The whole alphabet lies below U+0800: one or two bytes a character.
bool bytes_of_symbols(std::string_view symbols, std::string& bytes) {
  bytes.clear();
  for (std::size_t at = 0; at < symbols.size();) {
    const auto* const first = reinterpret_cast<const std::uint8_t*>(&symbols[at++]);
    std::uint32_t point = *first;
    if (*first >= 0x80) {
      if (*first < 0xC2 || *first > 0xDF || at == symbols.size()) return false;
      ++at;
      point = point_of_two(first);
    }
    if (point >= alphabet_end || byte_of_symbol[point] == no_byte) return false;
    bytes += static_cast<char>(byte_of_symbol[point]);
  }
  return true;
}

}  // namespace stint::tokenizer
