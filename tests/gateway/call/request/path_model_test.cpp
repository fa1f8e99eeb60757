// Goal: a body whose model stands in the path says the same as one that names it by itself, and what is not JSON does not
// become any.
#include "gateway/call/request/path_model.hpp"

#include <tuple>

#include <boost/test/unit_test.hpp>
#include <simdjson.h>

namespace stint {

BOOST_AUTO_TEST_SUITE(path_model)

namespace {
std::string naming(std::string_view model, std::string body) {
  name_model_of_path(model, body);
  return body;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_body_without_a_model_gets_that_of_the_path) {
  for (const auto& [body, named] :
       {std::pair{R"({"messages":[]})", R"({"model":"my-gpt","messages":[]})"},
        {"{}", R"({"model":"my-gpt"})"},
        {" \n{ }", " \n{\"model\":\"my-gpt\" }"},
        {R"({"tools":[{"model":"x"}]})", R"({"model":"my-gpt","tools":[{"model":"x"}]})"}})
    BOOST_TEST(naming("my-gpt", body) == named);
}

// The deployment decides what serves the call, whatever the body says.
BOOST_AUTO_TEST_CASE(a_body_that_names_another_model_gets_that_of_the_path) {
  for (const char* model : {"\"gpt-4o\"", "null", "\"\"", "\"my-gpt\\u0000\"", "5"}) {
    const std::string body = std::string(R"({"a":"\"model\":","model": )") + model + ",\"b\":1}";
    BOOST_TEST(naming("my-gpt", body) == R"({"a":"\"model\":","model": "my-gpt","b":1})", model);
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_names_it_stays_as_it_is) {
  const std::string body = R"({ "model" : "my-gpt" , "messages":[]})";
  BOOST_TEST(naming("my-gpt", body) == body);
}

BOOST_AUTO_TEST_CASE(a_name_cannot_become_another_field) {
  BOOST_TEST(naming(R"(a","n":"9)", "{}") == R"({"model":"a\",\"n\":\"9"})");
}

BOOST_AUTO_TEST_CASE(what_is_no_object_stays_none) {
  for (const char* body : {"", " ", "[]", "[{}]", "7", "\"{}\"", "x{}"})
    BOOST_TEST(naming("m", body) == body);
  simdjson::dom::parser parser;
  for (const char* body :
       {"{", "{ ", "{\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":[]", "{]", "{,}", "{\"model",
        "{\"model\"", "{\"model\":", "{\"model\":\"", "{\"model\":\"m\""}) {
    const std::string named = naming("m", body);
    BOOST_TEST((parser.parse(named).error() != simdjson::SUCCESS), named);
  }
}

// The parser reads behind a body's end, and copies none that has the room.
BOOST_AUTO_TEST_CASE(what_was_edited_has_room_behind_it_for_the_parser) {
  std::string body = R"({"messages":[]})";
  name_model_of_path("m", body);
  BOOST_TEST(body.capacity() >= body.size() + simdjson::SIMDJSON_PADDING);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
