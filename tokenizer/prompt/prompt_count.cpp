// Where the rules are, each with its source: framing and messages in openai_chat.cpp, openai_responses.cpp,
// anthropic_messages.cpp and gemini_contents.cpp, prompts without a chat in
// plain_texts.cpp, tools in openai_tools.cpp and tool_text.cpp, content
// parts in openai_part.cpp, anthropic_block.cpp and gemini_part.cpp, images in image_tokens.cpp, factors of models in
// model_encoding.cpp. Text and its estimates are scaled by the model's factor, framing and media
// are not.
//
// Tested by tests/tokenizer/prompt/openai_chat_test.cpp, other_providers_test.cpp, openai_responses_test.cpp,
// anthropic_messages_test.cpp, gemini_contents_test.cpp, plain_texts_test.cpp, prompt_parts_test.cpp and
// prompt_bound_test.cpp.
#include "tokenizer/prompt/prompt_count.hpp"

#include "tokenizer/prompt/prompt_walk.hpp"

namespace stint::tokenizer {
namespace {

// The walk that counting and bounding share, so that what one of them sees the other sees too.
void walk_request(const prompt_context& prompt, chat_api api, simdjson::dom::element request) {
  simdjson::dom::object object;
  if (request.get(object) != simdjson::SUCCESS) {
    return add_json_text(prompt, request);
  }
  switch (api) {
    case chat_api::openai_chat:
      return walk_openai_chat(prompt, object);
    case chat_api::openai_responses:
      return walk_openai_responses(prompt, object);
    case chat_api::anthropic_messages:
      return walk_anthropic_messages(prompt, object);
    case chat_api::gemini_contents:
      return walk_gemini_contents(prompt, object);
    case chat_api::openai_completions:
      return walk_openai_completions(prompt, object);
    case chat_api::openai_embeddings:
      return walk_openai_embeddings(prompt, object);
  }
}

const learned_estimate* learned_of(const count_options& options, std::string_view model,
                                   chat_api api) noexcept {
  return options.learned != nullptr ? options.learned->find(model, api) : nullptr;
}

}  // namespace

prompt_tokens count_prompt(std::string_view model, chat_api api, simdjson::dom::element request,
                           const count_options& options) {
  const model_encoding words = encoding_for_model(model);
  prompt_tally tally(words, text_measure::tokens, learned_of(options, model, api), options.known);
  if (options.observer != nullptr) tally.show_to(*options.observer);
  const prompt_context prompt{.model = model, .frame = words.frame, .tally = tally};
  walk_request(prompt, api, request);
  return tally.result();
}

prompt_bound bound_prompt(std::string_view model, chat_api api, simdjson::dom::element request,
                          const count_options& options) {
  const model_encoding words = encoding_for_model(model);
  prompt_tally tally(words, text_measure::bytes, learned_of(options, model, api));
  const prompt_context prompt{.model = model, .frame = words.frame, .tally = tally};
  walk_request(prompt, api, request);
  return {.at_most = tally.result(), .text_bytes = tally.text()};
}

}  // namespace stint::tokenizer
