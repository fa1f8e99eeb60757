// Goal: what a provider was seen to add to a prompt of each family is within its bound before
// anything is learnt, and the table is in order. Method: for each shape of call the largest amount
// beyond the text and the definitions that was reported in recorded calls of public projects; a
// request of that shape with a text of our own, which must be bounded by no less.
#include "tokenizer/models/prompt_overhead.hpp"

#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(prompt_overhead_suite)

namespace {

using namespace stint::tokenizer;

constexpr std::string_view hello = R"({"messages": [{"role": "user", "content": "hello"}])";
constexpr std::string_view tool =
    R"([{"type":"function","function":{"name":"weather","parameters":{"type":"object",)"
    R"("properties":{"city":{"type":"string"}},"required":["city"]}}}])";

enum class shape { plain, with_tool, json_object, json_schema, reasoning };

std::string request_of(shape which) {
  switch (which) {
    case shape::plain:
      break;
    case shape::with_tool:
      return std::string(hello) + ", \"tools\": " + std::string(tool) + "}";
    case shape::json_object:
      return std::string(hello) + R"(, "response_format": {"type": "json_object"}})";
    case shape::json_schema:
      return std::string(hello) + R"(, "response_format": {"type": "json_schema", "json_schema":
          {"name": "a", "schema": {"type": "object"}}}})";
    case shape::reasoning:
      return std::string(hello) + R"(, "reasoning": {"effort": "low"}})";
  }
  return std::string(hello) + "}";
}

// What text there is besides, by our tokenizer: the role and the word, and a tool's JSON.
std::int64_t text_of(std::string_view model, shape which) {
  const encoding& words = *encoding_for_model(model).text;
  std::int64_t text = words.count("user") + words.count("hello");
  if (which == shape::with_tool) text += words.count(tool);
  if (which == shape::json_schema) text += words.count(R"({"type":"object"})");
  return text;
}

struct reported {
  std::string_view model;
  shape which;
  std::int64_t beyond_text;  // in the recorded call
};

const reported seen[] = {
    {"gpt-5-mini", shape::plain, 5},
    {"gpt-5-mini", shape::with_tool, 78},  // once bounded by 85, billed 129
    {"gpt-5-nano", shape::with_tool, 74},
    {"gpt-5.6-sol", shape::json_object, 5},
    {"o1-mini", shape::plain, 13},
    {"o4-mini", shape::with_tool, 14},
    {"gpt-oss:120b", shape::plain, 66},
    {"openai/gpt-oss-120b", shape::plain, 77},  // once 19, billed 86
    {"gpt-oss-120b", shape::with_tool, 67},
    {"openai/gpt-oss-120b", shape::json_object, 94},
    {"gpt-audio-mini", shape::plain, 14},
    {"anthropic/claude-haiku-4.5", shape::with_tool, 568},  // once 118, billed 571
    {"anthropic/claude-haiku-4.5", shape::reasoning, 36},
    {"claude-sonnet-4-6", shape::json_schema, 622},
    {"claude-sonnet-4-6", shape::with_tool, 511},
    {"google/gemini-2.5-flash-lite", shape::plain, 23},
    {"google/gemini-2.5-flash", shape::with_tool, 62},
    {"gemma-4-31b", shape::json_object, 98},
    {"deepseek-v4-flash", shape::plain, 82},
    {"deepseek-ai/DeepSeek-V4-Pro", shape::with_tool, 315},
    {"deepseek-r1:latest", shape::json_object, 185},
    {"qwen3.8-max", shape::plain, 58},
    {"qwen3.8-max", shape::with_tool, 260},
    {"qwen3", shape::json_object, 220},
    {"meta-llama/Llama-3.3-70B-Instruct", shape::plain, 34},
    {"meta-llama/Llama-3.1-8B-Instruct", shape::with_tool, 447},
    {"meta-llama/llama-4-maverick-17b-128e-instruct", shape::with_tool,
     660},  // once 108, billed 711
    {"grok-4-1-fast-non-reasoning", shape::plain, 162},
    {"grok-4-fast", shape::with_tool, 554},
    {"grok-4-1-fast-non-reasoning", shape::json_schema, 190},
    {"mistral-tiny", shape::plain, 12},
    {"mistral-small-latest", shape::with_tool, 54},
    {"moonshotai/kimi-k2.5", shape::plain, 10},
    {"moonshotai/kimi-k2-instruct-0905", shape::with_tool, 64},
    {"zai/GLM-5.2", shape::plain, 11},
    {"glm-4.7-flash", shape::with_tool, 131},
    {"mimo-v2.5", shape::plain, 258},
    {"mimo-v2.5-pro", shape::with_tool, 453},
    {"mimo-v2.5", shape::json_object, 246},
    {"sonar", shape::plain, 4},
    {"qwen3-5-9b", shape::plain, 1'563},
    {"mistral-small-3-2-24b-instruct", shape::with_tool, 1'652},
    {"nobody-knows-it", shape::plain, 260},
    {"nobody-knows-it", shape::with_tool, 700},
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_added_is_within_the_bound_before_anything_is_learnt) {
  for (const reported& one : seen) {
    const prompt_tokens counted = count_openai(one.model, request_of(one.which));
    BOOST_TEST_CONTEXT(one.model << ", shape " << static_cast<int>(one.which)) {
      BOOST_TEST(counted.upper_bound >= text_of(one.model, one.which) + one.beyond_text);
    }
  }
}

// What can be learnt later must be learnable.
BOOST_AUTO_TEST_CASE(every_family_that_is_not_published_is_learnt) {
  for (const reported& one : seen)
    BOOST_TEST(count_openai(one.model, request_of(one.which)).features.learnable, one.model);
}

BOOST_AUTO_TEST_CASE(every_row_is_in_order) {
  for (int i = 0; i <= static_cast<int>(framing::plain); ++i) {
    const prompt_overhead& row = overhead_of(static_cast<framing>(i));
    BOOST_TEST_CONTEXT(row.family) {
      BOOST_TEST(!row.family.empty());
      for (const token_range range : {row.request, row.message, row.tools, row.tool,
                                      row.json_object, row.json_schema, row.thinking}) {
        BOOST_TEST(range.expected >= 0);
        BOOST_TEST(range.upper >= range.expected);
      }
      BOOST_TEST(row.recordings >= row.origins);
    }
  }
  BOOST_TEST(overhead_of(framing::openai_gpt5).family == "gpt-5");
  BOOST_TEST(overhead_of(framing::anthropic).family == "Claude");
  BOOST_TEST(overhead_of(framing::grok).family == "Grok");
  BOOST_TEST(overhead_of(framing::agentic).family == "Groq Compound");
  BOOST_TEST(overhead_of(framing::plain).family == "unknown");
}

BOOST_AUTO_TEST_CASE(published_framings_stay_as_they_are_published) {
  for (const framing frame : {framing::openai_classic, framing::openai_gpt4o}) {
    const prompt_overhead& row = overhead_of(frame);
    BOOST_TEST(row.request.upper == 3);
    BOOST_TEST(row.request.expected == 3);
    BOOST_TEST(row.message.upper == 3);
    BOOST_TEST(row.message.expected == 3);
    BOOST_TEST(row.thinking.upper == 0);
  }
}

// platform.claude.com, pricing: tokens of the system prompt that comes with tools.
BOOST_AUTO_TEST_CASE(claudes_tools_bring_the_prompt_that_is_documented_for_the_model) {
  for (const auto& [model, offered, forced] :
       {std::tuple{"claude-opus-5-5", 286, 406}, std::tuple{"claude-haiku-5-5", 286, 406},
        std::tuple{"claude-opus-5", 286, 406}, std::tuple{"claude-opus-4-8", 290, 410},
        std::tuple{"anthropic/claude-opus-4.7", 675, 804},
        std::tuple{"claude-sonnet-4-6", 497, 589},
        std::tuple{"claude-haiku-4-5-20251001", 496, 588},
        std::tuple{"us.anthropic.claude-sonnet-4-5-v1:0", 496, 588},
        std::tuple{"claude-sonnet-5", 354, 474}, std::tuple{"claude-sonnet-4-20250514", 346, 313},
        std::tuple{"claude-opus-4-1", 346, 313}, std::tuple{"claude-3-7-sonnet-latest", 346, 313},
        std::tuple{"claude-3-5-sonnet-20241022", 346, 313},
        std::tuple{"claude-3-5-haiku-latest", 264, 340}, std::tuple{"claude-3-haiku-x", 264, 340},
        std::tuple{"claude-3-opus-20240229", 530, 281},
        // As those write them who resell it.
        std::tuple{"claude-opus-4.8", 290, 410}, std::tuple{"claude-opus-4-7", 675, 804},
        std::tuple{"claude-opus-4.6", 497, 589}, std::tuple{"claude-sonnet-4.5", 496, 588},
        std::tuple{"claude-opus-5.5", 286, 406}, std::tuple{"claude-fable-5", 354, 474},
        std::tuple{"claude-3.5-haiku", 264, 340}, std::tuple{"claude-3.5-sonnet", 346, 313},
        std::tuple{"claude-3.7-sonnet", 346, 313}}) {
    const claude_tool_prompt found = claude_tools_of(model);
    BOOST_TEST_CONTEXT(model) {
      BOOST_TEST(found.offered.expected == offered);
      BOOST_TEST(found.offered.upper == offered + offered / 10);
      BOOST_TEST(found.forced.expected == forced);
      BOOST_TEST(found.forced.upper == forced + forced / 10);
    }
  }
  // One that is not listed may bring the largest.
  BOOST_TEST(claude_tools_of("claude-next").offered.upper == 884);
  BOOST_TEST(claude_tools_of("claude-next").forced.upper == 884);
}

// The model on a list of fall-backs, or who resells it, may be another than was asked.
BOOST_AUTO_TEST_CASE(fall_backs_and_resellers_are_held_for) {
  const auto more = [](std::string_view model, std::string_view field) {
    return count_openai(model, std::string(hello) + ", " + std::string(field) + "}") -
           count_openai(model, std::string(hello) + "}");
  };
  BOOST_TEST(more("google/gemini-2.0-flash-exp:free", R"("models": ["a", "b"])") ==
             (difference{0, 720}));
  BOOST_TEST(more("openai/gpt-4o", R"("models": ["a", "b"])") == (difference{0, 720}));
  BOOST_TEST(!count_openai("openai/gpt-4o", std::string(hello) + R"(, "models": []})").exact);
  BOOST_TEST(more("llama-3.3-70b", R"("venice_parameters": {})") == (difference{950, 1'750}));
  BOOST_TEST(more("qwen3-5-9b", R"("venice_parameters": {})") == (difference{0, 0}));
  BOOST_TEST(more("claude-haiku-4.5", R"("reasoning": {}, "thinking": {})") ==
             (difference{28, 40}));
  BOOST_TEST(more("claude-haiku-4.5", R"("reasoning": null, "thinking": false)") ==
             (difference{0, 0}));
}

BOOST_AUTO_TEST_CASE(a_built_in_tool_is_known_by_the_start_of_its_type) {
  BOOST_TEST_REQUIRE(built_in_tool_of("bash_20250124") != nullptr);
  BOOST_TEST(built_in_tool_of("bash_20250124")->tokens.expected == 245);
  BOOST_TEST(!built_in_tool_of("bash_20250124")->is_hidden);
  BOOST_TEST_REQUIRE(built_in_tool_of("web_search_20260318") != nullptr);
  BOOST_TEST(built_in_tool_of("web_search_20260318")->is_hidden);
  BOOST_TEST_REQUIRE(built_in_tool_of("advisor_20260301") != nullptr);
  BOOST_TEST(built_in_tool_of("advisor_20260301")->tokens.upper == 1'500);
  BOOST_TEST(built_in_tool_of("advisor_20260301")->is_hidden);
  for (const std::string_view type : {"", "function", "custom", "bash", "code_execution_20260120"})
    BOOST_TEST(built_in_tool_of(type) == nullptr, type);
}

BOOST_AUTO_TEST_SUITE_END()
