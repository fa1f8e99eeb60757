// The alphabet in which byte-level tokenizer.json files spell bytes: a printable character of
// Latin-1 stands for its own byte, and U+0100 onwards for the other 68, in order. Pure.
#pragma once

#include <string>
#include <string_view>

namespace stint::tokenizer {

// The bytes that `symbols` spells; false if some character of it is not of the alphabet.
[[nodiscard]] bool bytes_of_symbols(std::string_view symbols, std::string& bytes);

}  // namespace stint::tokenizer
