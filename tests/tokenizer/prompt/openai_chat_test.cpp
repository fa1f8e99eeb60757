// Goal: OpenAI requests count as the API itself reported: the OpenAI cookbook's conversation, and
// measured_prompts.json, which holds what gpt-3.5-turbo reported for the cases of
// hmarr/openai-chat-tokens.
#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"
#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(prompt_count_openai_suite)

namespace {

using namespace stint::tokenizer;
using namespace std::string_literals;

#define HELLO R"({"messages": [{"role": "user", "content": "hello"}])"
std::string png(std::uint32_t width, std::uint32_t height) {
  std::string file = "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"s;
  for (const std::uint32_t side : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8)
      file += static_cast<char>(side >> shift);
  }
  return "data:image/png;base64," + base64_text(file);
}

std::string image_request(const std::string& url, std::string_view detail) {
  return R"({"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}, {"type": "image_url",
      "image_url": {"url": ")" +
         url + R"(", "detail": ")" + std::string(detail) + R"("}}]}]})";
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_api_reported_the_cookbooks_conversation) {
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  const std::string path = STINT_SOURCE_DIR "/tests/tokenizer/cookbook_conversation.json";
  BOOST_TEST_REQUIRE(parser.load(path).get(request) == simdjson::SUCCESS);
  for (const auto& [model, tokens] :
       {std::pair{"gpt-3.5-turbo-0613", 129}, std::pair{"gpt-4-0613", 129},
        std::pair{"sim/gpt-4", 129}, std::pair{"gpt-4o", 124},
        std::pair{"gpt-4o-mini-2024-07-18", 124}}) {
    const prompt_tokens counted = count_prompt(model, chat_api::openai_chat, request);
    BOOST_TEST(counted.expected == tokens);
    BOOST_TEST(counted.upper_bound == tokens);
    BOOST_TEST(counted.exact);
    BOOST_TEST(!counted.hidden_input);
  }
}

BOOST_AUTO_TEST_CASE(the_api_reported_the_measured_prompts) {
  simdjson::dom::parser parser;
  simdjson::dom::array measured;
  BOOST_TEST_REQUIRE(
      parser.load(STINT_SOURCE_DIR "/tests/tokenizer/measured_prompts.json").get(measured) ==
      simdjson::SUCCESS);
  BOOST_TEST(measured.size() == 19U);
  for (const simdjson::dom::element one : measured) {
    const prompt_tokens counted =
        count_prompt("gpt-3.5-turbo", chat_api::openai_chat, one["request"].value_unsafe());
    const std::int64_t tokens = one["tokens"].get_int64().value_unsafe();
    const bool exact = one["exact"].get_bool().value_unsafe();
    BOOST_TEST_CONTEXT(simdjson::minify(one)) {
      BOOST_TEST(counted.expected == tokens);
      BOOST_TEST(counted.upper_bound >= tokens);
      BOOST_TEST(counted.exact == exact);
      if (exact) BOOST_TEST(counted.upper_bound == tokens);
    }
  }
}

BOOST_AUTO_TEST_CASE(tools_count_like_the_functions_they_wrap) {
  const std::int64_t functions =
      count_openai("gpt-4o",
                   HELLO R"(, "functions": [{"name": "foo", "description": "Do a foo"}]})")
          .expected;
  const std::int64_t tools =
      count_openai(
          "gpt-4o", HELLO
          R"(, "tools": [{"type": "function", "function": {"name": "foo", "description": "Do a foo"}}]})")
          .expected;
  BOOST_TEST(tools == functions);
  BOOST_TEST(count_openai("gpt-4o", HELLO R"(, "tools": []})").expected == 8);
  BOOST_TEST(
      count_openai("gpt-4o", HELLO R"(, "tools": [{"type": "custom", "custom": {"name": "run"}}]})")
          .expected > 8);
}

BOOST_AUTO_TEST_CASE(parameters_are_no_part_of_the_prompt_and_unknown_fields_are) {
  const prompt_tokens plain =
      count_openai("gpt-4o", HELLO R"(, "model": "gpt-4o", "stream": true, "temperature": 0.5,
      "max_tokens": 5, "stop": ["a", "b"], "metadata": {"team": "x"}, "user": "u", "stream_options": {"include_usage": true}})");
  BOOST_TEST(plain.expected == 8);
  BOOST_TEST(plain.exact);
  const prompt_tokens more =
      count_openai("gpt-4o", HELLO R"(, "surprise": {"text": "one two three"}})");
  BOOST_TEST(more.expected > 11);
  BOOST_TEST(!more.exact);
}

BOOST_AUTO_TEST_CASE(content_parts_of_text_count_like_the_text) {
  const prompt_tokens counted = count_openai(
      "gpt-4",
      R"({"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]})");
  BOOST_TEST(counted.expected == 8);
  BOOST_TEST(counted.exact);
}

BOOST_AUTO_TEST_CASE(an_image_in_a_data_url_costs_by_its_size) {
  const prompt_tokens high = count_openai("gpt-4o", image_request(png(1024, 1024), "high"));
  BOOST_TEST(high.expected == 8 + 765);
  BOOST_TEST(!high.hidden_input);
  BOOST_TEST(!high.exact);
  BOOST_TEST(count_openai("gpt-4o", image_request(png(1024, 1024), "low")).upper_bound == 8 + 85);
  BOOST_TEST(count_openai("claude-sonnet-4-5", image_request(png(1000, 1000), "auto")).expected >=
             1334);
}

BOOST_AUTO_TEST_CASE(an_image_elsewhere_is_hidden_input_up_to_the_models_maximum) {
  const prompt_tokens remote =
      count_openai("gpt-4o", image_request("https://example.com/a.png", "high"));
  BOOST_TEST(remote.hidden_input);
  BOOST_TEST(remote.upper_bound == 8 + 85 + 8 * 170);
  BOOST_TEST(
      count_openai("gpt-4o", image_request("data:image/png;base64,AAAA", "high")).hidden_input);
}

BOOST_AUTO_TEST_CASE(a_recording_costs_by_its_length) {
  const std::string head =
      "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\0\0\0\0"s;
  const auto request = [](const std::string& data) {
    return R"({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"format": "wav", "data": ")" +
           data + R"("}}]}]})";
  };
  const prompt_tokens wave =
      count_openai("gpt-audio", request(base64_text(head + std::string(160'000, '\0'))));
  BOOST_TEST(wave.audio_tokens >= 100);
  BOOST_TEST(wave.audio_tokens <= 103);
  BOOST_TEST(wave.upper_bound >= wave.audio_tokens);
  const prompt_tokens packed =
      count_openai("gpt-audio", request(base64_text(std::string(32'000, 'x'))));
  BOOST_TEST(packed.audio_tokens >= 160);  // 16 s at 16 kbit/s
}

BOOST_AUTO_TEST_CASE(files_and_stored_audio_are_hidden_input) {
  for (const std::string_view part :
       {R"({"type": "file", "file": {"file_id": "file-1"}})",
        R"({"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}})"}) {
    const prompt_tokens counted = count_openai(
        "gpt-4o", R"({"messages": [{"role": "user", "content": [)" + std::string(part) + "]}]}");
    BOOST_TEST(counted.hidden_input);
    BOOST_TEST(counted.upper_bound > 2000);
  }
  BOOST_TEST(
      count_openai("gpt-4o", R"({"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]})")
          .hidden_input);
}

BOOST_AUTO_TEST_CASE(tool_calls_and_their_results_are_counted) {
  const prompt_tokens counted = count_openai("gpt-4o", R"({"messages": [
      {"role": "assistant", "content": null, "tool_calls": [{"id": "call_abc", "type": "function",
        "function": {"name": "get_weather", "arguments": "{\"city\": \"Berlin\"}"}}]},
      {"role": "tool", "tool_call_id": "call_abc", "content": "sunny"}]})");
  // 3 + 2 × (3 + role) + name (2) + arguments (5) + 3 + result (2)
  const encoding& words = o200k_base();
  const std::int64_t expected = 3 + 2 * (3 + 1) + words.count("get_weather") +
                                words.count("{\"city\": \"Berlin\"}") + 3 + words.count("sunny");
  BOOST_TEST(counted.expected == expected);
  BOOST_TEST(counted.upper_bound > expected);
}

BOOST_AUTO_TEST_CASE(a_response_schema_is_part_of_the_prompt) {
  const prompt_tokens counted =
      count_openai("gpt-4o", HELLO R"(, "response_format": {"type": "json_schema", "json_schema":
      {"name": "answer", "strict": true, "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}})");
  const std::int64_t schema = o200k_base().count(
      "# Response Formats\n\n## "
      "answer\n\n{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}");
  BOOST_TEST(counted.expected == 8 + schema);
  BOOST_TEST(
      count_openai("gpt-4o", HELLO R"(, "response_format": {"type": "text"}})").upper_bound == 8);
}

BOOST_AUTO_TEST_CASE(models_whose_framing_is_not_published_have_a_margin) {
  // {what primes the answer, 3 or 4 a message, the role, the text}; the figures are of
  // prompt_overhead.cpp.
  for (const auto& [model, tokens, most] :
       {std::tuple{"gpt-5", 2, 11}, std::tuple{"o3", 2, 96}, std::tuple{"o4-mini", 2, 96},
        std::tuple{"gpt-oss-120b", 63, 89}}) {
    const prompt_tokens counted = count_openai(model, HELLO "}");
    BOOST_TEST(counted.expected == tokens + 3 + 1 + 1, model);
    BOOST_TEST(counted.upper_bound == most + 4 + 1 + 1, model);
    BOOST_TEST(!counted.exact);
    BOOST_TEST(counted.features.learnable);
  }
  BOOST_TEST(count_openai("gpt-5.1-codex", HELLO "}").expected > 100);
}

// What each part adds by the rules at the top of openai_chat.cpp, openai_tools.cpp and
// openai_part.cpp: {expected, bound}.
BOOST_AUTO_TEST_CASE(each_parameter_of_tools_and_formats_adds_what_was_measured) {
  const prompt_tokens hello = count_openai("gpt-4o", HELLO "}");
  const auto more = [&](std::string_view field) {
    return count_openai("gpt-4o", HELLO ", " + std::string(field) + "}") - hello;
  };
  const std::int64_t foo = o200k_base().count("foo");
  BOOST_TEST(more(R"("tool_choice": "none")") == (difference{1, 1}));
  BOOST_TEST(more(R"("tool_choice": "required")") == (difference{1, 4}));
  BOOST_TEST(more(R"("tool_choice": "auto")") == (difference{0, 0}));
  BOOST_TEST(more(R"("tool_choice": null, "function_call": null)") == (difference{0, 0}));
  BOOST_TEST(more(R"("tool_choice": {"type": "function", "function": {"name": "foo"}})") ==
             (difference{foo + 4, foo + 8}));
  BOOST_TEST(more(R"("function_call": {"name": "foo"})") == (difference{foo + 4, foo + 8}));
  const std::int64_t nameless = o200k_base().count(R"({"a":"b c"})");
  BOOST_TEST(more(R"("tool_choice": {"a": "b c"})") == (difference{nameless, nameless}));
  BOOST_TEST(more(R"("tool_choice": [1])") ==
             (difference{o200k_base().count("[1]"), o200k_base().count("[1]")}));
  BOOST_TEST(more(R"("response_format": {"type": "json_object"})") == (difference{0, 16}));
  BOOST_TEST(more(R"("response_format": null, "tools": null, "functions": null)") ==
             (difference{0, 0}));
  const std::int64_t shape =
      o200k_base().count("# Response Formats\n\n## a\n\n// says it\n{\"type\":\"object\"}");
  BOOST_TEST(more(R"("response_format": {"type": "json_schema", "json_schema":
      {"name": "a", "description": "says it", "schema": {"type": "object"}}})") ==
             (difference{shape, shape + shape / 4 + 16}));
  const std::int64_t odd = o200k_base().count(R"({"type":"grammar","x":1})");
  BOOST_TEST(more(R"("response_format": {"type": "grammar", "x": 1})") == (difference{odd, odd}));
  BOOST_TEST(more(R"("web_search_options": {})") == (difference{8'000, 16'000}));
}

BOOST_AUTO_TEST_CASE(tools_add_their_rendering_or_their_json_and_what_announces_them) {
  const encoding& words = o200k_base();
  const prompt_tokens hello = count_openai("gpt-4o", HELLO "}");
  const std::int64_t rendered =
      words.count("namespace functions {\n\ntype foo = () => any;\n\n} // namespace functions");
  const std::string one = R"([{"name":"foo"}])";
  BOOST_TEST(count_openai("gpt-4o", HELLO ", \"functions\": " + one + "}") - hello ==
             (difference{rendered + 9, std::max(rendered, words.count(one)) + 24}));
  // JSON of which little is rendered is the larger of the two.
  const std::string long_one =
      R"([{"name":"foo","strict":"one two three four five six seven eight nine ten eleven"}])";
  BOOST_TEST(words.count(long_one) > rendered);
  BOOST_TEST(count_openai("gpt-4o", HELLO ", \"functions\": " + long_one + "}") - hello ==
             (difference{rendered + 9, words.count(long_one) + 24}));
  const std::string custom = R"([{"type":"custom","custom":{"name":"run"}}])";
  const std::int64_t as_it_is = words.count(custom.substr(1, custom.size() - 2));
  BOOST_TEST(count_openai("gpt-4o", HELLO ", \"tools\": " + custom + "}") - hello ==
             (difference{as_it_is, words.count(custom)}));
  BOOST_TEST(count_openai("gpt-4o", HELLO R"(, "tools": {"a": 1}})") - hello ==
             (difference{words.count(R"({"a":1})"), words.count(R"({"a":1})")}));
  const prompt_tokens both =
      count_openai("gpt-4o", HELLO ", \"functions\": " + one + R"(, "tools": )" + custom + "}");
  BOOST_TEST((both - hello).expected == rendered + as_it_is + 9);
  BOOST_TEST(count_openai("claude-x", HELLO ", \"functions\": " + one + "}").features.tools == 1);
}

// Measured: a system message shares what announces tools, 4 less, and gets a newline.
BOOST_AUTO_TEST_CASE(a_system_message_shares_what_announces_tools) {
  const auto with = [](std::string_view role, std::string_view text, std::string_view tools) {
    return count_openai("gpt-4o", R"({"messages": [{"role": "user", "content": "x"}, {"role": ")" +
                                      std::string(role) + R"(", "content": ")" + std::string(text) +
                                      R"("}])" + std::string(tools) + "}");
  };
  constexpr std::string_view tools = R"(, "functions": [{"name": "foo"}])";
  const auto added = [&](std::string_view role, std::string_view text) {
    return with(role, text, tools) - with(role, text, "");
  };
  const difference alone = added("user", "Be brief.");
  BOOST_TEST(added("system", "Be brief.") == (difference{alone.expected - 4 + 0, alone.upper + 1}));
  // "word" and "\n" are two tokens.
  BOOST_TEST(added("system", "word") == (difference{alone.expected - 4 + 1, alone.upper + 1}));
}

BOOST_AUTO_TEST_CASE(each_field_of_a_message_adds_what_was_measured) {
  const auto count_message = [](std::string_view fields, std::string_view model = "gpt-4o") {
    return count_openai(model, R"({"messages": [{)" + std::string(fields) + "}]}");
  };
  const auto none = count_message("");
  BOOST_TEST(none.expected == 3 + 3);
  BOOST_TEST(none.upper_bound == 3 + 3);
  const encoding& words = o200k_base();
  BOOST_TEST(count_message(R"("role": "user")") - none == (difference{1, 1}));
  BOOST_TEST(count_message(R"("name": "bob")") - none ==
             (difference{1 + words.count("bob"), 1 + words.count("bob")}));
  BOOST_TEST(count_message(R"("refusal": "No, never.")") - none ==
             (difference{words.count("No, never."), words.count("No, never.")}));
  BOOST_TEST(count_message(R"("content": null, "refusal": null, "name": null, "tool_calls": null,
      "function_call": null, "audio": null, "annotations": null)") -
                 none ==
             (difference{0, 0}));
  BOOST_TEST(count_message(R"("content": null, "annotations": null)").exact);
  BOOST_TEST(count_message(R"("annotations": ["a b"])") - none ==
             (difference{words.count(R"(["a b"])"), words.count(R"(["a b"])")}));
  BOOST_TEST(count_message(R"("function_call": {"name": "foo", "arguments": "{}"})") - none ==
             (difference{words.count("foo") + words.count("{}") + 3,
                         words.count("foo") + words.count("{}") + 8}));
  BOOST_TEST(count_message(R"("function_call": {"arguments": {"a": 1}})") - none ==
             (difference{words.count(R"({"a":1})") + 3, words.count(R"({"a":1})") + 8}));
  BOOST_TEST(
      count_message(R"("tool_calls": [{"id": "call_abcdefg", "function": {"name": "foo"}}])") -
          none ==
      (difference{words.count("foo") + 3, words.count("foo") + 8 + words.count("call_abcdefg")}));
  BOOST_TEST(count_message(R"("tool_call_id": "call_abcdefg")") - none ==
             (difference{0, words.count("call_abcdefg")}));
  BOOST_TEST(count_message(R"("audio": {"id": "audio_1"})") - none == (difference{400, 12'000}));
  const std::int64_t function = words.count("function");
  BOOST_TEST(count_message(R"("role": "function")") - none == (difference{function - 2, function}));
  BOOST_TEST(count_message("", "gpt-5") - count_openai("gpt-5", R"({"messages": []})") ==
             (difference{3, 4}));
  BOOST_TEST(count_openai("gpt-5", R"({"messages": []})") - prompt_tokens{} == (difference{2, 11}));
  BOOST_TEST(count_openai("gpt-5.1-codex", R"({"messages": []})") - prompt_tokens{} ==
             (difference{2 + 125, 11 + 250}));
}

BOOST_AUTO_TEST_CASE(each_part_of_a_content_adds_what_its_kind_costs) {
  const auto count_part = [](const std::string& part) {
    return count_openai("gpt-4o", R"({"messages": [{"content": [)" + part + "]}]}");
  };
  const encoding& words = o200k_base();
  const prompt_tokens none = count_part("");
  BOOST_TEST(none.exact);
  BOOST_TEST(count_part(R"({"type": "refusal", "refusal": "No, never."})") - none ==
             (difference{words.count("No, never."), words.count("No, never.")}));
  // The size is known, so the detail decides: as a field of the image, or beside its URL.
  const std::string square = png(1024, 1024);
  for (const auto& [detail, tokens] :
       {std::pair{"low", 85}, std::pair{"high", 765}, std::pair{"auto", 765}}) {
    const std::string inside = R"({"type": "image_url", "image_url": {"url": ")" + square +
                               R"(", "detail": ")" + detail + R"("}})";
    const std::string beside = R"({"type": "input_image", "image_url": ")" + square +
                               R"(", "detail": ")" + detail + R"("})";
    for (const std::string& part : {inside, beside}) {
      const prompt_tokens counted = count_part(part);
      BOOST_TEST((counted - none).expected == tokens, part.substr(0, 40));
      BOOST_TEST(!counted.hidden_input);
    }
  }
  const auto automatic =
      count_openai("gpt-5.6", image_request("https://example.com/a.png", "auto"));
  const auto fine = count_openai("gpt-5.6", image_request("https://example.com/a.png", "high"));
  BOOST_TEST((automatic - fine).upper == 15'000 - 2'501);
  BOOST_TEST(count_part(R"({"type": "file", "file": {"filename": "a.pdf"}})") - none ==
             (difference{words.count("a.pdf") + 23'000, words.count("a.pdf") + 300'000}));
  const auto document = [&](std::size_t size) {
    return count_part(R"({"type": "file", "file": {"file_data": ")" + std::string(size, 'A') +
                      R"("}})") -
           none;
  };
  BOOST_TEST(document(4) == (difference{2'300, 3'000}));
  BOOST_TEST(document(13'332) == (difference{2'300, 3'000}));
  BOOST_TEST(document(13'336) == (difference{2'300, 6'000}));
  BOOST_TEST(document(79'996) == (difference{2'300, 18'000}));
  BOOST_TEST(document(80'000) == (difference{4'600, 21'000}));
}

BOOST_AUTO_TEST_CASE(recordings_cost_by_the_tenth_of_a_second) {
  const auto count_audio = [](const std::string& bytes) {
    return count_openai("gpt-audio", R"({"messages": [{"content": [{"type": "input_audio",
        "input_audio": {"data": ")" + base64_text(bytes) +
                                         R"("}}]}]})") -
           count_openai("gpt-audio", R"({"messages": [{"content": []}]})");
  };
  const std::string head =
      "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\0\0\0\0"s;
  // 16,000 bytes a second, and the 44 of the head: 1.0 s and 1.1 s with what rounding adds.
  BOOST_TEST(count_audio(head + std::string(15'900, '\0')) == (difference{10, 11}));
  BOOST_TEST(count_audio(head + std::string(15'960, '\0')) == (difference{11, 12}));
  // Of a compressed one 1,600 bytes a token are expected and 200 the least.
  BOOST_TEST(count_audio(std::string(1'599, 'x')) == (difference{1, 8}));
  BOOST_TEST(count_audio(std::string(1'602, 'x')) == (difference{2, 9}));
  BOOST_TEST(count_audio(std::string(198, 'x')) == (difference{1, 1}));
  BOOST_TEST(count_audio(std::string(201, 'x')) == (difference{1, 2}));
}

BOOST_AUTO_TEST_CASE(what_a_provider_may_leave_out_teaches_nothing) {
  const auto teaches = [](std::string_view message) {
    return count_openai("grok-5", R"({"messages": [)" + std::string(message) + "]}")
        .features.learnable;
  };
  BOOST_TEST(teaches(R"({"role": "user", "content": "a"})"));
  BOOST_TEST(teaches(R"({"role": "user", "annotations": null})"));
  BOOST_TEST(!teaches(R"({"role": "user", "annotations": []})"));
  BOOST_TEST(!teaches(R"({"role": "user", "reasoning_content": "a"})"));
  BOOST_TEST(!teaches(R"({"content": [{"type": "new"}]})"));
  BOOST_TEST(!count_openai("grok-5", R"({"messages": [], "transforms": []})").features.learnable);
  BOOST_TEST(!teaches(R"({"role": "assistant", "reasoning_details": []})"));
  BOOST_TEST(count_openai("grok-5", R"({"messages": [], "stop": ["x"]})").features.learnable);
}

BOOST_AUTO_TEST_CASE(malformed_requests_count_as_their_text) {
  for (
      const std::string_view json :
      {"[]", "null", "\"hello hello hello\"", "{}", R"({"messages": null})",
       R"({"messages": "hello hello"})", R"({"messages": [1, "a", null, [], {}]})",
       R"({"messages": [{"role": 1, "content": {"a": "b"}, "name": []}]})",
       R"({"messages": [{"content": [1, "x", {"type": 5}, {"type": "text", "text": 7}, {"type": "image_url"}]}]})",
       R"({"messages": [{"tool_calls": [1, {"function": 3}, {}], "function_call": "x"}]})",
       R"({"messages": [], "tools": {"a": 1}, "tool_choice": {"x": 1}, "response_format": [1]})",
       R"({"messages": [], "tools": [{"function": {"name": "f", "parameters": {"properties": {"a": 5}}}}]})"}) {
    for (const std::string_view model : {"gpt-4", "gpt-4o", "claude-opus-5", "unknown"}) {
      (void)count_openai(model, json);
    }
  }
  BOOST_TEST(count_openai("gpt-4o", "\"hello hello hello\"").expected == 3);
  BOOST_TEST(count_openai("gpt-4o", R"({"messages": [["hello hello hello"]]})").expected > 5);
}

// The parser admits a depth of 1,024; nothing here may recurse deeper or render more than in
// proportion.
BOOST_AUTO_TEST_CASE(deep_requests_are_counted) {
  constexpr int depth = 1000;
  std::string array_schema;
  std::string object_schema;
  for (int i = 0; i < depth; ++i)
    array_schema += R"({"type":"array","items":)";
  array_schema += "{}" + std::string(depth, '}');
  for (int i = 0; i < depth / 2; ++i)
    object_schema += R"({"type":"object","properties":{"p":)";
  object_schema += "{}";
  for (int i = 0; i < depth / 2; ++i)
    object_schema += "}}";
  for (const std::string& schema : {array_schema, object_schema}) {
    const prompt_tokens counted =
        count_openai("gpt-4o", HELLO R"(, "tools": [{"type": "function", "function": {"name": "f",
        "parameters": {"type": "object", "properties": {"deep": )" +
                                   schema + "}}}}]}");
    BOOST_TEST(counted.upper_bound > depth);
  }
  const std::string nested = std::string(depth, '[') + std::string(depth, ']');
  BOOST_TEST(count_openai("gpt-4o", R"({"messages": [{"content": [)" + nested + "]}]}").expected >
             10);
}

BOOST_AUTO_TEST_SUITE_END()
