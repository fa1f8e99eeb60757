// Tested by tests/tokenizer/models/named_encodings_test.cpp.
#include "tokenizer/models/named_encodings.hpp"

#include <array>

#include "tokenizer/bpe/bpe_encoding.hpp"
#include "tokenizer/bpe/nfc_encoding.hpp"
#include "tokenizer/models/encoding_file.hpp"
#include "tokenizer/vocab/embedded.hpp"

namespace stint::tokenizer {
namespace {

// Each makes its encoding at the first call. Their numbers are below first_file_number.
const encoding& o200k_harmony() {
  // The same tokens for the same pieces as o200k_base, so the same number: they share a cache.
  static const bpe_encoding instance{"o200k_harmony", 1, split_rule::o200k, vocab::o200k_base()};
  return instance;
}

const encoding& p50k_base() {
  static const bpe_encoding instance{"p50k_base", 3, split_rule::gpt2, vocab::p50k_base()};
  return instance;
}

const encoding& r50k_base() {
  static const bpe_encoding instance{"r50k_base", 4, split_rule::gpt2, vocab::r50k_base()};
  return instance;
}

const encoding& qwen3_encoding() {
  static const nfc_encoding instance{"qwen3", 5, split_rule::qwen2, vocab::qwen3()};
  return instance;
}

const encoding& deepseek_v3() {
  static const bpe_encoding instance{"deepseek_v3", 6, split_rule::deepseek_v3,
                                     vocab::deepseek_v3()};
  return instance;
}

struct named_encoding {
  std::string_view name;
  const encoding& (*get)();
};

constexpr std::array built_in = {
    named_encoding{"o200k_base", o200k_base},   named_encoding{"o200k_harmony", o200k_harmony},
    named_encoding{"cl100k_base", cl100k_base}, named_encoding{"p50k_base", p50k_base},
    named_encoding{"r50k_base", r50k_base},     named_encoding{"qwen3", qwen3_encoding},
    named_encoding{"deepseek_v3", deepseek_v3},
};

}  // namespace

const encoding& o200k_base() {
  static const bpe_encoding instance{"o200k_base", 1, split_rule::o200k, vocab::o200k_base()};
  return instance;
}

const encoding& cl100k_base() {
  static const bpe_encoding instance{"cl100k_base", 2, split_rule::cl100k, vocab::cl100k_base()};
  return instance;
}

const encoding* find_encoding(std::string_view name) noexcept {
  for (const named_encoding& each : built_in) {
    if (each.name == name) return &each.get();
  }
  for (const installed_encoding& each : installed_encodings()) {
    if (each.text->name() == name) return each.text.get();
  }
  return nullptr;
}

std::vector<std::string_view> encoding_names() {
  std::vector<std::string_view> names;
  for (const named_encoding& each : built_in)
    names.push_back(each.name);
  for (const installed_encoding& each : installed_encodings())
    names.push_back(each.text->name());
  return names;
}

void load_builtin() {
  // Counting once lets simdjson choose its kernel now as well, which allocates.
  for (const named_encoding& each : built_in)
    (void)each.get().count("to load");
}

}  // namespace stint::tokenizer
