// Goal: what is not a JSON object is nothing, without undefined behaviour on the way, and what is in
// one is a count, a part or a text, or is said to be none. Method: examples under UBSan.
#include "gateway/dialect/parts/document.hpp"

#include <string>
#include <tuple>

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

BOOST_AUTO_TEST_CASE(a_count_is_a_whole_number_that_can_be_true) {
  struct example {
    std::string_view json;
    std::int64_t count;  // -1: none
    bool implausible;
  };
  for (const example& one : {example{"0", 0, false},
                             {"12.0", 12, false},
                             {"0.0", 0, false},
                             {"1000000000", 1'000'000'000, false},
                             {"1000000000.0", 1'000'000'000, false},
                             {"null", -1, false},
                             {"-1", -1, true},
                             {"-1.0", -1, true},
                             {"12.5", -1, true},
                             {"1000000001", -1, true},
                             {"1000000001.0", -1, true},
                             {"\"12\"", -1, true},
                             {"{}", -1, true}}) {
    BOOST_TEST_CONTEXT(one.json) {
      const std::string json = "{\"of\":" + std::string(one.json) + "}";
      bool implausible = false;
      BOOST_TEST(read_count(parse_object(json).value(), "of", implausible).value_or(-1) ==
                 one.count);
      BOOST_TEST(implausible == one.implausible);
    }
  }
  bool implausible = false;
  BOOST_TEST(!read_count(parse_object("{}").value(), "of", implausible).has_value());
  BOOST_TEST(!implausible);
}

BOOST_AUTO_TEST_CASE(a_part_is_an_object_and_may_be_absent_or_null) {
  for (const auto& [json, is_part, is_implausible] : {std::tuple{"{\"of\":{}}", true, false},
                                                      {"{}", false, false},
                                                      {"{\"of\":null}", false, false},
                                                      {"{\"of\":1}", false, true},
                                                      {"{\"of\":[]}", false, true}}) {
    bool implausible = false;
    BOOST_TEST(read_part(parse_object(json).value(), "of", implausible).has_value() == is_part,
               json);
    BOOST_TEST(implausible == is_implausible, json);
  }
}

BOOST_AUTO_TEST_CASE(a_text_is_a_string_and_anything_else_is_none) {
  BOOST_TEST(text_of(parse_object(R"({"of":"a"})").value(), "of") == "a");
  for (const std::string_view json : {R"({"of":1})", R"({"of":null})", "{}"})
    BOOST_TEST(text_of(parse_object(json).value(), "of") == "", json);
}

BOOST_AUTO_TEST_CASE(a_place_in_a_list_is_the_first_where_it_is_not_told) {
  BOOST_TEST(number_of(parse_object(R"({"of":7})").value(), "of") == 7);
  for (const std::string_view json : {"{}", R"({"of":"7"})", R"({"of":1.5})", R"({"of":null})"})
    BOOST_TEST(number_of(parse_object(json).value(), "of") == 0, json);
}

BOOST_AUTO_TEST_CASE(a_member_is_looked_for_with_its_colon_and_is_not_null) {
  for (const std::string_view json :
       {R"({"usage":{}})", R"({"usage" : 1})", "{\"usage\"\t\r\n:\t\r\n1}",
        R"({"a":"usage","usage":0})", R"({"usage":null,"b":{"usage":2}})"}) {
    BOOST_TEST(seems_to_have(json, "\"usage\""), json);
  }
  for (const std::string_view json :
       {"", "{}", R"({"usage":null})", R"({"usage" : null})", R"({"a":"usage"})", R"({"usage")",
        R"({"usage":)", R"({"usage": )", R"({"usages":1})"}) {
    BOOST_TEST(!seems_to_have(json, "\"usage\""), json);
  }
  // What stands behind the text is not looked at.
  for (const std::size_t size : {7U, 8U, 9U})
    BOOST_TEST(!seems_to_have(std::string_view("\"usage\" :1").substr(0, size), "\"usage\""), size);
}

BOOST_AUTO_TEST_CASE(a_piece_is_in_a_text_that_has_all_of_it) {
  BOOST_TEST(contains("abc", "bc"));
  BOOST_TEST(contains("abc", "abc"));
  BOOST_TEST(!contains("abc", "cd"));
  BOOST_TEST(!contains("ab", "abc"));
  BOOST_TEST(!contains("", "a"));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
