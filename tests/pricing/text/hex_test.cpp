// Goal: every byte is written and read back, and nothing but digits is read.
#include "pricing/text/hex.hpp"

#include <array>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(hex)

BOOST_AUTO_TEST_CASE(every_byte_reads_back) {
  for (int value = 0; value < 256; ++value) {
    const std::array<std::uint8_t, 1> byte = {static_cast<std::uint8_t>(value)};
    std::array<std::uint8_t, 1> back = {};
    BOOST_TEST(from_hex(to_hex(byte), back));
    BOOST_TEST(back[0] == byte[0]);
  }
}

BOOST_AUTO_TEST_CASE(digits_are_written_in_lower_case_and_read_in_either) {
  const std::array<std::uint8_t, 3> bytes = {0x00, 0xA9, 0xFF};
  BOOST_TEST(to_hex(bytes) == "00a9ff");
  std::array<std::uint8_t, 3> read = {};
  BOOST_TEST(from_hex("00A9fF", read));
  BOOST_TEST((read == bytes));
}

BOOST_AUTO_TEST_CASE(what_is_no_digit_has_no_value) {
  for (const char c : {'/', ':', '@', 'G', '`', 'g', ' ', '\0', '\xFF'})
    BOOST_TEST(hex_value(c) == -1);
  for (const char* text : {"", "0", "000", "0g", "g0", "0x", " 0"}) {
    std::array<std::uint8_t, 1> byte = {};
    BOOST_TEST(!from_hex(text, byte), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
