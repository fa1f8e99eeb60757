// Compiles a list of tokens into the arrays of a vocabulary (vocabulary_block.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tokenizer/vocab/vocabulary_source.hpp"

namespace stint::tokenizer {

struct compiled_vocabulary {
  std::vector<std::uint64_t> block;  // words, for their alignment; empty where `error` is not
  std::string error;                 // what is wrong with the source
};

// Takes some 2 µs a token.
[[nodiscard]] compiled_vocabulary compile_vocabulary(const vocabulary_source& source);

}  // namespace stint::tokenizer
