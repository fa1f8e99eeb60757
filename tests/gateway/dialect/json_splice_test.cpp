// Goal: an edit changes what it names and no other byte. Method: bodies with every kind of value
// around the edited one; the result is compared byte by byte, and parsed again.
#include "gateway/dialect/parts/json_splice.hpp"

#include <boost/test/unit_test.hpp>
#include <simdjson.h>

BOOST_AUTO_TEST_SUITE(json_splice_suite)

namespace {

using stint::find_member;
using stint::insert_member;
using stint::replace_range;
using stint::without_member;

std::string value_of(std::string_view json, std::string_view name) {
  const auto range = find_member(json, 0, name);
  return range ? std::string(json.substr(range->begin, range->end - range->begin)) : "<none>";
}

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_member_is_taken_out_with_one_comma_beside_it) {
  const auto left = [](const char* json) {
    const std::string text = without_member(json, 0, "a").value_or("<none>");
    BOOST_TEST((text == "<none>" || is_json(text)), text);
    return text;
  };
  BOOST_TEST(left(R"({"a":1})") == "{}");
  BOOST_TEST(left(R"( { "a" : {"b":[1,"}"]} } )") == " {  } ");
  BOOST_TEST(left(R"({"a":1,"b":2})") == R"({"b":2})");
  BOOST_TEST(left(R"({"b":2 , "a":1})") == R"({"b":2 })");
  BOOST_TEST(left(R"({"b":2,"a":"x,y","c":{"a":3}})") == R"({"b":2,"c":{"a":3}})");
  BOOST_TEST(left(R"({"\u0061":1,"b":2})") == R"({"b":2})");
  BOOST_TEST(left(R"({"b":{"a":1}})") == "<none>");
  BOOST_TEST(left("{}") == "<none>");
}

BOOST_AUTO_TEST_CASE(finds_each_kind_of_value) {
  const std::string json =
      " {\"a\" : \"x\\\"},{\\\\\" , \"b\":-1.5e3,\"c\":[1,{\"d\":[]},\"]\"] "
      ",\"d\":{\"a\":{}},\"e\":true,\"f\":null} \n";
  BOOST_REQUIRE(is_json(json));
  BOOST_TEST(value_of(json, "a") == "\"x\\\"},{\\\\\"");
  BOOST_TEST(value_of(json, "b") == "-1.5e3");
  BOOST_TEST(value_of(json, "c") == "[1,{\"d\":[]},\"]\"]");
  BOOST_TEST(value_of(json, "d") == "{\"a\":{}}");
  BOOST_TEST(value_of(json, "e") == "true");
  BOOST_TEST(value_of(json, "f") == "null");
  BOOST_TEST(value_of(json, "g") == "<none>");
  BOOST_TEST(value_of("[1]", "a") == "<none>");
  BOOST_TEST(value_of("{}", "a") == "<none>");
}

BOOST_AUTO_TEST_CASE(a_nested_or_quoted_name_is_not_the_member) {
  const std::string json = R"({"x":{"a":1},"y":"\"a\":2","z":["a"],"ab":3,"a":4})";
  BOOST_TEST(value_of(json, "a") == "4");
}

BOOST_AUTO_TEST_CASE(an_escaped_key_is_the_member) {
  BOOST_TEST(value_of(R"({"str\u0065am":1})", "stream") == "1");
  BOOST_TEST(value_of(R"({"\u0073\u0074ream":1})", "stream") == "1");
  BOOST_TEST(value_of(R"({"stre\u0061m":1})", "stream") == "1");
  BOOST_TEST(value_of(R"({"stre\u0062m":1,"\/stream":2,"stream\u0000":3})", "stream") == "<none>");
}

BOOST_AUTO_TEST_CASE(inserting_keeps_every_other_byte) {
  BOOST_TEST(insert_member("{}", 0, "a", "1") == "{\"a\":1}");
  BOOST_TEST(insert_member(" { \n} ", 0, "a", "1") == " { \n\"a\":1} ");
  BOOST_TEST(insert_member("{\"b\": [1, 2] }\n", 0, "a", "1") == "{\"b\": [1, 2] ,\"a\":1}\n");
  const std::string nested = R"({"o":{"x":1},"z":"}"})";
  const auto inner = find_member(nested, 0, "o");
  BOOST_REQUIRE(inner);
  BOOST_TEST(insert_member(nested, inner->begin, "y", "true") ==
             R"({"o":{"x":1,"y":true},"z":"}"})");
}

BOOST_AUTO_TEST_CASE(replacing_keeps_every_other_byte) {
  const std::string json = "{\"a\":  null ,\"b\":\"\xE2\x82\xAC\\u20ac\"}";
  const auto range = find_member(json, 0, "a");
  BOOST_REQUIRE(range);
  BOOST_TEST(replace_range(json, *range, "{}") == "{\"a\":  {} ,\"b\":\"\xE2\x82\xAC\\u20ac\"}");
}

BOOST_AUTO_TEST_CASE(depth_and_size_cost_no_stack) {
  const std::string deep = std::string(500, '[') + std::string(500, ']');
  const std::string json =
      "{\"d\":" + deep + ",\"big\":\"" + std::string(1U << 20, 'x') + "\",\"a\":7}";
  BOOST_TEST(value_of(json, "a") == "7");
}

BOOST_AUTO_TEST_SUITE_END()
