#include "tokenizer/encoding.hpp"

#include "tokenizer/bpe_encoding.hpp"
#include "tokenizer/vocab/embedded.hpp"

namespace stint::tokenizer {

const encoding& o200k_base() {
  static const bpe_encoding instance{"o200k_base", 1, split_rule::o200k, vocab::o200k_base()};
  return instance;
}

const encoding& cl100k_base() {
  static const bpe_encoding instance{"cl100k_base", 2, split_rule::cl100k, vocab::cl100k_base()};
  return instance;
}

void load_builtin() {
  // Counting once lets simdjson choose its kernel now as well, which allocates.
  (void)o200k_base().count("o");
  (void)cl100k_base().count("c");
}

}  // namespace stint::tokenizer
