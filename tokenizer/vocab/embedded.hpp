// The vocabularies of this folder, compiled (embed.cmake) and linked into the binary: mapped, not
// loaded, and no path is needed at run time. Constant data.
#pragma once

#include "tokenizer/bpe/vocabulary.hpp"

namespace stint::tokenizer::vocab {

[[nodiscard]] vocabulary::arrays cl100k_base() noexcept;
[[nodiscard]] vocabulary::arrays deepseek_v3() noexcept;
[[nodiscard]] vocabulary::arrays o200k_base() noexcept;
[[nodiscard]] vocabulary::arrays p50k_base() noexcept;
[[nodiscard]] vocabulary::arrays qwen3() noexcept;
[[nodiscard]] vocabulary::arrays r50k_base() noexcept;

}  // namespace stint::tokenizer::vocab
