// Goal: characters are as long as Unicode says, and nothing is cut within one. Method: the edges of
// table 3-7.
#include "pricing/text/utf8.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(well_formed_sequences_are_as_long_as_they_are) {
  for (const std::string_view one :
       {std::string_view("\0", 1), std::string_view("\x7F"), std::string_view("\xC2\x80"),
        std::string_view("\xDF\xBF"), std::string_view("\xE0\xA0\x80"),
        std::string_view("\xED\x9F\xBF"), std::string_view("\xEE\x80\x80"),
        std::string_view("\xEF\xBF\xBF"), std::string_view("\xF0\x90\x80\x80"),
        std::string_view("\xF4\x8F\xBF\xBF")}) {
    BOOST_TEST(character_bytes(one) == one.size());
    BOOST_TEST(character_bytes(std::string(one) + "x") == one.size());
    BOOST_TEST(characters(one) == 1U);
  }
}

BOOST_AUTO_TEST_CASE(ill_formed_sequences_have_no_length) {
  for (const std::string_view one :
       {"", "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2x", "\xC2\xC0", "\xE0\x9F\xBF",
        "\xE1\x80", "\xE1\x80x", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF1\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    BOOST_TEST(character_bytes(one) == 0U);
  }
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_character_is_replaced_and_the_rest_stays) {
  const std::string sign(replacement_character);
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"aé€😀", "aé€😀"},
      {"\xFF", sign},
      {"a\xFF"
       "b",
       "a" + sign + "b"},
      {"{\"a\":\"\xC3\"}", "{\"a\":\"" + sign + "\"}"},
      {"\xE2\x82"
       "x€\xF0",
       sign + sign + "x€" + sign},
  };
  for (const auto& [raw, mended] : cases) {
    BOOST_TEST(with_utf8_alone(raw) == mended);
    BOOST_TEST(is_utf8(raw) == (raw == mended));
    BOOST_TEST(is_utf8(with_utf8_alone(raw)));
  }
}

BOOST_AUTO_TEST_CASE(a_cut_goes_beside_a_character) {
  const std::string_view text = "aé€😀";  // 1, 2, 3 and 4 bytes
  const std::size_t ends[] = {0, 1, 3, 6, 10};
  BOOST_TEST(characters(text) == 4U);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    std::size_t before = 0;
    std::size_t after = text.size();
    for (const std::size_t end : ends) {
      if (end <= at) before = end;
    }
    for (const std::size_t end : ends) {
      if (end >= at) after = std::min(after, end);
    }
    BOOST_TEST(boundary_before(text, at) == before);
    BOOST_TEST(boundary_after(text, at) == after);
  }
  BOOST_TEST(boundary_before(text, 99) == text.size());
  BOOST_TEST(boundary_after(text, 99) == text.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
