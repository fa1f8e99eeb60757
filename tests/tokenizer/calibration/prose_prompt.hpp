// A prompt of prose and nothing else, as calibrations observe it.
#pragma once

#include <cstdint>

#include "tokenizer/calibration/prompt_features.hpp"

namespace stint::tokenizer {

inline prompt_features prose_of(std::int32_t tokens) {
  prompt_features seen;
  seen.class_tokens[0] = tokens;
  seen.framing = 10;
  seen.learnable = true;
  return seen;
}

}  // namespace stint::tokenizer
