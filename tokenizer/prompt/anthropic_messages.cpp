// Anthropic messages: framing, system prompt, tools.
//
// Framing: 3, and 4 a message, the role included: the documented examples count 14 for the system
// prompt "You are a scientist" with "Hello, Claude" (platform.claude.com, token counting).
// ai-tokenizer 1.0.6 measured 6 instead of 3: the bound. Tools: a system prompt of 346 tokens
// (tool_choice auto or none) or 313 (any, tool), the definitions' JSON, and for built-in tools bash
// 245, text editor 700, computer 735 (claudecodeguides.com, quoting the documentation). Bound: the
// measured 549, and 53 for each tool (ai-tokenizer). Server tools (web search and the like) add
// what they find: hidden input.
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
constexpr token_range tools_offered = {.expected = 346, .upper = 549};
constexpr token_range tools_forced = {.expected = 313, .upper = 549};
constexpr std::int64_t tool_bound = 53;
constexpr token_range server_tool = {.expected = 3'000, .upper = 20'000};

// Parameters that steer the call and are no part of the prompt.
// clang-format off
constexpr std::array<std::string_view, 18> message_parameters = {
    "model", "system", "tools", "tool_choice", "cache_control", "container", "context_management",
    "inference_geo", "max_tokens", "metadata", "service_tier", "speed", "stop_sequences", "stream",
    "temperature", "thinking", "top_k", "top_p"};
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

struct built_in_tool {
  std::string_view prefix;
  std::int64_t tokens;
};
constexpr std::array built_in_tools = {built_in_tool{"bash_", 245},
                                       built_in_tool{"text_editor_", 700},
                                       built_in_tool{"computer_", 735}};

void add_tool(const prompt_context& prompt, dom::element value) {
  dom::object tool;
  prompt.tally.enter(part_kind::tool_framing);
  if (value.get(tool) != simdjson::SUCCESS) return add_json_text(prompt, value);
  prompt.tally.add_tool_framing({.expected = 0, .upper = tool_bound}, 1);
  const std::string_view type = string_in(tool, "type");
  for (const built_in_tool& known : built_in_tools) {
    if (type.starts_with(known.prefix)) {
      return prompt.tally.add_estimated({.expected = known.tokens, .upper = known.tokens * 5 / 4});
    }
  }
  if (!type.empty() && type != "custom") prompt.tally.add_hidden(server_tool);
  prompt.tally.enter(part_kind::tool_definition);
  for (const dom::key_value_pair field : tool) {
    if (field.key != "cache_control" && field.key != "type") add_json_text(prompt, field.value);
  }
}

void add_tools(const prompt_context& prompt, dom::object request) {
  dom::element value;
  dom::array tools;
  if (request["tools"].get(value) != simdjson::SUCCESS || value.is_null()) return;
  if (value.get(tools) != simdjson::SUCCESS) return add_json_text(prompt, value);
  if (tools.begin() == tools.end()) return;
  prompt.tally.enter(part_kind::tool_framing);
  const std::string_view choice = string_in(object_in(request, "tool_choice"), "type");
  prompt.tally.add_tool_framing(choice == "any" || choice == "tool" ? tools_forced : tools_offered,
                                0);
  for (const dom::element tool : tools)
    add_tool(prompt, tool);
}

}  // namespace

void walk_anthropic_messages(const prompt_context& prompt, dom::object request) {
  prompt.tally.add_estimated(conversation);
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
      prompt.tally.add_hidden(server_tool);
    } else if (field.key == "context_management" || field.key == "container") {
      // The provider clears parts of the conversation before it counts; a container brings its
      // skills'.
      prompt.tally.mark_incomparable();
    } else if (std::find(message_parameters.begin(), message_parameters.end(), field.key) ==
               message_parameters.end()) {
      prompt.tally.enter(part_kind::other);
      // The schema of output_config is shown to the model; of what nobody knows, nothing is learnt.
      if (field.key != "output_config") prompt.tally.mark_incomparable();
      add_json_text(prompt, field.value);
    }
  }
  add_tools(prompt, request);
}

}  // namespace stint::tokenizer
