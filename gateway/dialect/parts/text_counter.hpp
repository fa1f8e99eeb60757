// Counts the output text of one answer as it is delivered. Each text (a choice's content, a tool
// call's arguments, …) is tokenized on its own and exactly, however it was cut into pieces. Belongs
// to one answer; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/dialect/parts/counted_model.hpp"
#include "gateway/dialect/parts/text_sink.hpp"
#include "tokenizer/bpe/incremental_count.hpp"

namespace stint {

class text_counter final : public text_sink {
 public:
  explicit text_counter(const counted_model& model);

  void feed(const text_key& key, std::string_view piece) override;
  // Counts only what was fed since it was last asked, and the end of each text that was fed.
  [[nodiscard]] std::int64_t total();
  // The most that total() can grow by with so many bytes: a token is at least one of them, or of the end
  // of a text, where the tokens of before may fall apart.
  [[nodiscard]] std::int64_t most_in(std::size_t bytes) const noexcept;
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
  std::size_t unsettled_bytes_ = 0;  // of all texts, when they were last counted
  std::size_t last_ = 0;             // pieces of one text mostly come in a row
};

}  // namespace stint
