// Counting a text that arrives in pieces. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tokenizer/bpe/encoding.hpp"

namespace stint::tokenizer {

// Counts a text that arrives in pieces; the total is exact however it is split. Keeps only the tail
// that is not yet stable.
class incremental_count {
 public:
  explicit incremental_count(const encoding& text) noexcept : encoding_(&text) {}
  void feed(std::string_view piece);
  // Exact for everything fed so far. Counts the end that is not stable, each time it is asked.
  [[nodiscard]] std::int64_t total() const;
  [[nodiscard]] std::size_t unsettled_bytes() const noexcept { return tail_.size(); }

 private:
  const encoding* encoding_;
  std::int64_t settled_ = 0;
  std::string tail_;
  std::size_t look_again_ = 256;
};

}  // namespace stint::tokenizer
