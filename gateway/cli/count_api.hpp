// Which API a request is for, for `stint count`: the same request counts differently as OpenAI's and
// as Anthropic's, the same input as a response's and as a text to embed. The gateway knows it from
// the path; a file has only its fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "tokenizer/prompt/prompt_count.hpp"

namespace stint {

// By --api, a dialect's name. Throws misuse for any other word.
[[nodiscard]] tokenizer::chat_api api_of_word(const std::string& word);
[[nodiscard]] std::string_view word_of_api(tokenizer::chat_api api) noexcept;

// Whether it has what any of the APIs calls its prompt.
[[nodiscard]] bool has_a_prompt(simdjson::dom::element request) noexcept;

// By the first field that only one of the APIs has; nothing if there is none.
[[nodiscard]] std::optional<tokenizer::chat_api> api_of_shape(
    simdjson::dom::element request) noexcept;

// By the model's name, of those that have such a request: claude is Anthropic's; of an input, a name
// with "embed" is that of embeddings.
[[nodiscard]] tokenizer::chat_api api_of_model(simdjson::dom::element request,
                                               std::string_view model) noexcept;

}  // namespace stint
