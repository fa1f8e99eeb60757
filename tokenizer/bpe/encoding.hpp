// A byte-level BPE encoding: how many tokens a text is. Immutable once loaded; any number of threads
// may count with it at once. Exact means: equal to the reference on every input, malformed UTF-8
// included: OpenAI's tiktoken, or Hugging Face's tokenizers with the tokenizer.json that the
// encoding is published as.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace stint::tokenizer {

class encoding {
 public:
  virtual ~encoding() = default;
  encoding() = default;
  encoding(const encoding&) = delete;
  encoding& operator=(const encoding&) = delete;

  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  // The number of tokens of `text`, treated as ordinary text: a special token's spelling inside it
  // is not special. Linear in the size of the text for any input; no heap allocation for pieces up
  // to 128 bytes.
  [[nodiscard]] virtual std::int64_t count(std::string_view text) const = 0;

  // No well-formed text of so many bytes has more tokens: every byte alone is a token. An encoding
  // that normalises its text first must say by how much that can lengthen it.
  [[nodiscard]] virtual std::int64_t tokens_max(std::size_t bytes) const noexcept {
    return static_cast<std::int64_t>(bytes);
  }

  // The ids, for tests and for people; count(text) == encode(text).size().
  [[nodiscard]] virtual std::vector<std::uint32_t> encode(std::string_view text) const = 0;

  // The longest prefix length p of `text` such that no text appended later can change how text[0,
  // p) is cut: count(text + more) == count(text[0, p)) + count(text[p…] + more) for every `more`.
  [[nodiscard]] virtual std::size_t stable_prefix(std::string_view text) const = 0;
};

}  // namespace stint::tokenizer
