// Goal: Anthropic requests: every part is counted, what cannot be known is flagged, and a bound is
// never below its estimate.
#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"
#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/prompt/prompt_reading.hpp"

BOOST_AUTO_TEST_SUITE(prompt_count_anthropic_suite)

namespace {

using namespace stint::tokenizer;
using namespace std::string_literals;

std::string with_block(const std::string& block) {
  return R"({"max_tokens": 10, "messages": [{"role": "user", "content": [)" + block + "]}]}";
}

std::int64_t scaled(std::int64_t tokens) {
  return (tokens * 1150 + 999) / 1000;
}

}  // namespace

// platform.claude.com, token counting: this request is documented to have 14 input tokens.
BOOST_AUTO_TEST_CASE(the_documented_example_is_within_its_bounds) {
  const prompt_tokens counted =
      count_anthropic("claude-sonnet-4-5", R"({"model": "claude-sonnet-4-5",
      "system": "You are a scientist", "messages": [{"role": "user", "content": "Hello, Claude"}]})");
  BOOST_TEST(counted.expected >= 14);
  BOOST_TEST(counted.expected <= 17);
  BOOST_TEST(counted.upper_bound <= 28);
  BOOST_TEST(!counted.exact);
  BOOST_TEST(!counted.hidden_input);
}

BOOST_AUTO_TEST_CASE(a_system_prompt_counts_alike_as_string_and_as_blocks) {
  const prompt_tokens text =
      count_anthropic("claude-opus-4-6", R"({"system": "Be brief.", "messages": []})");
  const prompt_tokens blocks = count_anthropic(
      "claude-opus-4-6",
      R"({"system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}], "messages": []})");
  BOOST_TEST(text.expected == blocks.expected);
  BOOST_TEST(text.upper_bound == blocks.upper_bound);
}

BOOST_AUTO_TEST_CASE(tools_bring_a_system_prompt_that_depends_on_the_choice) {
  const auto request = [](std::string_view choice) {
    return R"({"messages": [{"role": "user", "content": "hi"}], "tools": [{"name": "f", "description": "does it",
        "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}])" +
           std::string(choice) + "}";
  };
  const std::int64_t automatic = count_anthropic("claude-sonnet-4-5", request("")).expected;
  const std::int64_t forced =
      count_anthropic("claude-sonnet-4-5", request(R"(, "tool_choice": {"type": "any"})")).expected;
  BOOST_TEST(automatic - forced == 496 - 588);
  BOOST_TEST(automatic > 496 + 20);
  const std::int64_t bare =
      count_anthropic("claude-sonnet-4-5", R"({"messages": [], "tools": []})").expected;
  BOOST_TEST(bare == 3);
}

BOOST_AUTO_TEST_CASE(built_in_tools_have_fixed_costs_and_server_tools_hidden_ones) {
  const auto count_tool = [](std::string_view tool) {
    return count_anthropic("claude-sonnet-4-5",
                           R"({"messages": [], "tools": [)" + std::string(tool) + "]}");
  };
  BOOST_TEST(count_tool(R"({"type": "bash_20250124", "name": "bash"})").expected == 3 + 496 + 245);
  BOOST_TEST(count_tool(R"({"type": "web_search_20250305", "name": "web_search"})").hidden_input);
  BOOST_TEST(count_anthropic("claude-sonnet-4-5",
                             R"({"messages": [], "mcp_servers": [{"url": "https://a"}]})")
                 .hidden_input);
}

BOOST_AUTO_TEST_CASE(tool_use_and_results_are_counted) {
  const encoding& words = o200k_base();
  const prompt_tokens use = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Berlin"}})"));
  BOOST_TEST(use.expected ==
             3 + 4 + 8 + scaled(words.count("get_weather") + words.count("{\"city\":\"Berlin\"}")));
  const prompt_tokens text = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny and warm"})"));
  const prompt_tokens blocks = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "sunny and warm"}]})"));
  BOOST_TEST(text.expected == blocks.expected);
  BOOST_TEST(text.expected == 3 + 4 + 8 + scaled(words.count("sunny and warm")));
}

BOOST_AUTO_TEST_CASE(images_cost_by_size_or_are_hidden) {
  const std::string png = base64_text("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x03\xE8\0\0\x03\xE8"s);
  const prompt_tokens inlined = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ")" +
          png + R"("}})"));
  BOOST_TEST(inlined.expected == 3 + 4 + 1334);
  BOOST_TEST(!inlined.hidden_input);
  for (const std::string_view source : {R"({"type": "url", "url": "https://example.com/a.png"})",
                                        R"({"type": "file", "file_id": "file_1"})", "5"}) {
    const prompt_tokens remote = count_anthropic(
        "claude-opus-5", with_block(R"({"type": "image", "source": )" + std::string(source) + "}"));
    BOOST_TEST(remote.hidden_input);
    BOOST_TEST(remote.upper_bound >= 4784);
  }
}

BOOST_AUTO_TEST_CASE(documents_of_text_are_counted_and_others_estimated_by_pages) {
  const prompt_tokens text = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "document", "title": "T", "source": {"type": "text", "data": "some words here"}})"));
  BOOST_TEST(!text.hidden_input);
  BOOST_TEST(text.expected == 3 + 4 + scaled(1 + o200k_base().count("some words here")));
  const prompt_tokens pdf = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": ")" +
          std::string(400'000, 'A') + R"("}})"));
  BOOST_TEST(pdf.hidden_input);
  BOOST_TEST(pdf.expected >= 5 * 2300);
  BOOST_TEST(pdf.upper_bound > pdf.expected);
}

BOOST_AUTO_TEST_CASE(thinking_is_counted_and_its_signature_only_bounded) {
  const prompt_tokens counted = count_anthropic(
      "claude-sonnet-4-5",
      with_block(
          R"({"type": "thinking", "thinking": "let me see", "signature": "QUJDREVGR0hJSktMTU5PUA=="})"));
  BOOST_TEST(counted.expected == 3 + 4 + scaled(o200k_base().count("let me see")));
  BOOST_TEST(counted.upper_bound >= counted.expected + 6);
}

BOOST_AUTO_TEST_CASE(newer_claudes_need_more_tokens_for_the_same_text) {
  const std::string request =
      with_block(R"({"type": "text", "text": "The same text for both of them, word by word."})");
  const prompt_tokens older = count_anthropic("claude-opus-4-6", request);
  const prompt_tokens newer = count_anthropic("claude-opus-5", request);
  BOOST_TEST(newer.expected > older.expected);
  BOOST_TEST(newer.upper_bound > older.upper_bound);
}

// What each part adds by the rules at the top of anthropic_messages.cpp and anthropic_block.cpp:
// {expected, bound}, before text is scaled.
BOOST_AUTO_TEST_CASE(each_field_of_a_request_adds_what_is_documented) {
  constexpr std::string_view model = "claude-opus-4-6";
  const auto count_fields = [&](std::string_view fields) {
    return count_anthropic(model, "{" + std::string(fields) + "}");
  };
  const prompt_tokens none = count_fields("");
  BOOST_TEST(none - prompt_tokens{} == (difference{3, 6}));
  const auto more = [&](std::string_view fields) { return count_fields(fields) - none; };
  BOOST_TEST(more(R"("messages": [{"role": "user"}])") == (difference{4, 5}));
  BOOST_TEST(more(R"("messages": [{"role": "user"}, {"role": "assistant"}])") ==
             (difference{8, 10}));
  BOOST_TEST(more(R"("system": "")") == (difference{0, 4}));
  BOOST_TEST(more(R"("system": null, "tools": null)") == (difference{0, 4}));
  BOOST_TEST(more(R"("system": "hi")") == (difference{2, 4 + 2}));  // ⌈1 × 1.15⌉, ⌈1 × 1.5⌉
  BOOST_TEST(more(R"("mcp_servers": [])") == (difference{3'000, 20'000}));
  BOOST_TEST(more(R"("container": "c", "context_management": {}, "max_tokens": 5, "top_p": 1)") ==
             (difference{0, 0}));
  const std::int64_t unknown = o200k_base().count(R"({"a":"b c"})");
  BOOST_TEST(more(R"("surprise": {"a": "b c"})").expected == scaled(unknown));
  BOOST_TEST(more(R"("output_config": {"a": "b c"})").expected == scaled(unknown));
  BOOST_TEST(more(R"("tools": [])") == (difference{0, 0}));
  // A tenth above the documented prompt of the tools, and 53 each.
  BOOST_TEST(more(R"("tools": [{}])") == (difference{497, 546 + 53}));
  BOOST_TEST(more(R"("tools": [{}, {"type": "custom"}])") == (difference{497, 546 + 2 * 53}));
  BOOST_TEST(more(R"("tools": [{"cache_control": {"type": "ephemeral"}}])") ==
             (difference{497, 546 + 53}));
  for (const std::string_view forced : {"any", "tool"}) {
    BOOST_TEST(more(R"("tools": [{}], "tool_choice": {"type": ")" + std::string(forced) +
                    R"("})") == (difference{589, 647 + 53}));
  }
  BOOST_TEST(more(R"("tools": [{}], "tool_choice": {"type": "none"})") ==
             (difference{497, 546 + 53}));
  for (const auto& [type, tokens, bound] :
       {std::tuple{"bash_20250124", 245, 360}, std::tuple{"text_editor_20250728", 700, 1'080},
        std::tuple{"computer_20241022", 735, 1'600}, std::tuple{"computer_20251124", 1'250, 1'600},
        std::tuple{"computer_20260301", 4'500, 5'000}, std::tuple{"browser_20260301", 6'600, 7'300},
        std::tuple{"tool_search_tool_bm25_20251119", 300, 1'200}}) {
    BOOST_TEST(more(R"("tools": [{"type": ")" + std::string(type) + R"("}])") ==
               (difference{497 + tokens, 546 + 53 + bound}));
  }
  BOOST_TEST(more(R"("tools": [{"type": "web_search_20250305"}])") ==
             (difference{497 + 8'000, 546 + 53 + 60'000}));
  BOOST_TEST(more(R"("tools": [{"type": "code_execution_20260120"}])") ==
             (difference{497 + 3'000, 546 + 53 + 20'000}));
}

// Thinking switched on, a schema to answer in and documents to cite each bring a text of the
// provider's: billed were 46 for a bound of 26, 170 for 80, 859 for 91.
BOOST_AUTO_TEST_CASE(what_is_asked_for_brings_a_prompt_of_the_providers) {
  const auto more = [](std::string_view model, const std::string& fields) {
    return count_anthropic(model, "{" + fields + "}") - count_anthropic(model, "{}");
  };
  for (const std::string_view type : {"enabled", "adaptive"}) {
    BOOST_TEST(more("claude-haiku-4-5", R"("thinking": {"type": ")" + std::string(type) +
                                            R"(", "budget_tokens": 1024})") ==
               (difference{28, 40}));
  }
  BOOST_TEST(more("claude-haiku-4-5", R"("thinking": {"type": "disabled"})") == (difference{0, 0}));
  BOOST_TEST(more("claude-haiku-4-5", R"("thinking": null)") == (difference{0, 0}));
  const auto json = [](std::string_view text, std::int64_t permille) {
    return (o200k_base().count(text) * permille + 999) / 1000;
  };
  constexpr std::string_view format = R"({"format":{"type":"json_schema","schema":{}}})";
  BOOST_TEST(more("claude-haiku-4-5", R"("output_config": )" + std::string(format)) ==
             (difference{120 + json(format, 1'150), 190 + json(format, 1'500)}));
  constexpr std::string_view effort = R"({"effort":"low"})";
  BOOST_TEST(more("claude-haiku-4-5", R"("output_config": )" + std::string(effort)) ==
             (difference{json(effort, 1'150), json(effort, 1'500)}));
  constexpr std::string_view schema = R"({"type":"json_schema"})";
  BOOST_TEST(more("claude-sonnet-4-5", R"("output_format": )" + std::string(schema)) ==
             (difference{120 + json(schema, 1'150), 190 + json(schema, 1'500)}));
  // Once a request.
  const auto documents = [](int count, std::string_view cited) {
    std::string blocks;
    for (int i = 0; i < count; ++i) {
      blocks += std::string(i > 0 ? "," : "") +
                R"({"type": "document", "citations": {"enabled": )" + std::string(cited) +
                R"(}, "source": {"type": "text", "data": "a"}})";
    }
    return count_anthropic("claude-opus-5", with_block(blocks));
  };
  BOOST_TEST(documents(1, "true") - documents(1, "false") == (difference{600, 900}));
  BOOST_TEST(documents(3, "true") - documents(3, "false") == (difference{600, 900}));
  // Tools that come with a message are announced as well: billed 379 for a bound of 99.
  const prompt_tokens added = count_anthropic(
      "claude-opus-5-5", with_block(R"({"type": "tool_addition", "tool": {"name": "f"}})"));
  BOOST_TEST(added.upper_bound >= 314);
  BOOST_TEST(added.upper_bound <= 400);
}

// Who serves other models over this API frames them as elsewhere.
BOOST_AUTO_TEST_CASE(other_families_add_what_they_add_over_the_other_api) {
  BOOST_TEST(count_anthropic("gpt-oss-120b", "{}") - prompt_tokens{} == (difference{63, 89}));
  BOOST_TEST(count_anthropic("kimi-k2", "{}") - prompt_tokens{} == (difference{5, 96}));
  BOOST_TEST(count_anthropic("kimi-k2", R"({"tools": [{}]})") - count_anthropic("kimi-k2", "{}") ==
             (difference{40, 330 + 16}));
}

BOOST_AUTO_TEST_CASE(what_a_provider_may_leave_out_teaches_nothing) {
  const auto teaches = [](std::string_view fields) {
    return count_anthropic("claude-opus-5", "{" + std::string(fields) + "}").features.learnable;
  };
  BOOST_TEST(teaches(R"("system": "a", "output_config": {"a": 1})"));
  BOOST_TEST(teaches(R"("tools": [{"type": "bash_20250124"}])"));
  BOOST_TEST(!teaches(R"("surprise": 1)"));
  BOOST_TEST(!teaches(R"("context_management": {})"));
  BOOST_TEST(!teaches(R"("container": "c")"));
  BOOST_TEST(!teaches(R"("messages": [{"role": "user", "surprise": 1}])"));
  BOOST_TEST(!teaches(R"("messages": [{"content": [{"type": "surprise"}]}])"));
  BOOST_TEST(!teaches(R"("messages": [{"content": [{"type": "thinking"}]}])"));
  BOOST_TEST(teaches(R"("messages": [{"content": [{"type": "server_tool_use", "input": {}}]}])"));
}

BOOST_AUTO_TEST_CASE(each_block_adds_what_its_kind_costs) {
  const auto more = [](const std::string& block) {
    return count_anthropic("claude-opus-4-6", with_block(block)) -
           count_anthropic("claude-opus-4-6", with_block(""));
  };
  const auto upper = [](std::int64_t tokens) { return (tokens * 1500 + 999) / 1000; };
  const std::int64_t id = o200k_base().count("toolu_abcdefgh");
  for (const std::string_view type : {"tool_use", "server_tool_use"}) {
    BOOST_TEST(more(R"({"id": "toolu_abcdefgh", "type": ")" + std::string(type) + R"("})") ==
               (difference{8, 24 + upper(id)}));
  }
  BOOST_TEST(more(R"({"type": "tool_result", "tool_use_id": "toolu_abcdefgh", "content": null})") ==
             (difference{8, 24 + upper(id)}));
  // Four bytes of what is encrypted are a token in the bound.
  BOOST_TEST(more(R"({"type": "thinking", "signature": "12345678901"})") == (difference{0, 2}));
  BOOST_TEST(more(R"({"type": "redacted_thinking", "data": "123456789012"})") ==
             (difference{0, 3}));
  BOOST_TEST(more(R"({"type": "thinking", "signature": "1234", "data": "12345678"})") ==
             (difference{0, 3}));
  BOOST_TEST(more(R"({"type": "document", "source": {"type": "url"}})") ==
             (difference{23'000, 300'000}));
  BOOST_TEST(
      more(
          R"({"type": "document", "context": "hi", "source": {"type": "content", "content": "hi"}})") ==
      (difference{scaled(2), upper(2)}));
}

// Deeper blocks than a valid request has count as their JSON text.
BOOST_AUTO_TEST_CASE(results_within_results_are_walked_eight_deep) {
  const auto nested = [](int depth) {
    std::string block = R"({"type":"text","text":"innermost"})";
    for (int i = 0; i < depth; ++i)
      block = R"({"type":"tool_result","content":[)" + block + "]}";
    return count_anthropic("claude-opus-4-6", with_block(block));
  };
  const std::int64_t text = scaled(o200k_base().count("innermost"));
  for (const int depth : {0, 1, 7, 8})
    BOOST_TEST(nested(depth).expected == 3 + 4 + 8 * depth + text, depth);
  const std::int64_t json = scaled(o200k_base().count(R"([{"type":"text","text":"innermost"}])"));
  BOOST_TEST(nested(9).expected == 3 + 4 + 8 * 9 + json);
}

BOOST_AUTO_TEST_CASE(malformed_requests_count_as_their_text) {
  for (
      const std::string_view json :
      {"[]", "7", "{}", R"({"messages": 5})", R"({"messages": [1, null, "x", {}]})",
       R"({"system": {"a": 1}, "tools": 3})",
       R"({"system": [1, "x", {"type": "text"}], "tools": [1, {"type": 5}], "tool_choice": "any"})",
       R"({"messages": [{"role": "user", "content": [{"type": "tool_result", "content": {"a": 1}}, {"type": "tool_use"},
            {"type": "document"}, {"type": "image"}, {"type": "thinking"}, {"type": "surprise", "x": "one two"}]}]})"}) {
    for (const std::string_view model : {"claude-opus-5", "claude-3-opus-20240229", "gpt-4o", ""}) {
      (void)count_anthropic(model, json);
    }
  }
  BOOST_TEST(
      count_anthropic("claude-opus-4-6", with_block(R"({"type": "surprise", "x": "one two"})"))
          .expected > 10);
}

BOOST_AUTO_TEST_CASE(nested_results_are_counted_to_any_depth) {
  std::string block = R"({"type": "text", "text": "innermost"})";
  for (int i = 0; i < 300; ++i)
    block = R"({"type": "tool_result", "content": [)" + block + "]}";
  BOOST_TEST(count_anthropic("claude-opus-4-6", with_block(block)).expected > 300);
}

BOOST_AUTO_TEST_SUITE_END()
