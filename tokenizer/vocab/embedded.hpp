// The rank files of this folder, linked into the binary: no path is needed at run time. Constant
// data.
#pragma once

#include <string_view>

namespace stint::tokenizer::vocab {

[[nodiscard]] std::string_view cl100k_base() noexcept;
[[nodiscard]] std::string_view o200k_base() noexcept;

}  // namespace stint::tokenizer::vocab
