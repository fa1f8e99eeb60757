// Walking a parsed chat request, one function per dialect and part of it. Each adds what it finds
// to a tally; parts it does not know are added as their JSON text. No function keeps state; the
// request's depth is bounded by the parser (1,024).
#pragma once

#include <optional>
#include <string_view>

#include <simdjson.h>

#include "tokenizer/models/prompt_overhead.hpp"
#include "tokenizer/prompt/image_tokens.hpp"
#include "tokenizer/prompt/prompt_tally.hpp"

namespace stint::tokenizer {

struct prompt_context {
  std::string_view model;
  framing frame;
  prompt_tally& tally;

  [[nodiscard]] const prompt_overhead& overhead() const noexcept { return overhead_of(frame); }
};

// A tool whose definition is not in the request; false: its type is none of those.
bool add_built_in_tool(const prompt_context& prompt, std::string_view type);

void walk_openai_chat(const prompt_context& prompt, simdjson::dom::object request);
void walk_openai_responses(const prompt_context& prompt, simdjson::dom::object request);
void walk_anthropic_messages(const prompt_context& prompt, simdjson::dom::object request);
void walk_openai_completions(const prompt_context& prompt, simdjson::dom::object request);
void walk_openai_embeddings(const prompt_context& prompt, simdjson::dom::object request);
void walk_gemini_contents(const prompt_context& prompt, simdjson::dom::object request);

// tools, functions, tool_choice, function_call and response_format of an OpenAI request.
void walk_openai_tools(const prompt_context& prompt, simdjson::dom::object request,
                       bool has_system_message);
// tools and tool_choice of Responses, which writes a function without an object of its own around it, and the
// format in its `text`.
void walk_flat_tools(const prompt_context& prompt, simdjson::dom::object request);
void walk_text_format(const prompt_context& prompt, simdjson::dom::object text);

// One part of an OpenAI content array.
void walk_openai_part(const prompt_context& prompt, simdjson::dom::object part);

// What only the provider can read, of so many bytes of base64: reasoning of earlier turns, a conversation that was
// summed up. Its tokens are fewer than its bytes, and what of it is still shown to the model is not published.
void add_opaque(const prompt_context& prompt, std::size_t base64_size);

// One block of an Anthropic content or system array.
void walk_anthropic_block(const prompt_context& prompt, simdjson::dom::object block);

// One part of a Gemini content.
void walk_gemini_part(const prompt_context& prompt, simdjson::dom::object part);

// As text, whatever it is: what is not understood must not count as nothing.
void add_json_text(const prompt_context& prompt, simdjson::dom::element value);
void add_json_text(const prompt_context& prompt, simdjson::dom::object value);

// As much as the value's JSON text is, by the tally's measure.
[[nodiscard]] std::int64_t count_json(const prompt_tally& tally, simdjson::dom::element value);
[[nodiscard]] std::int64_t count_json(const prompt_tally& tally, simdjson::dom::object value);

// The id of a call or of its result. Whether the model is shown it is not published: it is in the
// bound alone.
void add_identifier(const prompt_context& prompt, std::string_view id);

// An image that is in the request, or, where its size cannot be read, may be anything.
void add_image(const prompt_context& prompt, std::optional<pixel_size> size, image_detail detail);

// What a message holds as its content: nothing, a text, or a list whose objects `walk_part` knows.
// Each part is of `kind` until `walk_part` says otherwise.
template <class WalkPart>
void walk_content(const prompt_context& prompt, simdjson::dom::element content, part_kind kind,
                  WalkPart walk_part) {
  std::string_view text;
  simdjson::dom::array parts;
  prompt.tally.enter(kind);
  if (content.is_null()) return;
  if (content.get(text) == simdjson::SUCCESS) return prompt.tally.add_text(text);
  if (content.get(parts) != simdjson::SUCCESS) return add_json_text(prompt, content);
  for (const simdjson::dom::element entry : parts) {
    simdjson::dom::object part;
    prompt.tally.enter(kind);
    if (entry.get(part) == simdjson::SUCCESS) {
      walk_part(part);
    } else {
      add_json_text(prompt, entry);
    }
  }
}

// Calls use(item) for each element of the list, or for the one value that stands in its place; not for null.
template <class Use>
void for_each_one(simdjson::dom::object from, std::string_view key, Use use) {
  simdjson::dom::element value;
  simdjson::dom::array list;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) return;
  if (value.get(list) != simdjson::SUCCESS) return use(value);
  for (const simdjson::dom::element item : list)
    use(item);
}

// A document given as base64. Its pages are not parsed: their number is estimated from its size.
[[nodiscard]] token_range document_tokens(std::size_t base64_size) noexcept;

}  // namespace stint::tokenizer
