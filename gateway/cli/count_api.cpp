// Tested by tests/gateway/cli/count_api_test.cpp.
#include "gateway/cli/count_api.hpp"

#include "gateway/cli/command_line.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/simulator/options.hpp"
#include "pricing/text/words.hpp"

namespace stint {
namespace {

using simdjson::dom::element;
using tokenizer::chat_api;

constexpr auto openai = chat_api::openai_chat;
constexpr auto anthropic = chat_api::anthropic_messages;
constexpr auto responses = chat_api::openai_responses;
constexpr auto embeddings = chat_api::openai_embeddings;
constexpr auto completions = chat_api::openai_completions;
constexpr auto gemini = chat_api::gemini_contents;

bool has(element object, std::string_view key) noexcept {
  return object[key].error() == simdjson::SUCCESS;
}

std::string_view word(element object, std::string_view key) noexcept {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

std::optional<chat_api> api_of_tool(element tool) noexcept {
  if (has(tool, "function")) return openai;
  // A tool without a schema of its own is one of Anthropic's server tools: they have a dated type.
  const std::string_view type = word(tool, "type");
  if (has(tool, "input_schema") || (!type.empty() && type != "function" && type != "custom"))
    return anthropic;
  return std::nullopt;
}

std::optional<chat_api> api_of_part(element part) noexcept {
  const std::string_view type = word(part, "type");
  for (const std::string_view theirs : {"image_url", "input_audio", "file", "refusal"}) {
    if (type == theirs) return openai;
  }
  for (const std::string_view theirs :
       {"image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"}) {
    if (type == theirs) return anthropic;
  }
  return std::nullopt;
}

std::optional<chat_api> api_of_message(element message) noexcept {
  const std::string_view role = word(message, "role");
  if (role == "system" || role == "developer" || role == "tool" || role == "function" ||
      has(message, "tool_calls") || has(message, "function_call")) {
    return openai;
  }
  simdjson::dom::array parts;
  if (message["content"].get(parts) != simdjson::SUCCESS) return std::nullopt;
  for (const element part : parts) {
    if (const auto found = api_of_part(part)) return found;
  }
  return std::nullopt;
}

bool has_list(element object, std::string_view key) noexcept {
  return object[key].is_array();
}

// A prompt that is an object is one of Responses, which its provider keeps.
bool has_plain_prompt(element request) noexcept {
  return has_list(request, "prompt") || request["prompt"].is_string();
}

// Of Gemini's embeddings: one content, or a batch.
bool has_content_to_embed(element request) noexcept {
  element content;
  if (request["content"].get(content) == simdjson::SUCCESS && has_list(content, "parts"))
    return true;
  simdjson::dom::array batch;
  if (request["requests"].get(batch) != simdjson::SUCCESS) return false;
  for (const element one : batch) {
    if (has(one, "content")) return true;
  }
  return false;
}

// What embeddings and Responses both have.
bool has_input_alone(element request) noexcept {
  return has(request, "input") && !has(request, "messages");
}

std::optional<chat_api> api_of_input(element request) noexcept {
  for (const std::string_view theirs : {"encoding_format", "dimensions"}) {
    if (has(request, theirs)) return embeddings;
  }
  for (const std::string_view theirs :
       {"instructions", "tools", "text", "reasoning", "max_output_tokens", "previous_response_id",
        "conversation", "store", "stream", "temperature"}) {
    if (has(request, theirs)) return responses;
  }
  // Items are objects; texts and token ids are what is embedded.
  simdjson::dom::array list;
  if (request["input"].get(list) != simdjson::SUCCESS || list.begin() == list.end())
    return std::nullopt;
  return (*list.begin()).is_object() ? responses : embeddings;
}

}  // namespace

chat_api api_of_word(const std::string& word) {
  if (const dialect* named = find_dialect(word)) return named->api();
  throw misuse("--api is " + list_choices(dialect_names()));
}

std::string_view word_of_api(chat_api api) noexcept {
  for (const dialect* each : all_dialects()) {
    if (each->api() == api) return each->facts().name;
  }
  return {};
}

std::optional<chat_api> api_of_shape(element request) noexcept {
  if (has(request, "contents")) return gemini;
  if (has_input_alone(request)) return api_of_input(request);
  if (!has(request, "messages")) {
    if (has_plain_prompt(request)) return completions;
    if (has_content_to_embed(request)) return gemini;
  }
  if (has(request, "system")) return anthropic;
  for (const std::string_view theirs : {"max_completion_tokens", "response_format", "functions"}) {
    if (has(request, theirs)) return openai;
  }
  simdjson::dom::array list;
  if (request["tools"].get(list) == simdjson::SUCCESS) {
    for (const element tool : list) {
      if (const auto found = api_of_tool(tool)) return found;
    }
  }
  if (request["messages"].get(list) == simdjson::SUCCESS) {
    for (const element message : list) {
      if (const auto found = api_of_message(message)) return found;
    }
  }
  return std::nullopt;
}

bool has_a_prompt(element request) noexcept {
  return has_list(request, "messages") || has_list(request, "contents") || has(request, "input") ||
         has_plain_prompt(request) || has_content_to_embed(request);
}

chat_api api_of_model(element request, std::string_view model) noexcept {
  if (model.starts_with(simulated_model_prefix)) model.remove_prefix(simulated_model_prefix.size());
  if (has_input_alone(request))
    return model.find("embed") != std::string_view::npos ? embeddings : responses;
  return model.starts_with("claude") ? anthropic : openai;
}

}  // namespace stint
