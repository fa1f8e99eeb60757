// By which vocabulary the output of a model is counted here, and with which factor. A plain value; the
// name must outlive it.
#pragma once

#include <string_view>

#include "tokenizer/models/model_encoding.hpp"

namespace stint {

struct counted_model {
  std::string_view name;
  // Its provider bills what the public vocabulary counts: the factor that stands for a tokenizer which
  // is not public is left out.
  bool by_public_vocabulary = false;

  [[nodiscard]] tokenizer::model_encoding encoding() const noexcept {
    tokenizer::model_encoding how = tokenizer::encoding_for_model(name);
    if (by_public_vocabulary) how.factor_permille = 1'000;
    return how;
  }
};

}  // namespace stint
