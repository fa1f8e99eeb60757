// Goal: who sent a broken body is told where it breaks. Method: broken texts.
#include "gateway/call/request/json_fault.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(json_fault)

BOOST_AUTO_TEST_CASE(the_place_of_a_fault_is_told_by_line_and_column) {
  BOOST_TEST(where_it_breaks(R"({"a":1,})") == " at line 1, column 8");
  BOOST_TEST(where_it_breaks("{\"a\": 1\n \"b\": 2}") == " at line 2, column 2");
  BOOST_TEST(where_it_breaks("{'a': 1}") == " at line 1, column 2");
  BOOST_TEST(where_it_breaks("\n\n[1 2]") == " at line 3, column 4");
  BOOST_TEST(where_it_breaks("{\"a\": tru}").starts_with(" at line 1, column "));
  BOOST_TEST(where_it_breaks("{} x").starts_with(" at line 1, column "));
}

BOOST_AUTO_TEST_CASE(a_text_that_breaks_off_breaks_at_its_end) {
  for (const char* text : {"{", "{\"a\":", "[1,", "\"abc", ""})
    BOOST_TEST(where_it_breaks(text) == " at its end, where more should follow", text);
}

BOOST_AUTO_TEST_CASE(what_is_not_broken_has_no_place) {
  BOOST_TEST(where_it_breaks(R"({"a":[1,2.5,"x",null,true]})") == "");
  const std::string deep = std::string(1'000, '[') + std::string(1'000, ']');
  BOOST_TEST(where_it_breaks(deep) == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
