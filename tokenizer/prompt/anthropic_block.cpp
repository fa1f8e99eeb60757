// The blocks of an Anthropic message: text, images, documents, tool use and its results, thinking.
//
// Thinking of earlier turns is dropped or kept by the provider depending on model and position:
// counted, it errs on the safe side. Its signature and redacted_thinking are encrypted, so their
// size says little: about 4 bytes a token in the bound.
#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/media_header.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

namespace dom = simdjson::dom;

constexpr token_range tool_block = {.expected = 8, .upper = 24};
// A tool result holds blocks, a document holds blocks; no valid request is deeper.
constexpr int nesting_max = 8;

void walk_block(const prompt_context& prompt, dom::object block, int depth);

void walk_nested(const prompt_context& prompt, dom::element content, part_kind kind, int depth) {
  if (depth >= nesting_max && content.is_array()) {
    prompt.tally.enter(kind);
    return add_json_text(prompt, content);
  }
  walk_content(prompt, content, kind,
               [&](dom::object block) { walk_block(prompt, block, depth + 1); });
}

void add_image_block(const prompt_context& prompt, dom::object block) {
  prompt.tally.enter(part_kind::image);
  const dom::object source = object_in(block, "source");
  std::optional<pixel_size> size;
  if (string_in(source, "type") == "base64") {
    size = image_size(base64_view{string_in(source, "data")});
  }
  add_image(prompt, size, image_detail::automatic);
}

void add_document(const prompt_context& prompt, dom::object block, int depth) {
  prompt.tally.enter(part_kind::file);
  prompt.tally.add_text(string_in(block, "title"));
  prompt.tally.add_text(string_in(block, "context"));
  bool is_cited = false;
  if (object_in(block, "citations")["enabled"].get(is_cited) == simdjson::SUCCESS && is_cited &&
      prompt.tally.is_first_citation()) {
    prompt.tally.add_estimated(claude_citations);
  }
  const dom::object source = object_in(block, "source");
  const std::string_view type = string_in(source, "type");
  dom::element content;
  if (type == "text") {
    prompt.tally.add_text(string_in(source, "data"));
  } else if (type == "content" && source["content"].get(content) == simdjson::SUCCESS) {
    walk_nested(prompt, content, part_kind::file, depth);
  } else {
    prompt.tally.add_hidden(document_tokens(string_in(source, "data").size()));
  }
}

void add_tool_use(const prompt_context& prompt, dom::object block) {
  prompt.tally.enter(part_kind::tool_call);
  prompt.tally.add_estimated(tool_block);
  prompt.tally.add_text(string_in(block, "name"));
  add_identifier(prompt, string_in(block, "id"));
  dom::element input;
  if (block["input"].get(input) == simdjson::SUCCESS) add_json_text(prompt, input);
}

void add_tool_result(const prompt_context& prompt, dom::object block, int depth) {
  prompt.tally.enter(part_kind::tool_result);
  prompt.tally.add_estimated(tool_block);
  add_identifier(prompt, string_in(block, "tool_use_id"));
  dom::element content;
  if (block["content"].get(content) == simdjson::SUCCESS)
    walk_nested(prompt, content, part_kind::tool_result, depth);
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
  if (type == "image") return add_image_block(prompt, block);
  if (type == "document") return add_document(prompt, block, depth);
  if (type == "tool_use" || type == "server_tool_use") return add_tool_use(prompt, block);
  if (type == "tool_result") return add_tool_result(prompt, block, depth);
  if (type == "thinking" || type == "redacted_thinking") return add_thinking(prompt, block);
  if (type == "tool_addition") {
    // Tools that a message brings are announced as those of the request.
    const claude_tool_prompt known = claude_tools_of(prompt.model);
    prompt.tally.enter(part_kind::tool_framing);
    prompt.tally.add_tool_framing({.expected = 0, .upper = known.offered.upper}, 1);
    prompt.tally.enter(part_kind::tool_definition);
  }
  prompt.tally.mark_incomparable();
  add_json_text(prompt, block);
}

}  // namespace

void walk_anthropic_block(const prompt_context& prompt, dom::object block) {
  walk_block(prompt, block, 0);
}

}  // namespace stint::tokenizer
