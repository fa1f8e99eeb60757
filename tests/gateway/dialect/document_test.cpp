// Goal: what is not a JSON object is nothing, without undefined behaviour on the way. Method:
// examples under UBSan.
#include "gateway/dialect/parts/document.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(document_suite)

// Found by fuzzing: a stream's event whose data line has no value.
BOOST_AUTO_TEST_CASE(a_view_of_nothing_is_no_object) {
  BOOST_TEST(!parse_object(std::string_view{}).has_value());
  BOOST_TEST(!parse_object("").has_value());
}

BOOST_AUTO_TEST_CASE(only_an_object_is_an_object) {
  for (const std::string_view text : {"[]", "1", "null", "{", "{}x", "\"a\""}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(!parse_object(text).has_value());
    }
  }
  BOOST_TEST(parse_object(" {} ").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
