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

// simdjson 3.0.1 takes a parser whose memory was not had in full for a whole one, and writes to none.
BOOST_AUTO_TEST_CASE(a_parser_that_ran_out_of_memory_is_made_anew) {
  simdjson::dom::parser parser;
  BOOST_TEST_REQUIRE(parse_object(parser, R"({"a":1})").has_value());
  const std::size_t before = parser.capacity();
  refuse_exhausted(parser, simdjson::SUCCESS);
  refuse_exhausted(parser, simdjson::TAPE_ERROR);
  BOOST_TEST(parser.capacity() == before);
  BOOST_CHECK_THROW(refuse_exhausted(parser, simdjson::MEMALLOC), std::bad_alloc);
  BOOST_TEST(parser.capacity() == 0u);
  BOOST_TEST(parse_object(parser, R"({"a":1})").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
