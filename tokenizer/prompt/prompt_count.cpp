// Where the rules are, each with its source: framing and messages in openai_chat.cpp and
// anthropic_messages.cpp, tools in openai_tools.cpp and tool_text.cpp, content parts in
// openai_part.cpp and anthropic_block.cpp, images in image_tokens.cpp, factors of models in
// model_encoding.cpp. Text and its estimates are scaled by the model's factor, framing and media
// are not.
#include "tokenizer/prompt/prompt_count.hpp"

#include "tokenizer/prompt/json_reading.hpp"
#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {

namespace {

// The walk that counting and bounding share, so that what one of them sees the other sees too.
void walk_request(const prompt_context& prompt, chat_api api, simdjson::dom::element request) {
  simdjson::dom::object object;
  if (request.get(object) != simdjson::SUCCESS) {
    add_json_text(prompt, request);
  } else if (api == chat_api::openai_chat) {
    walk_openai_chat(prompt, object);
  } else {
    walk_anthropic_messages(prompt, object);
  }
}

const learned_estimate* learned_of(const count_options& options, std::string_view model,
                                   chat_api api) noexcept {
  return options.learned != nullptr ? options.learned->find(model, api) : nullptr;
}

}  // namespace

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

prompt_tokens count_prompt(std::string_view model, chat_api api, simdjson::dom::element request,
                           const count_options& options) noexcept {
  const model_encoding words = encoding_for_model(model);
  prompt_tally tally(words, text_measure::tokens, learned_of(options, model, api), options.known);
  if (options.observer != nullptr) tally.show_to(*options.observer);
  const prompt_context prompt{.model = model, .frame = words.frame, .tally = tally};
  walk_request(prompt, api, request);
  return tally.result();
}

prompt_bound bound_prompt(std::string_view model, chat_api api, simdjson::dom::element request,
                          const count_options& options) noexcept {
  const model_encoding words = encoding_for_model(model);
  prompt_tally tally(words, text_measure::bytes, learned_of(options, model, api));
  const prompt_context prompt{.model = model, .frame = words.frame, .tally = tally};
  walk_request(prompt, api, request);
  return {.at_most = tally.result(), .text_bytes = tally.text()};
}

}  // namespace stint::tokenizer
