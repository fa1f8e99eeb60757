// Goal: the bound of a prompt, which is known without counting it, is never below its count, and
// says the same of it otherwise. Method: requests made at random of everything the walk knows and
// of what it does not, over every family of models; what one of them would break is replayed by its
// seed.
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

BOOST_AUTO_TEST_SUITE(prompt_bound_suite)

namespace {

using namespace stint::tokenizer;

constexpr std::string_view models[] = {"gpt-4o",
                                       "gpt-4",
                                       "gpt-3.5-turbo",
                                       "gpt-5",
                                       "gpt-5.3-codex",
                                       "o3",
                                       "gpt-6",
                                       "gpt-audio",
                                       "gpt-oss-120b",
                                       "sim/gpt-4o?tokens=5",
                                       "claude-opus-4-6",
                                       "claude-sonnet-5",
                                       "claude-3-5-haiku",
                                       "gemini-3-pro",
                                       "gemini-2.5-flash",
                                       "deepseek-chat",
                                       "qwen3-coder",
                                       "llama-3.3-70b",
                                       "grok-5",
                                       "mistral-large",
                                       "llama-4-scout",
                                       "qwen3-5-9b",
                                       "groq/compound",
                                       "openai/gpt-4o:online",
                                       "nobody-knows-it"};

// Words that tokenize well, badly, and longer than they are: characters that a normalisation takes
// apart (U+0958, U+0390, U+1D160), and escapes of every length.
constexpr std::string_view words[] = {"the",
                                      " and of it",
                                      "\\n\\n\\n",
                                      "    ",
                                      "0123456789",
                                      "日本語の文章",
                                      "नमस्ते",
                                      "क़ख़ग़",
                                      "ΐΰ",
                                      "\U0001D160",
                                      "😀👩‍👩‍👧",
                                      "\\u0001\\u001f",
                                      "\\t\\r",
                                      "\\\"",
                                      "\\\\",
                                      "é́́",
                                      "xqzjvk",
                                      "system",
                                      "ſ's 'S",
                                      "\\/",
                                      "\\u00e9",
                                      "�",
                                      "{\\\"a\\\":1}",
                                      "https://a.example/b.png",
                                      "function",
                                      "namespace functions {"};

constexpr std::string_view keys[] = {"model",
                                     "messages",
                                     "role",
                                     "content",
                                     "name",
                                     "tools",
                                     "functions",
                                     "function",
                                     "parameters",
                                     "properties",
                                     "required",
                                     "type",
                                     "enum",
                                     "items",
                                     "description",
                                     "default",
                                     "tool_calls",
                                     "tool_call_id",
                                     "id",
                                     "arguments",
                                     "refusal",
                                     "audio",
                                     "image_url",
                                     "url",
                                     "detail",
                                     "input_audio",
                                     "data",
                                     "file",
                                     "filename",
                                     "file_data",
                                     "text",
                                     "tool_choice",
                                     "function_call",
                                     "response_format",
                                     "json_schema",
                                     "schema",
                                     "web_search_options",
                                     "metadata",
                                     "system",
                                     "source",
                                     "title",
                                     "context",
                                     "input",
                                     "tool_use_id",
                                     "thinking",
                                     "signature",
                                     "mcp_servers",
                                     "cache_control",
                                     "max_tokens",
                                     "stream",
                                     "annotations",
                                     "thinking",
                                     "reasoning",
                                     "reasoning_details",
                                     "models",
                                     "plugins",
                                     "enable_search",
                                     "search_parameters",
                                     "venice_parameters",
                                     "document_url",
                                     "video_url",
                                     "citations",
                                     "enabled",
                                     "output_config",
                                     "format",
                                     "unheard_of",
                                     "media_type"};

constexpr std::string_view types[] = {"text",
                                      "refusal",
                                      "image_url",
                                      "input_image",
                                      "input_audio",
                                      "file",
                                      "image",
                                      "document",
                                      "tool_use",
                                      "tool_result",
                                      "thinking",
                                      "redacted_thinking",
                                      "function",
                                      "object",
                                      "string",
                                      "array",
                                      "integer",
                                      "json_schema",
                                      "json_object",
                                      "base64",
                                      "content",
                                      "document_url",
                                      "video_url",
                                      "tool_addition",
                                      "openrouter:web_search",
                                      "bash_20250124",
                                      "web_search_20250305",
                                      "system",
                                      "user",
                                      "custom",
                                      "none",
                                      "required",
                                      "any"};

class request_maker {
 public:
  explicit request_maker(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::size_t below(std::size_t bound) { return random_() % bound; }

  [[nodiscard]] std::string text() {
    std::string made = "\"";
    for (std::size_t i = below(12); i > 0; --i) {
      const std::string_view word = words[below(std::size(words))];
      for (std::size_t times = below(20) == 0 ? below(200) : 1; times > 0; --times)
        made += word;
    }
    return made + '"';
  }

  [[nodiscard]] std::string value(int depth) {
    const std::size_t dice = below(depth > 6 ? 6 : 12);
    if (dice < 3) return text();
    if (dice == 3) return '"' + std::string(types[below(std::size(types))]) + '"';
    if (dice == 4) return number();
    if (dice == 5) return "null";
    return dice < 9 ? array(depth) : object(depth);
  }

  [[nodiscard]] std::string object(int depth) {
    std::string made = "{";
    if (below(2) == 0) made += "\"type\":\"" + std::string(types[below(std::size(types))]) + "\",";
    for (std::size_t i = below(6); i > 0; --i)
      made += field(depth) + ',';
    return made + "\"name\":" + text() + '}';
  }

  [[nodiscard]] std::string openai() {
    std::string made = R"({"messages":[{"role":"system","content":)" + text() + "}";
    for (std::size_t i = below(5); i > 0; --i) {
      made += R"(,{"role":"user","content":)" + value(2) + ',' + field(2) + '}';
    }
    made += "]";
    if (below(2) == 0) {
      made += R"(,"tools":[{"type":"function","function":{"name":"f","description":)" + text() +
              R"(,"parameters":{"type":"object","properties":)" + object(3) + "}}}]";
    }
    if (below(4) == 0) {
      made += R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":)" +
              value(3) + "}}";
    }
    return made + more() + "}";
  }

  [[nodiscard]] std::string anthropic() {
    std::string made = R"({"system":)" + value(2) + R"(,"messages":[)";
    for (std::size_t i = 1 + below(4); i > 0; --i) {
      made += R"({"role":"user","content":)" + value(2) + ',' + field(2) + '}';
      if (i > 1) made += ',';
    }
    made += R"(],"tools":)" + value(2);
    return made + more() + "}";
  }

  [[nodiscard]] std::string gemini() {
    std::string made = R"({"system_instruction":{"parts":)" + value(2) + R"(},"contents":[)";
    for (std::size_t i = 1 + below(4); i > 0; --i) {
      made += R"({"role":"user","parts":[{"text":)" + text() + R"(},{"functionCall":)" + value(2) +
              R"(},{"functionResponse":)" + value(2) + "},{" + field(2) + "}]}";
      if (i > 1) made += ',';
    }
    made += R"(],"tools":[{"functionDeclarations":)" + value(2) + "},{" + field(2) + "}]";
    return made + R"(,"generationConfig":{"responseSchema":)" + value(3) + "}" + more() + "}";
  }

  [[nodiscard]] std::string anything() {
    return below(3) == 0 ? value(0) : R"({"messages":)" + value(1) + more() + "}";
  }

 private:
  [[nodiscard]] std::string array(int depth) {
    std::string made = "[";
    for (std::size_t i = below(5); i > 0; --i) {
      made += value(depth + 1);
      if (i > 1) made += ',';
    }
    return made + ']';
  }
  [[nodiscard]] std::string field(int depth) {
    return '"' + std::string(keys[below(std::size(keys))]) + "\":" + value(depth + 1);
  }
  [[nodiscard]] std::string more() {
    std::string made;
    for (std::size_t i = below(4); i > 0; --i)
      made += ',' + field(1);
    return made;
  }
  [[nodiscard]] std::string number() {
    constexpr std::string_view numbers[] = {
        "0",    "-1",   "18446744073709551615",    "-1.7976931348623157e308", "5e-324",
        "true", "12.5", "-2.2250738585072014e-308"};
    return std::string(numbers[below(std::size(numbers))]);
  }

  std::mt19937_64 random_;
};

void check(std::string_view model, chat_api api, const std::string& json, std::uint64_t seed) {
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  BOOST_TEST_REQUIRE(parser.parse(json).get(request) == simdjson::SUCCESS, json);
  const prompt_tokens counted = count_prompt(model, api, request);
  const prompt_bound bound = bound_prompt(model, api, request);
  const bool holds = counted.upper_bound <= bound.at_most.upper_bound &&
                     counted.expected <= bound.at_most.expected &&
                     counted.audio_tokens <= bound.at_most.audio_tokens &&
                     counted.exact == bound.at_most.exact &&
                     counted.hidden_input == bound.at_most.hidden_input;
  BOOST_TEST_REQUIRE(holds, "seed " << seed << ", " << model << ": " << counted.upper_bound << '/'
                                    << counted.expected << '/' << counted.audio_tokens
                                    << " against " << bound.at_most.upper_bound << '/'
                                    << bound.at_most.expected << '/' << bound.at_most.audio_tokens
                                    << '\n'
                                    << json);
  const std::size_t minified = simdjson::minify(request).size();
  BOOST_TEST_REQUIRE(minified <= json_bytes_max(request), "seed " << seed << '\n' << json);
}

// The same conversation as items.
std::string as_responses(std::string chat) {
  constexpr std::string_view messages = "\"messages\"";
  const std::size_t at = chat.find(messages);
  if (at != std::string::npos) chat.replace(at, messages.size(), "\"input\"");
  return chat;
}

prompt_bound bound_of(std::string_view model, const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  BOOST_TEST_REQUIRE(parser.parse(json).get(request) == simdjson::SUCCESS, json);
  return bound_prompt(model, chat_api::openai_chat, request);
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_request_counts_as_more_than_its_bound) {
  const char* given = std::getenv("STINT_SEED");
  const std::uint64_t first =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  const std::uint64_t rounds = given != nullptr ? 1 : 4'000;
  std::cout << "prompt_bound: seeds " << first << " … " << first + rounds - 1 << '\n';
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    request_maker make(seed);
    const std::string_view model = models[make.below(std::size(models))];
    check(model, chat_api::openai_chat, make.openai(), seed);
    check(model, chat_api::anthropic_messages, make.anthropic(), seed);
    check(model, chat_api::gemini_contents, make.gemini(), seed);
    check(model, chat_api::openai_responses, as_responses(make.openai()), seed);
    check(model, chat_api::openai_chat, make.anything(), seed);
    check(model, chat_api::openai_responses, make.anything(), seed);
    check(model, chat_api::anthropic_messages, make.anything(), seed);
    check(model, chat_api::gemini_contents, make.anything(), seed);
  }
}

BOOST_AUTO_TEST_CASE(text_is_bounded_by_its_bytes_and_framing_is_not_inflated) {
  const std::string text(1'000, 'a');
  const prompt_bound bound =
      bound_of("gpt-4o", R"({"messages":[{"role":"user","content":")" + text + R"("}]})");
  // 3 a message and 3 that prime the reply are counted; "user" and the text are bytes.
  BOOST_TEST(bound.at_most.upper_bound == 3 + 3 + 4 + 1'000);
  BOOST_TEST(bound.text_bytes == 4 + 1'000);
  BOOST_TEST(bound.at_most.exact);
}

BOOST_AUTO_TEST_CASE(an_image_is_no_text) {
  const std::string data(100'000, 'A');
  const prompt_bound bound = bound_of(
      "gpt-4o",
      R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,)" +
          data + R"("}}]}]})");
  BOOST_TEST(bound.at_most.upper_bound < 10'000);
  BOOST_TEST(bound.text_bytes < 100);
  BOOST_TEST(bound.at_most.hidden_input);
}

// "Tokens ≤ bytes" is said of well-formed text: a malformed byte counts as U+FFFD, three bytes.
BOOST_AUTO_TEST_CASE(the_parser_lets_no_malformed_text_through) {
  for (const std::string json : {"[\"\\ud800\"]", "[\"\\udc00\"]", "[\"\\ud800x\"]", "[\"\xFF\"]",
                                 "[\"\xED\xA0\x80\"]", "[\"\xC0\x80\"]"}) {
    simdjson::dom::parser parser;
    BOOST_TEST(parser.parse(json).error() != simdjson::SUCCESS, json);
  }
}

// The newline that a system message gets before tools is a byte, and what both save no bound.
BOOST_AUTO_TEST_CASE(a_system_message_with_tools_is_bounded_by_a_byte_more) {
  const auto bound = [](std::string_view role) {
    simdjson::dom::parser parser;
    const std::string json = R"({"messages": [{"role": ")" + std::string(role) +
                             R"(", "content": "word"}], "functions": [{"name": "foo"}]})";
    return bound_prompt("gpt-4o", chat_api::openai_chat, parser.parse(json).value()).at_most;
  };
  const prompt_tokens system = bound("system");
  const prompt_tokens other = bound("editor");
  BOOST_TEST(system.expected - other.expected == 1 - 4);
  BOOST_TEST(system.upper_bound - other.upper_bound == 1);
}

BOOST_AUTO_TEST_SUITE_END()
