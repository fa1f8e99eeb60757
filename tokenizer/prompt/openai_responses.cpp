// OpenAI Responses: items, instructions, flat tools (dialects.md §1.2; fields as in openai/openai-openapi,
// CreateResponse).
//
// Its framing is not published. Recorded calls count as the same conversation over Chat does (half of 526 to
// within 6 tokens): an item of a message as a message, instructions as one, the row of the model's family in
// models/prompt_overhead.cpp; so that figures are the chat's and nothing is called exact. What was above the
// chat's bound is in the bound here: 18 tokens on some days, 210 to 219 for gpt-4o's tools, what announces tools
// where only their calls are there (Grok, DeepSeek), 1,547 to 1,998 in the mode "pro". Reasoning of earlier
// turns is sent back as what only the provider can read: its base64 is no text. What `previous_response_id`,
// `conversation` and references to items stand for is not in the request: it is hidden input, and whoever knows of
// it adds its size.
//
// Tested by tests/tokenizer/prompt/openai_responses_test.cpp.
#include <algorithm>
#include <array>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr token_range framed_call = {.expected = 3, .upper = 12};
constexpr std::int64_t some_days_tokens = 24;
constexpr token_range tools_of_gpt_4o = {.expected = 0, .upper = 240};
constexpr token_range pro_mode = {.expected = 1'800, .upper = 4'000};
// Reasoning that the provider keeps: a long piece of it.
constexpr token_range kept_reasoning = {.expected = 500, .upper = 20'000};
constexpr token_range kept_elsewhere = {.expected = 0, .upper = 0};
constexpr token_range kept_prompt = {.expected = 1'000, .upper = 20'000};
constexpr std::int64_t codex_prefix_tokens = 125;

// Parameters that steer the call and are no part of the prompt; input, instructions, tools and text are walked.
// clang-format off
constexpr std::array<std::string_view, 34> response_parameters = {
    "model", "tools", "tool_choice", "background", "background_options", "client_metadata",
    "context_management", "frequency_penalty", "include", "max_output_tokens", "max_tool_calls",
    "metadata", "moderation", "parallel_tool_calls", "presence_penalty", "prompt_cache_key",
    "prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier",
    "service_tier", "store", "stream", "stream_options", "temperature", "top_logprobs", "top_p",
    "truncation", "user", "image",
    // Of other providers than OpenAI.
    "provider", "seed", "top_k", "usage"};
// clang-format on

void add_text_part(const prompt_context& prompt, dom::object part) {
  const std::string_view type = string_in(part, "type");
  std::string_view text;
  const bool is_text = type == "input_text" || type == "output_text" || type == "summary_text" ||
                       type == "reasoning_text" || type == "text";
  if (is_text && part["text"].get(text) == simdjson::SUCCESS) return prompt.tally.add_text(text);
  if (type == "input_image" || type == "computer_screenshot") {
    // By file_id, or by an address: its size is not known.
    if (!string_in(part, "image_url").empty()) return walk_openai_part(prompt, part);
    prompt.tally.enter(part_kind::image);
    return add_image(prompt, std::nullopt, image_detail::high);
  }
  if (type == "input_file") {
    prompt.tally.enter(part_kind::file);
    prompt.tally.add_text(string_in(part, "filename"));
    return prompt.tally.add_hidden(document_tokens(string_in(part, "file_data").size()));
  }
  walk_openai_part(prompt, part);
}

void add_item_content(const prompt_context& prompt, dom::element content, part_kind kind) {
  walk_content(prompt, content, kind, [&](dom::object part) { add_text_part(prompt, part); });
}

// A field that may be text, or JSON that is shown as text.
void add_value(const prompt_context& prompt, dom::object item, std::string_view key) {
  dom::element value;
  std::string_view text;
  if (item[key].get(value) != simdjson::SUCCESS || value.is_null()) return;
  if (value.get(text) == simdjson::SUCCESS) return prompt.tally.add_text(text);
  add_json_text(prompt, value);
}

void add_message_item(const prompt_context& prompt, dom::object item) {
  prompt.tally.add_estimated(prompt.overhead().message);
  prompt.tally.enter(part_kind::role);
  prompt.tally.add_text(string_in(item, "role"));
  dom::element content;
  if (item["content"].get(content) == simdjson::SUCCESS)
    add_item_content(prompt, content, part_kind::content);
}

// A call of the model's: its name, and what it was called with under one name or another.
void add_call_item(const prompt_context& prompt, dom::object item) {
  prompt.tally.enter(part_kind::tool_call);
  prompt.tally.add_estimated(framed_call);
  for (const std::string_view key : {"name", "arguments", "input", "action", "operation"})
    add_value(prompt, item, key);
  add_identifier(prompt, string_in(item, "call_id"));
}

void add_output_item(const prompt_context& prompt, dom::object item) {
  prompt.tally.enter(part_kind::tool_result);
  prompt.tally.add_estimated(prompt.overhead().message);
  add_identifier(prompt, string_in(item, "call_id"));
  dom::element output;
  dom::object part;
  if (item["output"].get(output) != simdjson::SUCCESS) return;
  if (output.get(part) == simdjson::SUCCESS) {
    add_text_part(prompt, part);  // a screenshot
  } else {
    add_item_content(prompt, output, part_kind::tool_result);
  }
}

void add_reasoning_item(const prompt_context& prompt, dom::object item) {
  prompt.tally.enter(part_kind::thinking);
  const std::string_view opaque = string_in(item, "encrypted_content");
  if (!opaque.empty()) add_opaque(prompt, opaque.size());
  for (const std::string_view key : {"summary", "content"}) {
    dom::element parts;
    if (item[key].get(parts) == simdjson::SUCCESS)
      add_item_content(prompt, parts, part_kind::thinking);
  }
  // Of an item without either the provider keeps what it was.
  if (opaque.empty() && !string_in(item, "id").empty()) prompt.tally.add_hidden(kept_reasoning);
}

void add_picture_item(const prompt_context& prompt, dom::object item) {
  prompt.tally.enter(part_kind::image);
  const std::string_view result = string_in(item, "result");
  add_image(prompt, result.empty() ? std::nullopt : image_size(base64_view{result}),
            image_detail::high);
}

bool ends_in_output(std::string_view type) noexcept {
  return type.ends_with("_call_output");
}

// What is added once, whatever the number of those that ask for it.
struct seen_items {
  bool calls = false;
};

void add_item(const prompt_context& prompt, dom::element value, std::int32_t index,
              seen_items& seen) {
  dom::object item;
  prompt.tally.enter_message(index);
  if (value.get(item) != simdjson::SUCCESS) return add_json_text(prompt, value);
  const std::string_view type = string_in(item, "type");
  seen.calls = seen.calls || type == "function_call" || type == "custom_tool_call";
  if (type == "message" || (type.empty() && !string_in(item, "role").empty()))
    return add_message_item(prompt, item);
  if (type == "function_call" || type == "custom_tool_call" || type == "local_shell_call" ||
      type == "shell_call" || type == "apply_patch_call" || type == "computer_call")
    return add_call_item(prompt, item);
  if (ends_in_output(type)) return add_output_item(prompt, item);
  if (type == "reasoning") return add_reasoning_item(prompt, item);
  if (type == "image_generation_call") return add_picture_item(prompt, item);
  if (type == "compaction" || type == "compaction_summary") {
    prompt.tally.enter(part_kind::thinking);
    return add_opaque(prompt, string_in(item, "encrypted_content").size());
  }
  if (type == "additional_tools") return walk_flat_tools(prompt, item);
  prompt.tally.enter(part_kind::other);
  if (type == "item_reference") return prompt.tally.add_hidden(kept_elsewhere);
  // The type of a reference may be left out; what else such an item may hold counts as below.
  if (type.empty() && !string_in(item, "id").empty()) prompt.tally.add_hidden(kept_elsewhere);
  // Whether the provider shows this to the model is not known: nothing can be learnt from it.
  prompt.tally.mark_incomparable();
  add_json_text(prompt, item);
}

void add_input(const prompt_context& prompt, dom::element input, seen_items& seen) {
  std::string_view text;
  dom::array items;
  if (input.is_null()) return;
  if (input.get(text) == simdjson::SUCCESS) {
    prompt.tally.enter_message(0);
    prompt.tally.add_estimated(prompt.overhead().message);
    prompt.tally.add_text("user");
    prompt.tally.enter(part_kind::content);
    prompt.tally.add_text(text);
  } else if (input.get(items) == simdjson::SUCCESS) {
    std::int32_t index = 0;
    for (const dom::element item : items)
      add_item(prompt, item, index++, seen);
  } else {
    add_json_text(prompt, input);
  }
  prompt.tally.leave_messages();
}

void add_instructions(const prompt_context& prompt, dom::element value, seen_items& seen) {
  std::string_view text;
  if (value.is_null()) return;
  if (value.get(text) != simdjson::SUCCESS) return add_input(prompt, value, seen);  // items
  prompt.tally.enter(part_kind::system);
  prompt.tally.add_estimated(prompt.overhead().message);
  prompt.tally.add_text("system");
  prompt.tally.add_text(text);
}

void add_start(const prompt_context& prompt) {
  token_range once = prompt.overhead().request;
  once.upper += some_days_tokens;
  if (prompt.model.find("codex") != std::string_view::npos) {
    once.expected += codex_prefix_tokens;
    once.upper += 2 * codex_prefix_tokens;
  }
  prompt.tally.add_request_framing(once);
}

// What the items and the request's other fields bring besides themselves.
void add_once(const prompt_context& prompt, dom::object request, const seen_items& seen) {
  const bool is_gpt_4o =
      prompt.frame == framing::openai_gpt4o || prompt.frame == framing::openai_classic;
  const bool has_tools = array_in(request, "tools").size() > 0;
  prompt.tally.enter(part_kind::request_framing);
  if (has_tools && is_gpt_4o) prompt.tally.add_estimated(tools_of_gpt_4o);
  if (seen.calls && !has_tools)
    prompt.tally.add_estimated({.expected = 0, .upper = prompt.overhead().tools.upper});
  if (string_in(object_in(request, "reasoning"), "mode") != "pro") return;
  prompt.tally.enter(part_kind::hidden);
  prompt.tally.add_hidden(pro_mode);
}

void add_field(const prompt_context& prompt, dom::key_value_pair field, seen_items& seen) {
  const std::string_view key = field.key;
  if (key == "input") return add_input(prompt, field.value, seen);
  if (key == "instructions") return add_instructions(prompt, field.value, seen);
  dom::object object;
  if (key == "text" && field.value.get(object) == simdjson::SUCCESS)
    return walk_text_format(prompt, object);
  if (field.value.is_null() || std::find(response_parameters.begin(), response_parameters.end(),
                                         key) != response_parameters.end())
    return;
  prompt.tally.enter(part_kind::hidden);
  if (key == "previous_response_id" || key == "conversation")
    return prompt.tally.add_hidden(kept_elsewhere);
  if (key == "prompt") return prompt.tally.add_hidden(kept_prompt);
  if (key == "models") return prompt.tally.add_estimated(other_models);
  if (key == "plugins") return prompt.tally.add_hidden(search_results);
  prompt.tally.enter(part_kind::other);
  prompt.tally.mark_incomparable();
  add_json_text(prompt, field.value);
}

}  // namespace

void walk_openai_responses(const prompt_context& prompt, dom::object request) {
  seen_items seen;
  add_start(prompt);
  for (const dom::key_value_pair field : request)
    add_field(prompt, field, seen);
  walk_flat_tools(prompt, request);
  add_once(prompt, request, seen);
}

}  // namespace stint::tokenizer
