// Gemini's requests: contents, the system's instruction, tools, the schema of an answer; and what is to
// be embedded. Framing is not published: that of the family, fitted to its models over another API
// (models/prompt_overhead.cpp). Google's servers take one object in place of a list of one, and
// each key in two spellings.
//
// What a tool of Google's finds, and a cached content, are hidden input. No cached content is larger
// than a window. Tested by tests/tokenizer/prompt/gemini_contents_test.cpp.
#include <algorithm>
#include <array>
#include <utility>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr token_range cached_content_size = {.expected = 20'000, .upper = 1'000'000};
// Pages at addresses that stand in the prompt come back as input, as a file by its address does.
constexpr token_range fetched_pages = {.expected = 20'000, .upper = 1'000'000};

// Parameters that steer the call and are no part of the prompt.
// clang-format off
constexpr std::array<std::string_view, 18> gemini_parameters = {
    "model", "safetySettings", "safety_settings", "toolConfig", "tool_config", "labels", "serviceTier",
    "service_tier", "store", "taskType", "task_type", "outputDimensionality", "output_dimensionality",
    "embedContentConfig", "embed_content_config", "autoTruncate", "auto_truncate", "role"};
// clang-format on

bool is_gemini_parameter(std::string_view key) noexcept {
  return std::find(gemini_parameters.begin(), gemini_parameters.end(), key) !=
         gemini_parameters.end();
}

void add_gemini_parts(const prompt_context& prompt, dom::object content, part_kind kind) {
  for_each_one(content, "parts", [&](dom::element item) {
    dom::object part;
    prompt.tally.enter(kind);
    if (item.get(part) == simdjson::SUCCESS) {
      walk_gemini_part(prompt, part);
    } else {
      add_json_text(prompt, item);
    }
  });
}

// {role, parts}; a text alone is taken by no server, and counted all the same.
void add_gemini_content(const prompt_context& prompt, dom::element value, part_kind kind) {
  dom::object content;
  prompt.tally.enter(kind);
  if (value.is_null()) return;
  if (value.get(content) != simdjson::SUCCESS) return add_json_text(prompt, value);
  add_gemini_parts(prompt, content, kind);
  for (const dom::key_value_pair field : content) {
    if (field.key == "parts" || field.key == "role") continue;
    prompt.tally.enter(part_kind::other);
    prompt.tally.mark_incomparable();
    add_json_text(prompt, field.value);
  }
}

void add_gemini_contents(const prompt_context& prompt, dom::object request) {
  std::int32_t index = 0;
  for_each_one(request, "contents", [&](dom::element content) {
    prompt.tally.enter_message(index++);
    prompt.tally.add_estimated(prompt.overhead().message);
    add_gemini_content(prompt, content, part_kind::content);
  });
  prompt.tally.leave_messages();
}

void add_declaration(const prompt_context& prompt, dom::element value) {
  dom::object declaration;
  prompt.tally.enter(part_kind::tool_framing);
  prompt.tally.add_tool_framing(prompt.overhead().tool, 1);
  prompt.tally.enter(part_kind::tool_definition);
  if (value.get(declaration) != simdjson::SUCCESS) return add_json_text(prompt, value);
  for (const dom::key_value_pair field : declaration)
    add_json_text(prompt, field.value);
}

void add_gemini_tool(const prompt_context& prompt, dom::element value) {
  dom::object tool;
  if (value.get(tool) != simdjson::SUCCESS) return add_json_text(prompt, value);
  for (const dom::key_value_pair field : tool) {
    if (field.key == "functionDeclarations" || field.key == "function_declarations") {
      for_each_one(tool, field.key,
                   [&](dom::element declaration) { add_declaration(prompt, declaration); });
      continue;
    }
    prompt.tally.enter(part_kind::hidden);
    const bool fetches = field.key == "urlContext" || field.key == "url_context";
    prompt.tally.add_hidden(fetches ? fetched_pages : unknown_server_tool);
    if (!field.value.is_null()) add_json_text(prompt, field.value);
  }
}

void add_gemini_tools(const prompt_context& prompt, dom::object request) {
  bool is_first = true;
  for_each_one(request, "tools", [&](dom::element tool) {
    prompt.tally.enter(part_kind::tool_framing);
    if (std::exchange(is_first, false)) prompt.tally.add_tool_framing(prompt.overhead().tools, 0);
    add_gemini_tool(prompt, tool);
  });
}

// Whether the model is shown the schema is not published: it counts for the limit of the input.
void add_gemini_schema(const prompt_context& prompt, dom::element value) {
  dom::object config;
  if (value.get(config) != simdjson::SUCCESS) return;
  for (const std::string_view key : {"responseSchema", "response_schema", "responseJsonSchema",
                                     "response_json_schema", "responseFormat", "response_format"}) {
    dom::element schema;
    if (config[key].get(schema) != simdjson::SUCCESS || schema.is_null()) continue;
    prompt.tally.enter(part_kind::response_format);
    prompt.tally.add_estimated(prompt.overhead().json_schema);
    prompt.tally.add_estimated_text({.expected = 0, .upper = count_json(prompt.tally, schema)},
                                    content_class::json);
    prompt.tally.mark_incomparable();
  }
}

void add_gemini_field(const prompt_context& prompt, dom::key_value_pair field) {
  if (field.key == "systemInstruction" || field.key == "system_instruction") {
    add_gemini_content(prompt, field.value, part_kind::system);
  } else if (field.key == "generationConfig" || field.key == "generation_config") {
    add_gemini_schema(prompt, field.value);
  } else if (field.key == "cachedContent" || field.key == "cached_content") {
    prompt.tally.enter(part_kind::hidden);
    if (!field.value.is_null()) prompt.tally.add_hidden(cached_content_size);
  } else if (field.key == "content") {
    add_gemini_content(prompt, field.value, part_kind::content);
  } else if (field.key == "title") {
    prompt.tally.enter(part_kind::content);
    add_json_text(prompt, field.value);
  } else if (!is_gemini_parameter(field.key)) {
    prompt.tally.enter(part_kind::other);
    prompt.tally.mark_incomparable();
    add_json_text(prompt, field.value);
  }
}

}  // namespace

void walk_gemini_contents(const prompt_context& prompt, dom::object request) {
  prompt.tally.enter(part_kind::request_framing);
  prompt.tally.add_request_framing(prompt.overhead().request);
  for (const dom::key_value_pair field : request) {
    if (field.key == "contents") {
      add_gemini_contents(prompt, request);
    } else if (field.key == "tools") {
      add_gemini_tools(prompt, request);
    } else if (field.key == "requests") {
      for_each_one(request, "requests", [&](dom::element item) {
        dom::object one;
        prompt.tally.add_estimated(prompt.overhead().message);
        if (item.get(one) != simdjson::SUCCESS) return add_json_text(prompt, item);
        for (const dom::key_value_pair inner : one)
          add_gemini_field(prompt, inner);
      });
    } else {
      add_gemini_field(prompt, field);
    }
  }
}

}  // namespace stint::tokenizer
