// Goal: every byte is of the classes that ASCII puts it in, and of no others.
#include "pricing/text/ascii.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(ascii)

BOOST_AUTO_TEST_CASE(every_byte_is_of_its_classes) {
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view small = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view capital = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const auto in = [c](std::string_view set) { return set.find(c) != std::string_view::npos; };
    BOOST_TEST(is_digit(c) == in(digits));
    BOOST_TEST(is_letter_or_digit(c) == (in(digits) || in(small) || in(capital)));
    BOOST_TEST(is_control(c) == (value < 32 || value == 127));
    BOOST_TEST(is_visible(c) == (value > 32 && value < 127));
    BOOST_TEST(to_lower_case(c) == (in(capital) ? small[capital.find(c)] : c));
  }
}

BOOST_AUTO_TEST_CASE(case_is_ignored_and_nothing_else) {
  BOOST_TEST(equals_ignoring_case("Keep-Alive", "keep-alive"));
  BOOST_TEST(equals_ignoring_case("", ""));
  BOOST_TEST(!equals_ignoring_case("keep-alive ", "keep-alive"));
  BOOST_TEST(!equals_ignoring_case("keep", "keep-alive"));
  BOOST_TEST(!equals_ignoring_case("k\xC3\x89", "k\xC3\xA9"));  // É is not é here
  BOOST_TEST(!equals_ignoring_case("@", "`"));
}

BOOST_AUTO_TEST_CASE(blanks_fall_away_at_the_ends_alone) {
  BOOST_TEST(without_surrounding_space(" \t a b\t ") == "a b");
  BOOST_TEST(without_surrounding_space("a") == "a");
  BOOST_TEST(without_surrounding_space(" \t").empty());
  BOOST_TEST(without_surrounding_space("").empty());
  BOOST_TEST(without_surrounding_space("\na\r") == "\na\r");
}

BOOST_AUTO_TEST_CASE(a_beginning_is_one_in_either_case_and_not_longer_than_the_text) {
  BOOST_TEST(begins_ignoring_case("X-Stint-Tags", "x-stint-"));
  BOOST_TEST(begins_ignoring_case("a", ""));
  BOOST_TEST(begins_ignoring_case("", ""));
  for (const char* text : {"", "x-stint", "x_stint-tags", " x-stint-"})
    BOOST_TEST(!begins_ignoring_case(text, "x-stint-"), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
