// An estimate of tokens and what it cannot exceed. Both ≥ 0. A plain value.
#pragma once

#include <cstdint>

namespace stint::tokenizer {

struct token_range {
  std::int64_t expected = 0;
  std::int64_t upper = 0;
};

}  // namespace stint::tokenizer
