// Tested by tests/gateway/dialect/openai_chat_test.cpp and anthropic_test.cpp.
#include "gateway/dialect/parts/text_counter.hpp"

#include <algorithm>

namespace stint {

namespace {

// 128 choices with a few tool calls each; texts beyond share one counter, which may miscount where
// they meet but forgets nothing.
constexpr std::size_t texts_max = 1'024;

}  // namespace

text_counter::text_counter(const counted_model& model) {
  const tokenizer::model_encoding how = model.encoding();
  encoding_ = how.text;
  factor_permille_ = how.factor_permille;
}

void text_counter::feed(const text_key& key, std::string_view piece) {
  if (piece.empty()) return;
  if (last_ < entries_.size() && entries_[last_].key == key) {
    entries_[last_].feed(piece);
    return;
  }
  const text_key shared{-1, text_kind::other, -1};
  for (int attempt = 0; attempt < 2; ++attempt) {
    const text_key& wanted = attempt == 0 ? key : shared;
    for (last_ = 0; last_ < entries_.size(); ++last_) {
      if (entries_[last_].key == wanted) {
        entries_[last_].feed(piece);
        return;
      }
    }
    if (entries_.size() < texts_max) break;
  }
  const bool is_last_place = entries_.size() + 1 >= texts_max;
  entries_.push_back(entry{is_last_place ? shared : key, tokenizer::incremental_count(*encoding_)});
  last_ = entries_.size() - 1;
  entries_[last_].feed(piece);
}

std::int64_t text_counter::total() {
  std::int64_t tokens = 0;
  unsettled_bytes_ = 0;
  for (entry& one : entries_) {
    if (!one.known) one.known = one.count.total();
    tokens += *one.known;
    unsettled_bytes_ += one.count.unsettled_bytes();
  }
  return (tokens * factor_permille_ + 999) / 1000;
}

std::int64_t text_counter::most_in(std::size_t bytes) const noexcept {
  if (bytes == 0) return 0;
  const auto tokens = static_cast<std::int64_t>(bytes + unsettled_bytes_);
  return std::max(tokens, (tokens * factor_permille_ + 999) / 1000);
}

std::size_t text_counter::recount_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const entry& one : entries_) {
    if (!one.known) bytes += one.count.unsettled_bytes();
  }
  return bytes;
}

}  // namespace stint
