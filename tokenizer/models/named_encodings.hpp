// The encodings by name: those built in, and those installed from files. Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "tokenizer/bpe/encoding.hpp"

namespace stint::tokenizer {

// Built-in encodings; loaded on first use (thread-safe), kept for the life of the process.
// load_builtin() loads them all, so that a server pays at start.
[[nodiscard]] const encoding& o200k_base();
[[nodiscard]] const encoding& cl100k_base();
void load_builtin();

// o200k_base, o200k_harmony, cl100k_base, p50k_base, r50k_base, qwen3 (Qwen 2, 2.5 and 3),
// deepseek_v3 (V3, R1, V4), and those installed from files (encoding_file.hpp). Null if there is
// none of that name.
[[nodiscard]] const encoding* find_encoding(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> encoding_names();

}  // namespace stint::tokenizer
