// Goal: the parts that an observer is told add up to what count_prompt says, and each is named
// after what it is. Method: requests with every kind of part, over exact, estimated and learnt
// models.
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(prompt_parts_suite)

namespace {

using namespace stint::tokenizer;

class parts_list final : public count_observer {
 public:
  void add(const counted_part& part) override { parts.push_back(part); }
  std::vector<counted_part> parts;
};

constexpr std::string_view openai_request = R"({"model": "m", "unknown_field": {"a": 1},
  "messages": [{"role": "system", "content": "Be brief."},
    {"role": "user", "name": "bob", "content": [{"type": "text", "text": "What is this?"},
      {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, {"type": "text", "text": "And this?"}]},
    {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": "{\"x\":1}"}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "42"}, {"role": "function", "name": "g", "content": "{}"}],
  "tools": [{"type": "function", "function": {"name": "f", "description": "does it",
    "parameters": {"type": "object", "properties": {"x": {"type": "integer"}}}}}], "tool_choice": "required",
  "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}})";

constexpr std::string_view anthropic_request =
    R"({"system": [{"type": "text", "text": "Be brief."}],
  "messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"},
      {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
      {"type": "document", "title": "t", "source": {"type": "text", "data": "some text"}}]},
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "abcd"},
      {"type": "tool_use", "id": "t1", "name": "f", "input": {"x": 1}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "42"}]}],
  "tools": [{"name": "f", "description": "does it", "input_schema": {"type": "object"}}], "mcp_servers": []})";

std::vector<counted_part> check_sum(std::string_view model, chat_api api, std::string_view json,
                                    const calibration_snapshot* learned) {
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(json.data(), json.size()).value();
  count_options options;
  options.learned = learned;
  const prompt_tokens unobserved = count_prompt(model, api, document, options);
  parts_list seen;
  options.observer = &seen;
  const prompt_tokens observed = count_prompt(model, api, document, options);
  BOOST_TEST(observed.expected == unobserved.expected);
  BOOST_TEST(observed.upper_bound == unobserved.upper_bound);
  BOOST_REQUIRE(!seen.parts.empty());
  BOOST_TEST(seen.parts.back().total.expected == unobserved.expected);
  BOOST_TEST(seen.parts.back().total.upper == unobserved.upper_bound);
  return seen.parts;
}

std::set<part_kind> kinds_of(const std::vector<counted_part>& parts) {
  std::set<part_kind> kinds;
  for (const counted_part& part : parts)
    kinds.insert(part.kind);
  return kinds;
}

std::shared_ptr<const calibration_snapshot> learned_of(std::string_view model, chat_api api) {
  calibration learner;
  for (int i = 0; i < 100; ++i) {
    prompt_features seen;
    seen.class_tokens = {10 + i * 10, i, 0, 0};
    seen.learnable = true;
    learner.observe(model, api, seen, 40 + i * 15, 1);
  }
  return learner.snapshot();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_parts_of_a_request_add_up) {
  for (const std::string_view model : {"gpt-4o", "gpt-5", "gpt-6", "claude-sonnet-5", "grok-5"}) {
    const auto openai = learned_of(model, chat_api::openai_chat);
    const auto anthropic = learned_of(model, chat_api::anthropic_messages);
    for (const bool is_learned : {false, true}) {
      (void)check_sum(model, chat_api::openai_chat, openai_request,
                      is_learned ? openai.get() : nullptr);
      (void)check_sum(model, chat_api::anthropic_messages, anthropic_request,
                      is_learned ? anthropic.get() : nullptr);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_part_is_named_after_what_it_is) {
  using enum part_kind;
  const auto openai = kinds_of(check_sum("gpt-6", chat_api::openai_chat, openai_request, nullptr));
  BOOST_TEST((openai == std::set{request_framing, message_framing, role, name, content, tool_call,
                                 tool_result, image, tool_framing, tool_definition, tool_choice,
                                 response_format, other}));
  const auto anthropic = kinds_of(
      check_sum("claude-sonnet-5", chat_api::anthropic_messages, anthropic_request, nullptr));
  BOOST_TEST(
      (anthropic == std::set{request_framing, message_framing, system, content, thinking, tool_call,
                             tool_result, image, file, tool_framing, tool_definition, hidden}));
  std::set<std::string_view> words;
  for (int kind = 0; kind <= static_cast<int>(other); ++kind)
    words.insert(to_string(static_cast<part_kind>(kind)));
  BOOST_TEST(words.size() == static_cast<std::size_t>(other) + 1);
}

// It was once shown as one of the image.
BOOST_AUTO_TEST_CASE(text_after_an_image_in_a_tools_result_is_shown_as_the_results) {
  const auto parts = check_sum("claude-sonnet-5", chat_api::anthropic_messages,
                               R"({"messages": [{"role": "user", "content": [
      {"type": "tool_result", "tool_use_id": "t1", "content": [
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        {"type": "text", "text": "a text of some tokens"}]},
      {"type": "document", "source": {"type": "content", "content": [
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
        {"type": "text", "text": "another text of some tokens"}]}}]}]})",
                               nullptr);
  std::vector<part_kind> texts;
  for (const counted_part& part : parts) {
    if (part.is_text && part.counted.expected > 0) texts.push_back(part.kind);
  }
  BOOST_TEST((texts == std::vector{part_kind::tool_result, part_kind::file}));
}

BOOST_AUTO_TEST_CASE(text_of_a_message_is_shown_with_its_message) {
  const auto messages_of = [](std::string_view model, chat_api api, std::string_view json) {
    std::set<std::int32_t> messages;
    for (const counted_part& part : check_sum(model, api, json, nullptr)) {
      if (part.kind == part_kind::content || part.kind == part_kind::role)
        messages.insert(part.message);
      if (part.kind == part_kind::tool_definition || part.kind == part_kind::system)
        BOOST_TEST(part.message == -1);
    }
    return messages;
  };
  BOOST_TEST(
      (messages_of("gpt-4o", chat_api::openai_chat, openai_request) == std::set{0, 1, 2, 3, 4}));
  BOOST_TEST((messages_of("claude-sonnet-5", chat_api::anthropic_messages, anthropic_request) ==
              std::set{0}));  // thinking, tools and their results are parts of their own
  BOOST_TEST((messages_of("claude-sonnet-5", chat_api::anthropic_messages,
                          R"({"messages": [{"role": "user", "content": "Hello."},
                                           {"role": "assistant", "content": "Hi."}]})") ==
              std::set{0, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
