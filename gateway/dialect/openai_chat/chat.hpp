// OpenAI Chat Completions, and every server that speaks it: DeepSeek, Mistral, xAI, vLLM,
// llama.cpp, Ollama's /v1. Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

[[nodiscard]] const dialect& openai_chat() noexcept;

// Its parts in files of their own: request.cpp, and error.cpp for what OpenAI's APIs have in common.
[[nodiscard]] const request_rules& openai_chat_requests() noexcept;
[[nodiscard]] const error_shape& openai_errors() noexcept;
// stream_options.include_usage, of any of OpenAI's requests that can stream. In request.cpp.
[[nodiscard]] result<bool> asks_for_stream_usage(simdjson::dom::object body);

}  // namespace stint
