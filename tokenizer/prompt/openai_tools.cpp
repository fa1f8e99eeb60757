// OpenAI tools. The rendered namespace (tool_text.hpp) and 9 tokens; with a system message 4 less,
// because it is shared, but a newline is added to the first one; tool_choice none 1, a named
// function 4 and its name: measured on gpt-3.5 (hmarr/openai-chat-tokens), where this gives the
// API's own count in all published cases (measured_prompts.json in tests/tokenizer). The cookbook's
// constants per property approximate that rendering, so they are not used. For later models the
// rendering is the same (harmony, docs/format.md); what announces it is a row of
// models/prompt_overhead.cpp. The bound is the larger of rendering and JSON text.
//
// A tool that is neither a function nor custom is the provider's own: what it finds is hidden input.
//
// response_format: harmony's developer message has "# Response Formats", "## name", the description
// as a comment and the schema.
#include <string>

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"
#include "tokenizer/prompt/tool_text.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr std::int64_t shared_system_saving = 4;

// The caller runs these, but what the model is told of them is the provider's own text: nobody says how long it is.
constexpr token_range local_tool = {.expected = 300, .upper = 2'000};

// Tools that the provider runs by itself, so that what they find enters the prompt there; those of a namespace too.
void add_server_tool(const prompt_context& prompt, dom::element entry) {
  dom::object tool;
  if (entry.get(tool) != simdjson::SUCCESS) return;
  const std::string_view type = string_in(tool, "type");
  if (type.empty() || type == "function" || type == "custom") return;
  if (type == "namespace") {
    for (const dom::element inner : array_in(tool, "tools"))
      add_server_tool(prompt, inner);
    return;
  }
  prompt.tally.enter(part_kind::hidden);
  if (type == "local_shell" || type == "shell" || type == "apply_patch")
    return prompt.tally.add_estimated(local_tool);
  if (!add_built_in_tool(prompt, type)) prompt.tally.add_hidden(unknown_server_tool);
}

// How many tools a flat entry defines that is no function: how they are shown to the model is not published.
int other_definitions(dom::element entry) {
  dom::object tool;
  if (entry.get(tool) != simdjson::SUCCESS) return 0;
  const std::string_view type = string_in(tool, "type");
  if (type == "namespace") return static_cast<int>(array_in(tool, "tools").size());
  return type == "custom" ? 1 : 0;
}

bool is_flat_function(dom::object tool) {
  const std::string_view type = string_in(tool, "type");
  return type.empty() || type == "function";
}

// Adds every function in `entries` to `rendered`, what is none to `other`; returns how many tools they define.
int render_entries(const prompt_context& prompt, dom::array entries, bool wrapped,
                   std::string& rendered, std::string& other) {
  int functions = 0;
  for (const dom::element entry : entries) {
    dom::object function;
    const auto found = wrapped ? entry["function"].get(function) : entry.get(function);
    if (found == simdjson::SUCCESS && !string_in(function, "name").empty() &&
        (wrapped || is_flat_function(function))) {
      render_function(function, rendered);
      ++functions;
    } else {
      other += simdjson::minify(entry);
      if (!wrapped) functions += other_definitions(entry);
      add_server_tool(prompt, entry);
    }
  }
  return functions;
}

// The newline that joins the first system message's text and the namespace changes how the text's
// end is cut.
void add_system_newline(const prompt_context& prompt, dom::object request) {
  for (const dom::element value : array_in(request, "messages")) {
    dom::object message;
    if (value.get(message) != simdjson::SUCCESS || string_in(message, "role") != "system") continue;
    const std::string_view text = string_in(message, "content");
    if (prompt.tally.measure() == text_measure::bytes) {
      // With the newline the text is one byte longer, however it is cut then.
      const std::int64_t byte = prompt.tally.count_bytes(1);
      return prompt.tally.add_estimated_text({.expected = byte, .upper = byte},
                                             content_class::prose);
    }
    const encoding& words = prompt.tally.words();
    const std::string_view tail = text.substr(words.stable_prefix(text));
    const std::int64_t more = words.count(std::string(tail) + "\n") - words.count(tail);
    return prompt.tally.add_estimated_text(
        {.expected = std::max<std::int64_t>(0, more), .upper = 1}, content_class::prose);
  }
}

// What comes with so many functions besides their text.
token_range announced(const prompt_context& prompt, dom::object request, int functions) {
  token_range sum = prompt.overhead().tools;
  if (prompt.frame == framing::anthropic) {
    const claude_tool_prompt known = claude_tools_of(prompt.model);
    dom::element choice;
    const bool is_forced = request["tool_choice"].get(choice) == simdjson::SUCCESS &&
                           (choice.is_object() || string_or_empty(choice) == "required");
    sum = is_forced ? known.forced : known.offered;
  }
  const token_range each = prompt.overhead().tool;
  return {.expected = sum.expected + each.expected * functions,
          .upper = sum.upper + each.upper * functions};
}

void add_definitions(const prompt_context& prompt, dom::object request, bool are_wrapped,
                     bool has_system_message) {
  std::string rendered(functions_head);
  std::string other;
  std::int64_t as_json = 0;
  int functions = 0;
  for (const auto& [key, wrapped] :
       {std::pair{"tools", are_wrapped}, std::pair{"functions", false}}) {
    dom::element value;
    dom::array entries;
    if (request[key].get(value) != simdjson::SUCCESS || value.is_null()) continue;
    as_json += count_json(prompt.tally, value);
    if (value.get(entries) == simdjson::SUCCESS) {
      functions += render_entries(prompt, entries, wrapped, rendered, other);
    } else {
      other += simdjson::minify(value);
    }
  }
  if (functions == 0 && other.empty()) return;
  rendered += functions_tail;
  prompt.tally.enter(part_kind::tool_definition);
  const std::int64_t shown = functions > 0 ? prompt.tally.count(rendered) : 0;
  const std::int64_t expected = shown + prompt.tally.count(other);
  prompt.tally.add_estimated_text({.expected = expected, .upper = std::max(expected, as_json)},
                                  content_class::json);
  if (functions == 0) return;
  prompt.tally.enter(part_kind::tool_framing);
  prompt.tally.add_tool_framing(announced(prompt, request, functions), functions);
  if (!has_system_message) return;
  add_system_newline(prompt, request);
  prompt.tally.discount_estimate(shared_system_saving);
}

void add_choice(const prompt_context& prompt, dom::element choice) {
  prompt.tally.enter(part_kind::tool_choice);
  std::string_view word;
  if (choice.is_null()) return;
  if (choice.get(word) == simdjson::SUCCESS) {
    if (word == "none") prompt.tally.add_estimated({.expected = 1, .upper = 1});
    if (word == "required") prompt.tally.add_estimated({.expected = 1, .upper = 4});
    return;
  }
  dom::object named;
  if (choice.get(named) != simdjson::SUCCESS) return add_json_text(prompt, choice);
  dom::object function;
  if (named["function"].get(function) != simdjson::SUCCESS) function = named;
  const std::string_view name = string_in(function, "name");
  if (name.empty()) return add_json_text(prompt, choice);
  prompt.tally.add_text(name);
  prompt.tally.add_estimated({.expected = 4, .upper = 8});
}

void add_response_format(const prompt_context& prompt, dom::element value) {
  prompt.tally.enter(part_kind::response_format);
  dom::object format;
  if (value.is_null()) return;
  if (value.get(format) != simdjson::SUCCESS) return add_json_text(prompt, value);
  const std::string_view type = string_in(format, "type");
  if (type == "text") return;
  if (type == "json_object") return prompt.tally.add_estimated(prompt.overhead().json_object);
  dom::object schema;
  dom::element shape;
  if (format["json_schema"].get(schema) != simdjson::SUCCESS) schema = format;  // Responses
  if (schema["schema"].get(shape) != simdjson::SUCCESS) return add_json_text(prompt, value);
  std::string text = "# Response Formats\n\n## ";
  text.append(string_in(schema, "name")).append("\n\n");
  const std::string_view description = string_in(schema, "description");
  if (!description.empty()) text.append("// ").append(description).append("\n");
  text += simdjson::minify(shape);
  const std::int64_t tokens = prompt.tally.count(text);
  prompt.tally.add_estimated_text({.expected = tokens, .upper = tokens + tokens / 4},
                                  content_class::json);
  prompt.tally.add_estimated(prompt.overhead().json_schema);
}

}  // namespace

void walk_openai_tools(const prompt_context& prompt, dom::object request, bool has_system_message) {
  add_definitions(prompt, request, true, has_system_message);
  for (const dom::key_value_pair field : request) {
    if (field.key == "tool_choice" || field.key == "function_call") add_choice(prompt, field.value);
    if (field.key == "response_format") add_response_format(prompt, field.value);
  }
}

void walk_flat_tools(const prompt_context& prompt, dom::object request) {
  add_definitions(prompt, request, false, false);
  dom::element choice;
  if (request["tool_choice"].get(choice) == simdjson::SUCCESS) add_choice(prompt, choice);
}

void walk_text_format(const prompt_context& prompt, dom::object text) {
  dom::element format;
  if (text["format"].get(format) == simdjson::SUCCESS) add_response_format(prompt, format);
}

}  // namespace stint::tokenizer
