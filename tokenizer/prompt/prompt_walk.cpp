// What the walks of both dialects do alike. Tested by tests/tokenizer/prompt/openai_chat_test.cpp
// and anthropic_messages_test.cpp.
#include "tokenizer/prompt/prompt_walk.hpp"

#include "tokenizer/prompt/image_tokens.hpp"
#include "tokenizer/prompt/json_reading.hpp"

namespace stint::tokenizer {

std::int64_t count_json(const prompt_tally& tally, simdjson::dom::element value) {
  if (tally.measure() == text_measure::bytes) return tally.count_bytes(json_bytes_max(value));
  return tally.count(simdjson::minify(value));
}

std::int64_t count_json(const prompt_tally& tally, simdjson::dom::object value) {
  if (tally.measure() == text_measure::bytes) return tally.count_bytes(json_bytes_max(value));
  return tally.count(simdjson::minify(value));
}

void add_json_text(const prompt_context& prompt, simdjson::dom::element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    prompt.tally.add_text(text);
  } else {
    prompt.tally.add_text_tokens(count_json(prompt.tally, value), content_class::json);
  }
  prompt.tally.mark_estimated();
}

void add_json_text(const prompt_context& prompt, simdjson::dom::object value) {
  prompt.tally.add_text_tokens(count_json(prompt.tally, value), content_class::json);
  prompt.tally.mark_estimated();
}

// OpenAI and Claude show a PDF as its text and an image of each page: 2,100 to 2,500 tokens a page
// on Claude (huggingface.co/datasets/JOHNISKING/pdf-token-cost). Documents of text have some 60 KB
// a page with fonts and images, bare ones seldom less than 10 KB. By id or URL nothing is known:
// ten pages, at most a hundred.
token_range document_tokens(std::size_t base64_size) noexcept {
  constexpr std::int64_t page_tokens = 2'300;
  constexpr std::int64_t page_tokens_max = 3'000;
  if (base64_size == 0) return {.expected = 10 * page_tokens, .upper = 100 * page_tokens_max};
  const auto bytes = static_cast<std::int64_t>(base64_size / 4 * 3);
  return {.expected = (bytes / 60'000 + 1) * page_tokens,
          .upper = (bytes / 10'000 + 1) * page_tokens_max};
}

bool add_built_in_tool(const prompt_context& prompt, std::string_view type) {
  const built_in_tool* const known = built_in_tool_of(type);
  if (known == nullptr) return false;
  if (known->is_hidden) {
    prompt.tally.add_hidden(known->tokens);
  } else {
    prompt.tally.add_estimated(known->tokens);
  }
  return true;
}

void add_identifier(const prompt_context& prompt, std::string_view id) {
  prompt.tally.add_estimated_text({.expected = 0, .upper = prompt.tally.count(id)},
                                  content_class::prose);
}

void add_opaque(const prompt_context& prompt, std::size_t base64_size) {
  constexpr std::size_t bytes_per_token_least = 4;
  const auto most = static_cast<std::int64_t>(base64_size / bytes_per_token_least) + 8;
  prompt.tally.mark_incomparable();
  prompt.tally.add_estimated({.expected = 0, .upper = most});
}

void add_image(const prompt_context& prompt, std::optional<pixel_size> size, image_detail detail) {
  const token_range tokens = image_tokens(prompt.model, size, detail);
  if (size) {
    prompt.tally.add_media(tokens);
  } else {
    prompt.tally.add_hidden(tokens);
  }
}

}  // namespace stint::tokenizer
