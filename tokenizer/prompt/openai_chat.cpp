// OpenAI chat completions: framing and messages.
//
// Framing (OpenAI cookbook, "How to count tokens with tiktoken", verified there against the API's
// own counts): 3 tokens a message, the role's and the content's tokens, 1 for a name besides its
// tokens, 3 that prime the reply. That is gpt-3.5, gpt-4 and gpt-4o. Of all others the figures are
// fitted to what providers reported, with a margin, and never exact: models/prompt_overhead.cpp.
// Codex models have a hidden prefix: 20 % at 500 tokens (ai-tokenizer's README), so about 125.
//
// Function calls in the conversation (measured on gpt-3.5: hmarr/openai-chat-tokens): 3, name and
// arguments; a message of the role function saves 2. How `tool_calls` and tool results are rendered
// is not published: the same, with ids and 8 a call in the bound.
#include <array>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t name_tokens = 1;
constexpr std::int64_t call_tokens = 3;
constexpr std::int64_t call_bound = 8;
constexpr std::int64_t function_role_saving = 2;
constexpr std::int64_t codex_prefix = 125;

// Parameters that steer the call and are no part of the prompt; tools and response_format are read
// by walk_openai_tools.
// clang-format off
constexpr std::array<std::string_view, 57> chat_parameters = {
    "model", "tools", "functions", "tool_choice", "function_call", "response_format", "audio",
    "best_of", "echo", "frequency_penalty", "ignore_eos", "logit_bias", "logprobs",
    "max_completion_tokens", "max_tokens", "metadata", "min_p", "min_tokens", "modalities",
    "moderation", "n", "parallel_tool_calls", "prediction", "presence_penalty",
    "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning",
    "reasoning_effort", "repetition_penalty", "safety_identifier", "seed", "service_tier", "stop",
    "store", "stream", "stream_options", "temperature", "thinking", "top_k", "top_logprobs",
    "top_p", "user", "verbosity",
    // Of other providers than OpenAI.
    "chat_template_args", "chat_template_kwargs", "clear_thinking", "disable_search",
    "enable_thinking", "include_reasoning", "provider", "random_seed", "reasoning_format",
    "return_images", "return_related_questions", "search_context_size", "usage"};
// clang-format on

bool is_framing_published(framing frame) {
  return frame == framing::openai_classic || frame == framing::openai_gpt4o;
}

// A field that the provider renders as text, when it is text.
void add_string(const prompt_context& prompt, dom::element value) {
  std::string_view text;
  if (value.is_null()) return;
  if (value.get(text) == simdjson::SUCCESS) {
    prompt.tally.add_text(text);
  } else {
    add_json_text(prompt, value);
  }
}

void add_call(const prompt_context& prompt, dom::object function) {
  prompt.tally.add_text(string_in(function, "name"));
  for (const dom::key_value_pair field : function) {
    if (field.key != "name") add_string(prompt, field.value);
  }
  prompt.tally.add_estimated({.expected = call_tokens, .upper = call_bound});
}

void add_tool_calls(const prompt_context& prompt, dom::element value) {
  dom::array calls;
  if (value.is_null()) return;
  if (value.get(calls) != simdjson::SUCCESS) return add_json_text(prompt, value);
  for (const dom::element entry : calls) {
    dom::object call;
    dom::object function;
    if (entry.get(call) != simdjson::SUCCESS) {
      add_json_text(prompt, entry);
      continue;
    }
    if (call["function"].get(function) != simdjson::SUCCESS) {
      add_json_text(prompt, entry);  // custom tools
      continue;
    }
    add_call(prompt, function);
    add_identifier(prompt, string_in(call, "id"));
  }
}

part_kind kind_of(std::string_view key) noexcept {
  if (key == "content" || key == "refusal") return part_kind::content;
  if (key == "role") return part_kind::role;
  if (key == "name") return part_kind::name;
  if (key == "tool_calls" || key == "function_call") return part_kind::tool_call;
  if (key == "tool_call_id") return part_kind::tool_result;
  if (key == "reasoning_details") return part_kind::thinking;
  return key == "audio" ? part_kind::audio : part_kind::other;
}

// What OpenRouter and others send of a model's reasoning, to be sent back: text, or what only the
// provider can read, whose size says little (as a signature of Anthropic's: anthropic_block.cpp).
void add_reasoning_details(const prompt_context& prompt, dom::element value) {
  dom::array details;
  prompt.tally.mark_incomparable();
  if (value.is_null()) return;
  if (value.get(details) != simdjson::SUCCESS) return add_json_text(prompt, value);
  for (const dom::element entry : details) {
    dom::object detail;
    if (entry.get(detail) != simdjson::SUCCESS) {
      add_json_text(prompt, entry);
      continue;
    }
    prompt.tally.add_text(string_in(detail, "text"));
    prompt.tally.add_text(string_in(detail, "summary"));
    add_opaque(prompt, string_in(detail, "data").size() + string_in(detail, "signature").size());
  }
}

void add_message_field(const prompt_context& prompt, dom::key_value_pair field) {
  const std::string_view key = field.key;
  prompt.tally.enter(kind_of(key));
  if (key == "content") {
    return walk_content(prompt, field.value, part_kind::content,
                        [&](dom::object part) { walk_openai_part(prompt, part); });
  }
  if (key == "tool_calls") return add_tool_calls(prompt, field.value);
  if (key == "role" || key == "refusal") return add_string(prompt, field.value);
  if (key == "name") {
    if (field.value.is_null()) return;
    prompt.tally.add_fixed(name_tokens);
    return add_string(prompt, field.value);
  }
  if (key == "function_call") {
    dom::object call;
    if (field.value.is_null()) return;
    if (field.value.get(call) == simdjson::SUCCESS) return add_call(prompt, call);
    return add_json_text(prompt, field.value);
  }
  if (key == "tool_call_id") return add_identifier(prompt, string_or_empty(field.value));
  if (key == "audio") {
    // An earlier spoken answer, by id: its length is the provider's knowledge. Ten minutes, at 50
    // ms a token, bound it.
    if (!field.value.is_null()) prompt.tally.add_hidden({.expected = 400, .upper = 12'000});
    return;
  }
  if (key == "reasoning_details") return add_reasoning_details(prompt, field.value);
  if (key == "annotations" && !field.value.is_array()) return;
  // Whether the provider shows this to the model is not known: nothing can be learnt from it.
  prompt.tally.mark_incomparable();
  add_json_text(prompt, field.value);
}

void add_message(const prompt_context& prompt, dom::element value, std::int32_t index) {
  dom::object message;
  prompt.tally.enter_message(index);
  if (value.get(message) != simdjson::SUCCESS) return add_json_text(prompt, value);
  const token_range framed = prompt.overhead().message;
  if (is_framing_published(prompt.frame)) {
    prompt.tally.add_fixed(framed.expected);
  } else {
    prompt.tally.add_estimated(framed);
  }
  for (const dom::key_value_pair field : message)
    add_message_field(prompt, field);
  prompt.tally.enter(part_kind::message_framing);
  if (string_in(message, "role") == "function")
    prompt.tally.discount_estimate(function_role_saving);
}

void add_priming(const prompt_context& prompt) {
  // OpenRouter's way to ask for a search.
  if (prompt.model.ends_with(":online")) prompt.tally.add_hidden(search_results);
  token_range once = prompt.overhead().request;
  if (is_framing_published(prompt.frame)) return prompt.tally.add_fixed(once.expected);
  if (prompt.model.find("codex") != std::string_view::npos) {
    once.expected += codex_prefix;
    once.upper += 2 * codex_prefix;
  }
  prompt.tally.add_request_framing(once);
  // Such a model is a program that searches.
  if (prompt.frame == framing::agentic) prompt.tally.add_hidden(search_results);
}

bool is_set(dom::element value) {
  bool truth = true;
  return !value.is_null() && (value.get(truth) != simdjson::SUCCESS || truth);
}

// Claude's alone: of the other families nothing is looked for.
void add_claude_thinking(const prompt_context& prompt, dom::object request) {
  if (prompt.overhead().thinking.upper == 0) return;
  dom::element value;
  for (const std::string_view key : {"reasoning", "reasoning_effort", "thinking"}) {
    if (request[key].get(value) != simdjson::SUCCESS || !is_set(value)) continue;
    prompt.tally.enter(part_kind::hidden);
    return prompt.tally.add_estimated(prompt.overhead().thinking);
  }
}

// OpenRouter's plugins that search; the others change the answer.
bool is_web_among(dom::element plugins) {
  dom::array entries;
  if (plugins.get(entries) != simdjson::SUCCESS) return false;
  for (const dom::element entry : entries) {
    dom::object plugin;
    if (entry.get(plugin) == simdjson::SUCCESS && string_in(plugin, "id") == "web") return true;
  }
  return false;
}

// A field with which some provider is asked to search, to fall back to other models, or told what to
// put before the prompt. False: it is none of these.
bool add_asked_for(const prompt_context& prompt, dom::key_value_pair field) {
  dom::object object;
  prompt.tally.enter(part_kind::hidden);
  if (field.key == "web_search_options") {
    // Search results enter the prompt on the provider's side.
    prompt.tally.add_hidden({.expected = 8'000, .upper = 16'000});
  } else if (field.key == "enable_search") {
    if (is_set(field.value)) prompt.tally.add_hidden(search_results);
  } else if (field.key == "search_parameters" && field.value.get(object) == simdjson::SUCCESS) {
    if (string_in(object, "mode") != "off") prompt.tally.add_hidden(search_results);
  } else if (field.key == "plugins" && field.value.is_array()) {
    if (is_web_among(field.value)) prompt.tally.add_hidden(search_results);
  } else if (field.key == "models" && field.value.is_array()) {
    prompt.tally.add_estimated(other_models);
  } else if (field.key == "venice_parameters" && field.value.is_object()) {
    if (prompt.frame != framing::venice)
      prompt.tally.add_request_framing(overhead_of(framing::venice).request);
  } else {
    return false;
  }
  return true;
}

bool is_system(dom::element value) {
  dom::object message;
  return value.get(message) == simdjson::SUCCESS && string_in(message, "role") == "system";
}

}  // namespace

void walk_openai_chat(const prompt_context& prompt, dom::object request) {
  add_priming(prompt);
  bool has_system = false;
  for (const dom::key_value_pair field : request) {
    dom::array messages;
    if (field.key == "messages" && field.value.get(messages) == simdjson::SUCCESS) {
      std::int32_t index = 0;
      for (const dom::element message : messages) {
        add_message(prompt, message, index++);
        has_system = has_system || is_system(message);
      }
      prompt.tally.leave_messages();
    } else if (std::find(chat_parameters.begin(), chat_parameters.end(), field.key) ==
               chat_parameters.end()) {
      if (add_asked_for(prompt, field)) continue;
      prompt.tally.enter(part_kind::other);
      prompt.tally.mark_incomparable();  // as an unknown field of a message
      add_json_text(prompt, field.value);
    }
  }
  add_claude_thinking(prompt, request);
  walk_openai_tools(prompt, request, has_system);
}

}  // namespace stint::tokenizer
