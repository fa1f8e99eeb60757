// Byte-level BPE encodings and the model → encoding map. An encoding is immutable once loaded; any
// number of threads may count with it at once. Exact means: equal to the reference on every input,
// malformed UTF-8 included: OpenAI's tiktoken, or Hugging Face's tokenizers with the tokenizer.json
// that the encoding is published as.
#pragma once

#include <cstdint>
#include <string>
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
  [[nodiscard]] virtual std::int64_t count(std::string_view text) const noexcept = 0;

  // The same, but stops soon after the count has passed `limit`: exact up to there, and otherwise
  // some number above it that is no more than the whole count.
  [[nodiscard]] virtual std::int64_t count_until(std::string_view text,
                                                 std::int64_t limit) const noexcept = 0;

  // No well-formed text of so many bytes has more tokens: every byte alone is a token. An encoding
  // that normalises its text first must say by how much that can lengthen it.
  [[nodiscard]] virtual std::int64_t tokens_max(std::size_t bytes) const noexcept {
    return static_cast<std::int64_t>(bytes);
  }

  // The ids, for tests and for people; count(text) == encode(text).size().
  [[nodiscard]] virtual std::vector<std::uint32_t> encode(std::string_view text) const = 0;

  // The longest prefix length p of `text` such that no text appended later can change how text[0,
  // p) is cut: count(text + more) == count(text[0, p)) + count(text[p…] + more) for every `more`.
  [[nodiscard]] virtual std::size_t stable_prefix(std::string_view text) const noexcept = 0;
};

// Built-in encodings; loaded on first use (thread-safe), kept for the life of the process.
// load_builtin() loads them all, so that a server pays at start.
[[nodiscard]] const encoding& o200k_base();
[[nodiscard]] const encoding& cl100k_base();
void load_builtin();

// o200k_base, o200k_harmony, cl100k_base, p50k_base, r50k_base, qwen3 (Qwen 2, 2.5 and 3),
// deepseek_v3 (V3, R1, V4), and those installed from files (encoding_file.hpp). Null if there is
// none of that name.
[[nodiscard]] const encoding* find_encoding(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> encoding_names();

// How a model's chat messages are framed (tokens around the text). Constants and their sources:
// prompt_count.cpp.
enum class framing : std::uint8_t {
  openai_classic,
  openai_gpt4o,
  openai_gpt5,
  openai_o_series,
  anthropic,
  plain
};

struct model_encoding {
  const encoding* text = nullptr;
  framing frame = framing::plain;
  bool exact =
      false;  // false: an estimate; expected = count × factor, upper bound = count × upper factor
  std::int64_t factor_permille = 1000;
  std::int64_t upper_permille = 1000;
};

// Never fails: an unknown model gets o200k_base with a stated factor and exact = false. A leading
// "sim/" is ignored.
[[nodiscard]] model_encoding encoding_for_model(std::string_view model) noexcept;

// Counts a text that arrives in pieces; the total is exact however it is split. Keeps only the tail
// that is not yet stable.
class incremental_count {
 public:
  explicit incremental_count(const encoding& text) noexcept : encoding_(&text) {}
  void feed(std::string_view piece);
  // Exact for everything fed so far. Counts the end that is not stable, each time it is asked.
  [[nodiscard]] std::int64_t total() const noexcept;
  [[nodiscard]] std::size_t unsettled_bytes() const noexcept { return tail_.size(); }

 private:
  const encoding* encoding_;
  std::int64_t settled_ = 0;
  std::string tail_;
  std::size_t look_again_ = 256;
};

}  // namespace stint::tokenizer
