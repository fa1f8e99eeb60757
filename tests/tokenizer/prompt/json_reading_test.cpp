// Goal: the bound of a value's JSON text is what simdjson writes of it, but for the comma that a
// list's last value does not need, and for numbers, which are taken as their longest. Method: every
// character in a string, and lists of lists.
#include "tokenizer/prompt/json_reading.hpp"

#include <cstdio>
#include <string>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(json_reading_suite)

namespace {

using namespace stint::tokenizer;

struct written {
  std::size_t bound;
  std::size_t bytes;
};

written measure(const std::string& json) {
  simdjson::dom::parser parser;
  const simdjson::dom::element value = parser.parse(json).value();
  return {json_bytes_max(value), simdjson::minify(value).size()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_strings_bound_is_its_size_as_json) {
  for (unsigned value = 0; value < 0x100; ++value) {
    char escape[7];
    (void)std::snprintf(escape, sizeof escape, "\\u%04x", value);
    const written found = measure(std::string("\"a") + escape + escape + "\"");
    BOOST_TEST(found.bound == found.bytes, value);
  }
  BOOST_TEST(measure(R"("")").bound == 2U);
}

BOOST_AUTO_TEST_CASE(lists_are_bounded_by_their_values_and_a_comma_each) {
  for (const std::string_view json : {R"(["a"])", R"(["a","b"])", R"([[],["a"]])", R"({"k":"v"})",
                                      R"({"k":"v","l":["a"]})", R"({"\n":{"k":"v"}})"}) {
    std::size_t lists = 0;
    for (std::size_t i = 0; i + 1 < json.size(); ++i)
      lists += (json[i] == '[' || json[i] == '{') && json[i + 1] != ']' ? 1 : 0;
    const written found = measure(std::string(json));
    BOOST_TEST(found.bound == found.bytes + lists, json);
  }
  BOOST_TEST(measure("[]").bound == 2U);
  BOOST_TEST(measure("{}").bound == 2U);
}

BOOST_AUTO_TEST_CASE(a_number_is_bounded_by_the_longest_there_is) {
  BOOST_TEST(measure("-1.2345678901234567e-300").bytes == 24U);
  for (const std::string_view json : {"1", "true", "null", "-1.2345678901234567e-300"})
    BOOST_TEST(measure(std::string(json)).bound == 24U, json);
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_of_another_type_reads_as_empty) {
  simdjson::dom::parser parser;
  const simdjson::dom::object value =
      parser.parse(std::string(R"({"s":"text","o":{"k":1},"a":[1,2],"n":5})")).get_object().value();
  BOOST_TEST(string_in(value, "s") == "text");
  BOOST_TEST(string_in(value, "n") == "");
  BOOST_TEST(string_in(value, "none") == "");
  BOOST_TEST(object_in(value, "o").size() == 1U);
  BOOST_TEST(object_in(value, "a").size() == 0U);
  BOOST_TEST(array_in(value, "a").size() == 2U);
  BOOST_TEST(array_in(value, "none").size() == 0U);
  BOOST_TEST(string_or_empty(value["s"].value()) == "text");
  BOOST_TEST(string_or_empty(value["n"].value()) == "");
}

BOOST_AUTO_TEST_SUITE_END()
