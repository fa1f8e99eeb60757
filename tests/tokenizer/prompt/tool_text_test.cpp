// Goal: a function is shown to the model as TypeScript, as the published renderings are. Method: whole
// renderings, and one that is deeper than any is shown.
#include "tokenizer/prompt/tool_text.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(tool_text_suite)

namespace {

using namespace stint::tokenizer;

std::string rendered(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object function;
  BOOST_TEST_REQUIRE(parser.parse(json.data(), json.size()).get(function) == simdjson::SUCCESS,
                     json);
  std::string text;
  render_function(function, text);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_function_is_rendered_with_its_types_and_descriptions) {
  BOOST_TEST(rendered(R"({"name": "f", "description": "Does it.", "parameters": {"type": "object",
    "required": ["a", 1], "properties": {
      "a": {"type": "string", "description": "The a."},
      "b": {"type": "integer", "default": 3},
      "c": {"type": "number", "default": null},
      "d": {"enum": ["x", 1, "y"], "type": "string"},
      "e": {"type": "array", "items": {"type": "boolean"}},
      "f": {"type": "array"},
      "g": true,
      "h": {"type": "null"},
      "i": {"type": ["string", "null"]},
      "j": {"type": "object", "properties": {"k": {"type": "string", "description": "Deep."}},
            "required": ["k"]}}}})") ==
             R"(// Does it.
type f = (_: {
// The a.
a: string,
b?: number, // default: 3
c?: number, // default: null
d?: "x" | 1 | "y",
e?: boolean[],
f?: any[],
g?: any,
h?: null,
i?: any,
j?: {
  // Deep.
  k: string,
},
}) => any;

)");
}

BOOST_AUTO_TEST_CASE(a_function_without_parameters_takes_nothing) {
  for (const std::string_view json :
       {R"({"name": "f"})", R"({"name": "f", "description": "", "parameters": {}})",
        R"({"name": "f", "parameters": {"type": "object", "properties": {}}})"}) {
    BOOST_TEST(rendered(json) == "type f = () => any;\n\n", json);
  }
}

// Indented by two for each of eight levels; what is below the 48th is any.
BOOST_AUTO_TEST_CASE(what_lies_deep_is_indented_no_further_and_then_not_shown) {
  std::string schema = R"({"type": "string"})";
  for (int level = 0; level < 60; ++level)
    schema = R"({"type": "object", "properties": {"p": )" + schema + "}}";
  std::string expected = "type f = (_: {\n";
  for (std::size_t level = 0; level <= 48; ++level) {
    expected.append(2 * std::min<std::size_t>(level, 8), ' ');
    expected += level < 48 ? "p?: {\n" : "p?: any,\n";
  }
  for (int level = 0; level < 48; ++level)
    expected += "},\n";
  expected += "}) => any;\n\n";
  BOOST_TEST(rendered(R"({"name": "f", "parameters": )" + schema + "}") == expected);
}

BOOST_AUTO_TEST_SUITE_END()
