// OpenAI's embeddings, and every server that speaks them: texts or lists of tokens go in, and nothing is generated.
// Stateless.
#pragma once

#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

[[nodiscard]] const dialect& openai_embeddings() noexcept;

}  // namespace stint
