// Counts the output text of one answer as it is delivered. Each text (a choice's content, a tool
// call's arguments, …) is tokenized on its own and exactly, however it was cut into pieces. Belongs
// to one answer; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "gateway/dialect/parts/counted_model.hpp"
#include "tokenizer/bpe/incremental_count.hpp"

namespace stint {

enum class text_kind : std::uint8_t {
  content,
  refusal,
  reasoning,
  tool_name,
  tool_arguments,
  transcript,
  other
};

struct text_key {
  std::int64_t choice = 0;
  text_kind kind = text_kind::content;
  std::int64_t index = 0;  // of the tool call or content block
  bool operator==(const text_key&) const noexcept = default;
};

class text_counter {
 public:
  explicit text_counter(const counted_model& model);

  void feed(const text_key& key, std::string_view piece);
  // A string; or the parts of an array of objects with "text" or "thinking", as Mistral writes
  // reasoning.
  void feed_element(const text_key& key, simdjson::dom::element value);
  // Counts only what was fed since it was last asked, and the end of each text that was fed.
  [[nodiscard]] std::int64_t total();
  // As much would be tokenized by total() now.
  [[nodiscard]] std::size_t recount_bytes() const noexcept;

 private:
  struct entry {
    text_key key;
    tokenizer::incremental_count count;
    std::optional<std::int64_t> known = {};  // its total, unless it was fed since

    void feed(std::string_view piece) {
      count.feed(piece);
      known.reset();
    }
  };
  const tokenizer::encoding* encoding_;
  std::int64_t factor_permille_;
  std::vector<entry> entries_;
  std::size_t last_ = 0;  // pieces of one text mostly come in a row
};

}  // namespace stint
