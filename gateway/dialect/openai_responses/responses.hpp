// OpenAI Responses, and every server that speaks it: Azure, xAI, OpenRouter, DeepSeek, Bedrock's mantle. Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

[[nodiscard]] const dialect& openai_responses() noexcept;
// POST /v1/responses/compact: a conversation summed up, billed as a response and never streamed.
[[nodiscard]] const dialect& openai_compact() noexcept;

// Its parts in files of their own: request.cpp and error.cpp.
[[nodiscard]] const request_rules& openai_responses_requests() noexcept;
[[nodiscard]] const request_rules& openai_compact_requests() noexcept;
[[nodiscard]] const error_shape& openai_responses_errors() noexcept;

}  // namespace stint
