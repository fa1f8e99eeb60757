// The blocks of an Anthropic message: text, images, documents, tool use and its results, thinking.
//
// Thinking of earlier turns is dropped or kept by the provider depending on model and position:
// counted, it errs on the safe side. Its signature and redacted_thinking are encrypted, so their
// size says little: about 4 bytes a token in the bound.
#include "tokenizer/prompt/image_tokens.hpp"
#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr token_range tool_block = {.expected = 8, .upper = 24};
// A tool result holds blocks, a document holds blocks; no valid request is deeper.
constexpr int nesting_max = 8;

void walk_block(const prompt_context& prompt, dom::object block, int depth);

void walk_content(const prompt_context& prompt, dom::element content, int depth) {
  std::string_view text;
  dom::array blocks;
  if (content.is_null()) return;
  if (content.get(text) == simdjson::SUCCESS) return prompt.tally.add_text(text);
  if (content.get(blocks) != simdjson::SUCCESS || depth >= nesting_max) {
    return add_json_text(prompt, content);
  }
  for (const dom::element entry : blocks) {
    dom::object block;
    if (entry.get(block) == simdjson::SUCCESS) {
      walk_block(prompt, block, depth + 1);
    } else {
      add_json_text(prompt, entry);
    }
  }
}

void add_image(const prompt_context& prompt, dom::object block) {
  prompt.tally.enter(part_kind::image);
  const dom::object source = object_in(block, "source");
  std::optional<pixel_size> size;
  if (string_in(source, "type") == "base64") {
    size = image_size(base64_view{string_in(source, "data")});
  }
  const token_range tokens = image_tokens(prompt.model, size, image_detail::automatic);
  if (size) {
    prompt.tally.add_media(tokens);
  } else {
    prompt.tally.add_hidden(tokens);
  }
}

void add_document(const prompt_context& prompt, dom::object block, int depth) {
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_text(string_in(block, "title"));
  prompt.tally.add_text(string_in(block, "context"));
  const dom::object source = object_in(block, "source");
  const std::string_view type = string_in(source, "type");
  dom::element content;
  if (type == "text") {
    prompt.tally.add_text(string_in(source, "data"));
  } else if (type == "content" && source["content"].get(content) == simdjson::SUCCESS) {
    walk_content(prompt, content, depth);
  } else {
    prompt.tally.add_hidden(document_tokens(string_in(source, "data").size()));
  }
}

void add_tool_use(const prompt_context& prompt, dom::object block) {
  prompt.tally.enter(part_kind::tool_call);
  prompt.tally.add_estimated(tool_block);
  prompt.tally.add_text(string_in(block, "name"));
  prompt.tally.add_estimated_text(
      {.expected = 0, .upper = prompt.tally.count(string_in(block, "id"))}, content_class::prose);
  dom::element input;
  if (block["input"].get(input) == simdjson::SUCCESS) add_json_text(prompt, input);
}

void add_tool_result(const prompt_context& prompt, dom::object block, int depth) {
  prompt.tally.enter(part_kind::tool_result);
  prompt.tally.add_estimated(tool_block);
  prompt.tally.add_estimated_text(
      {.expected = 0, .upper = prompt.tally.count(string_in(block, "tool_use_id"))},
      content_class::prose);
  dom::element content;
  if (block["content"].get(content) == simdjson::SUCCESS) walk_content(prompt, content, depth);
}

void add_thinking(const prompt_context& prompt, dom::object block) {
  prompt.tally.enter(part_kind::thinking);
  prompt.tally.add_text(string_in(block, "thinking"));
  const std::size_t opaque = string_in(block, "data").size() + string_in(block, "signature").size();
  prompt.tally.add_estimated({.expected = 0, .upper = static_cast<std::int64_t>(opaque / 4)});
  prompt.tally.mark_incomparable();
}

void walk_block(const prompt_context& prompt, dom::object block, int depth) {
  const std::string_view type = string_in(block, "type");
  std::string_view text;
  if (type == "text" && block["text"].get(text) == simdjson::SUCCESS) {
    return prompt.tally.add_text(text);
  }
  if (type == "image") return add_image(prompt, block);
  if (type == "document") return add_document(prompt, block, depth);
  if (type == "tool_use" || type == "server_tool_use") return add_tool_use(prompt, block);
  if (type == "tool_result") return add_tool_result(prompt, block, depth);
  if (type == "thinking" || type == "redacted_thinking") return add_thinking(prompt, block);
  prompt.tally.mark_incomparable();
  add_json_text(prompt, block);
}

}  // namespace

void walk_anthropic_block(const prompt_context& prompt, dom::object block) {
  walk_block(prompt, block, 0);
}

}  // namespace stint::tokenizer
