// Goal: a Responses request counts as the same conversation over Chat does, and what its items hold that is no text is not
// counted as text. Method: pairs of requests, and what one item adds.
#include <boost/test/unit_test.hpp>

#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(prompt_count_responses_suite)

namespace {

using namespace stint::tokenizer;

prompt_tokens count_responses(std::string_view json, std::string_view model = "gpt-4o") {
  return count_json(model, chat_api::openai_responses, json);
}

// What an item adds to a conversation.
difference added_by(const std::string& item, std::string_view model = "gpt-4o") {
  const std::string hello = R"({"role":"user","content":"hello"})";
  return count_responses("{\"input\":[" + hello + "," + item + "]}", model) -
         count_responses("{\"input\":[" + hello + "]}", model);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_conversation_counts_as_over_chat) {
  const std::int64_t chat =
      count_openai(
          "gpt-4o",
          R"({"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hello"}]})")
          .expected;
  for (
      const char* same : {
          R"({"instructions":"Be brief.","input":"hello"})",
          R"({"input":[{"role":"system","content":"Be brief."},{"role":"user","content":"hello"}]})",
          R"({"input":[{"type":"message","role":"system","content":[{"type":"input_text","text":"Be brief."}]},)"
          R"({"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}]})",
      }) {
    const prompt_tokens counted = count_responses(same);
    BOOST_TEST(counted.expected == chat, same);
    BOOST_TEST(!counted.exact, same);
    BOOST_TEST(!counted.hidden_input, same);
  }
}

BOOST_AUTO_TEST_CASE(flat_tools_and_formats_count_as_wrapped_ones) {
  const std::string schema =
      R"({"type":"object","properties":{"city":{"type":"string","description":"The city"}}})";
  const auto flat = count_responses(
      R"({"input":"hello","tools":[{"type":"function","name":"weather","description":"Says it","parameters":)" +
      schema + R"(}],"tool_choice":{"type":"function","name":"weather"}})");
  const auto wrapped = count_openai(
      "gpt-4o",
      R"({"messages":[{"role":"user","content":"hello"}],"tools":[{"type":"function","function":)"
      R"({"name":"weather","description":"Says it","parameters":)" +
          schema + R"(}}],"tool_choice":{"type":"function","function":{"name":"weather"}}})");
  BOOST_TEST(flat.expected == wrapped.expected);
  const auto format = count_responses(
      R"({"input":"hello","text":{"format":{"type":"json_schema","name":"n","schema":)" + schema +
      R"(},"verbosity":"low"}})");
  const auto wrapped_format = count_openai(
      "gpt-4o",
      R"({"messages":[{"role":"user","content":"hello"}],"response_format":{"type":"json_schema",)"
      R"("json_schema":{"name":"n","schema":)" +
          schema + "}}}");
  BOOST_TEST(format.expected == wrapped_format.expected);
}

BOOST_AUTO_TEST_CASE(a_named_tool_that_is_no_function_counts_with_all_that_it_says) {
  const auto offered = [](const std::string& tool) {
    return count_responses(R"({"input":"hello","tools":[)" + tool + "]}");
  };
  std::string words;
  for (int n = 0; n < 200; ++n)
    words += " word";
  const std::int64_t none = offered("").expected;
  const auto custom =
      offered(R"({"type":"custom","name":"run","format":{"type":"grammar","definition":")" + words +
              R"("}})");
  BOOST_TEST(custom.expected > none + 200);
  BOOST_TEST(!custom.hidden_input);
  const auto inner = offered(
      R"({"type":"namespace","name":"crm","tools":[{"type":"function","name":"f","description":")" +
      words + R"("}]})");
  BOOST_TEST(inner.expected > none + 200);
  BOOST_TEST(!inner.hidden_input);
  BOOST_TEST(
      offered(R"({"type":"namespace","name":"n","tools":[{"type":"web_search"}]})").hidden_input);
  BOOST_TEST(
      offered(R"({"type":"mcp","name":"n","server_label":"l","server_url":"https://x.invalid"})")
          .hidden_input);
  // What a tool of the caller's finds is sent in the request.
  for (const char* type : {"local_shell", "shell", "apply_patch"}) {
    const auto local = offered(R"({"type":")" + std::string(type) + "\"}");
    BOOST_TEST(!local.hidden_input, type);
    BOOST_TEST(local.expected > none, type);
  }
}

BOOST_AUTO_TEST_CASE(calls_and_their_results_are_counted) {
  const difference call = added_by(
      R"({"type":"function_call","id":"fc_1","call_id":"c","name":"weather","arguments":"{\"city\":\"Bonn\"}"})");
  BOOST_TEST(call.expected > 6);
  BOOST_TEST(call.upper > call.expected);
  const difference text =
      added_by(R"({"type":"function_call_output","call_id":"c","output":"It is sunny."})");
  const difference parts = added_by(
      R"({"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"It is sunny."}]})");
  BOOST_TEST(text == parts);
  BOOST_TEST(text.expected > 4);
  BOOST_TEST(added_by(R"({"type":"custom_tool_call","call_id":"c","name":"run","input":"print 3"})")
                 .expected > 4);
}

// Reasoning of earlier turns was some hundred tokens, and its base64 would be as many thousands.
BOOST_AUTO_TEST_CASE(what_only_the_provider_can_read_is_not_counted_as_text) {
  const std::string opaque(4'000, 'A');
  const difference reasoning = added_by(
      R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":")" + opaque + "\"}");
  BOOST_TEST(reasoning.expected == 0);
  BOOST_TEST(reasoning.upper <= 4'000 / 4 + 8);
  BOOST_TEST(reasoning.upper >= 4'000 / 8);
  const difference summed =
      added_by(R"({"type":"compaction","encrypted_content":")" + opaque + "\"}");
  BOOST_TEST(summed.upper == reasoning.upper);
}

BOOST_AUTO_TEST_CASE(pictures_and_files_are_no_text) {
  const std::string data(100'000, 'A');
  for (
      const std::string& item :
      {R"({"role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,)" +
           data + "\"}]}",
       R"({"type":"image_generation_call","id":"ig_1","result":")" + data + "\"}",
       R"({"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"data:image/png;base64,)" +
           data + "\"}}",
       R"({"role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,)" +
           data + "\"}]}"}) {
    BOOST_TEST(added_by(item).upper < 50'000, item.substr(0, 80));
  }
  BOOST_TEST(
      count_responses(
          R"({"input":[{"role":"user","content":[{"type":"input_image","file_id":"file_1"}]}]})")
          .hidden_input);
}

BOOST_AUTO_TEST_CASE(what_the_provider_keeps_is_hidden_input) {
  for (const char* fields :
       {R"("previous_response_id":"resp_1")", R"("conversation":{"id":"conv_1"})",
        R"("prompt":{"id":"pmpt_1"})", R"("tools":[{"type":"web_search"}])"}) {
    BOOST_TEST(count_responses("{\"input\":\"hello\"," + std::string(fields) + "}").hidden_input,
               fields);
  }
  for (const char* item : {R"({"type":"item_reference","id":"fc_1"})", R"({"id":"msg_1"})",
                           R"({"type":null,"id":"msg_1"})"}) {
    BOOST_TEST(count_responses("{\"input\":[" + std::string(item) + "]}").hidden_input, item);
  }
  BOOST_TEST(!count_responses(R"({"input":[{"id":"msg_1","role":"user","content":"hello"}]})")
                  .hidden_input);
  BOOST_TEST(
      !count_responses(
           R"({"input":"hello","previous_response_id":null,"store":true,"metadata":{"a":"b"}})")
           .hidden_input);
}

BOOST_AUTO_TEST_CASE(what_nobody_knows_is_counted_as_its_json) {
  const difference unknown =
      added_by(R"({"type":"some_future_type","words":"one two three four"})");
  BOOST_TEST(unknown.expected > 8);
  BOOST_TEST(count_responses(R"({"input":7})").expected > 0);
  BOOST_TEST(count_responses("{}").expected >= 0);
}

BOOST_AUTO_TEST_SUITE_END()
