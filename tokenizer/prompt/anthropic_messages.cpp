// Anthropic messages: framing, system prompt, tools.
//
// Framing: 3, and 4 a message, the role included: the documented examples count 14 for the system
// prompt "You are a scientist" with "Hello, Claude" (platform.claude.com, token counting).
// ai-tokenizer 1.0.6 measured 6 instead of 3: the bound. Tools: a system prompt that depends on the
// model and on whether one is forced, the definitions' JSON, fixed amounts for built-in ones
// (models/prompt_overhead.cpp), and up to 53 each (ai-tokenizer). Server tools (web search and the
// like) add what they find: hidden input. Other families over this API add what they add elsewhere.
#include <array>
#include <string>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr token_range conversation = {.expected = 3, .upper = 6};
constexpr token_range message_frame = {.expected = 4, .upper = 5};
constexpr token_range system_frame = {.expected = 0, .upper = 4};

// Parameters that steer the call and are no part of the prompt.
// clang-format off
constexpr std::array<std::string_view, 17> message_parameters = {
    "model", "system", "tools", "tool_choice", "cache_control", "container", "context_management",
    "inference_geo", "max_tokens", "metadata", "service_tier", "speed", "stop_sequences", "stream",
    "temperature", "top_k", "top_p"};
// clang-format on

void add_content(const prompt_context& prompt, dom::element content, part_kind kind) {
  walk_content(prompt, content, kind,
               [&](dom::object block) { walk_anthropic_block(prompt, block); });
}

void add_claude_message(const prompt_context& prompt, dom::element value, std::int32_t index) {
  dom::object message;
  prompt.tally.enter_message(index);
  if (value.get(message) != simdjson::SUCCESS) return add_json_text(prompt, value);
  prompt.tally.add_estimated(message_frame);
  for (const dom::key_value_pair field : message) {
    if (field.key == "content") {
      add_content(prompt, field.value, part_kind::content);
    } else if (field.key != "role") {
      prompt.tally.enter(part_kind::other);
      prompt.tally.mark_incomparable();  // nobody knows whether the provider shows it to the model
      add_json_text(prompt, field.value);
    }
  }
}

void add_tool(const prompt_context& prompt, dom::element value) {
  dom::object tool;
  prompt.tally.enter(part_kind::tool_framing);
  if (value.get(tool) != simdjson::SUCCESS) return add_json_text(prompt, value);
  prompt.tally.add_tool_framing(prompt.overhead().tool, 1);
  const std::string_view type = string_in(tool, "type");
  if (!type.empty() && type != "custom") {
    if (add_built_in_tool(prompt, type)) return;
    prompt.tally.add_hidden(unknown_server_tool);
  }
  prompt.tally.enter(part_kind::tool_definition);
  for (const dom::key_value_pair field : tool) {
    if (field.key != "cache_control" && field.key != "type") add_json_text(prompt, field.value);
  }
}

// Once, where there is any tool.
void announce_tools(const prompt_context& prompt, dom::object request) {
  prompt.tally.enter(part_kind::tool_framing);
  if (prompt.frame != framing::anthropic) {
    return prompt.tally.add_tool_framing(prompt.overhead().tools, 0);
  }
  const claude_tool_prompt known = claude_tools_of(prompt.model);
  const std::string_view choice = string_in(object_in(request, "tool_choice"), "type");
  const bool is_forced = choice == "any" || choice == "tool";
  prompt.tally.add_tool_framing(is_forced ? known.forced : known.offered, 0);
}

void add_thinking_prompt(const prompt_context& prompt, dom::element value) {
  dom::object thinking;
  if (value.get(thinking) != simdjson::SUCCESS || string_in(thinking, "type") == "disabled") return;
  prompt.tally.enter(part_kind::hidden);
  prompt.tally.add_estimated(prompt.overhead().thinking);
}

// A field that is no parameter. The schema of output_config or output_format is shown to the model,
// and said to be one; of what nobody knows, nothing is learnt.
void add_other_field(const prompt_context& prompt, dom::key_value_pair field) {
  const bool is_config = field.key == "output_config";
  prompt.tally.enter(part_kind::other);
  if (!is_config && field.key != "output_format") {
    prompt.tally.mark_incomparable();
  } else if (!is_config || field.value["format"].error() == simdjson::SUCCESS) {
    prompt.tally.add_estimated(claude_output_format);
  }
  add_json_text(prompt, field.value);
}

void add_tools(const prompt_context& prompt, dom::object request) {
  dom::element value;
  dom::array tools;
  if (request["tools"].get(value) != simdjson::SUCCESS || value.is_null()) return;
  if (value.get(tools) != simdjson::SUCCESS) return add_json_text(prompt, value);
  if (tools.begin() == tools.end()) return;
  announce_tools(prompt, request);
  for (const dom::element tool : tools)
    add_tool(prompt, tool);
}

}  // namespace

void walk_anthropic_messages(const prompt_context& prompt, dom::object request) {
  if (prompt.frame == framing::anthropic) {
    prompt.tally.add_request_framing(conversation);
  } else {
    const token_range once = prompt.overhead().request;
    prompt.tally.add_request_framing({.expected = std::max(once.expected, conversation.expected),
                                      .upper = std::max(once.upper, conversation.upper)});
  }
  for (const dom::key_value_pair field : request) {
    dom::array messages;
    if (field.key == "messages" && field.value.get(messages) == simdjson::SUCCESS) {
      std::int32_t index = 0;
      for (const dom::element message : messages)
        add_claude_message(prompt, message, index++);
      prompt.tally.leave_messages();
    } else if (field.key == "system") {
      prompt.tally.enter(part_kind::system);
      prompt.tally.add_estimated(system_frame);
      add_content(prompt, field.value, part_kind::system);
    } else if (field.key == "mcp_servers") {
      prompt.tally.enter(part_kind::hidden);
      // The servers' tool definitions are fetched by the provider.
      prompt.tally.add_hidden(unknown_server_tool);
    } else if (field.key == "context_management" || field.key == "container") {
      // The provider clears parts of the conversation before it counts; a container brings its
      // skills'.
      prompt.tally.mark_incomparable();
    } else if (field.key == "thinking") {
      add_thinking_prompt(prompt, field.value);
    } else if (std::find(message_parameters.begin(), message_parameters.end(), field.key) ==
               message_parameters.end()) {
      add_other_field(prompt, field);
    }
  }
  add_tools(prompt, request);
}

}  // namespace stint::tokenizer
