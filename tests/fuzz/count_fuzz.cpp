// Goal: the kernels of this processor count alike, whatever the bytes. The plain kernel is the oracle: it cuts with next_piece, character after character, and
// remembers nothing. A disagreement aborts.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/bpe/kernel.hpp"
#include "tokenizer/unicode/char_class.hpp"
#include "tokenizer/vocab/embedded.hpp"

namespace {

using namespace stint::tokenizer;

constexpr split_rule rules[] = {split_rule::o200k, split_rule::cl100k, split_rule::gpt2,
                                split_rule::qwen2, split_rule::deepseek_v3};

// Kernels are given UTF-8: what of the input is none becomes a letter, a digit or a mark.
void make_utf8(std::string& text) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t at = 0; at < text.size();) {
    bool truncated = false;
    const int length = sequence_length(begin + at, begin + text.size(), truncated);
    if (length > 0) {
      at += static_cast<std::size_t>(length);
    } else {
      text[at] = "a B1'\n,/"[begin[at] % 8];
      ++at;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vocabulary words{vocab::o200k_base()};
  static const std::unique_ptr<piece_cache> cache = std::make_unique<piece_cache>();
  if (size < 1) return 0;
  std::string made(reinterpret_cast<const char*>(data + 1), size - 1);
  make_utf8(made);
  // In memory of just its size, so that a read beyond it is seen.
  const std::unique_ptr<std::uint8_t[]> text = std::make_unique<std::uint8_t[]>(made.size());
  std::copy(made.begin(), made.end(), text.get());
  const split_rule rule = rules[data[0] % std::size(rules)];
  const kernel_text asked = {.words = words,
                             .rule = rule,
                             .cache = *cache,
                             .begin = text.get(),
                             .end = text.get() + made.size()};
  const std::int64_t expected = kernels().back().count(asked);
  for (const kernel& one : kernels()) {
    if (one.count(asked) == expected) continue;
    std::fprintf(stderr, "%.*s differs, rule %d\n", static_cast<int>(one.name.size()),
                 one.name.data(), static_cast<int>(rule));
    std::abort();
  }
  return 0;
}
