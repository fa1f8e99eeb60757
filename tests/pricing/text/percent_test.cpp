// Goal: an escape is read once and whole, and what is none stays.
#include "pricing/text/percent.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(escapes_of_either_case_are_bytes) {
  BOOST_TEST(without_escapes("%2f%2F%41b") == "//Ab");
  BOOST_TEST(without_escapes("") == "");
  BOOST_TEST(without_escapes("%00") == std::string(1, '\0'));
}

BOOST_AUTO_TEST_CASE(what_is_no_whole_escape_stays) {
  for (const char* text : {"%", "a%", "%4", "a%4", "%zz", "%4g", "%g4"})
    BOOST_TEST(without_escapes(text) == text);
  BOOST_TEST(without_escapes("%%41") == "%A");
}

BOOST_AUTO_TEST_CASE(what_an_escape_made_is_not_read_again) {
  BOOST_TEST(without_escapes("%2541") == "%41");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
