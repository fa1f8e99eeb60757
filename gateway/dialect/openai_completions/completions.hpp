// OpenAI's legacy completions, which OpenAI, vLLM, Together, llama.cpp and others still serve: prompts without a chat
// around them. Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

[[nodiscard]] const dialect& openai_completions() noexcept;

// In request.cpp.
[[nodiscard]] const request_rules& openai_completions_requests() noexcept;

}  // namespace stint
