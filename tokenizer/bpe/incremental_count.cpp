// Tested by tests/tokenizer/bpe/incremental_count_test.cpp.
#include "tokenizer/bpe/incremental_count.hpp"

namespace stint::tokenizer {
namespace {

// Below this size the tail is not worth looking at: counting it is cheaper than finding out how
// much of it is stable.
constexpr std::size_t small_tail = 256;

}  // namespace

// The tail is looked at again only when it has doubled since it was last found unstable, so that
// one enormous piece that arrives a few bytes at a time (a run of spaces) costs time linear in its
// size.
void incremental_count::feed(std::string_view piece) {
  tail_.append(piece);
  if (tail_.size() < look_again_) return;
  const std::size_t stable = encoding_->stable_prefix(tail_);
  settled_ += encoding_->count(std::string_view(tail_).substr(0, stable));
  tail_.erase(0, stable);
  look_again_ = 2 * tail_.size() + small_tail;
}

std::int64_t incremental_count::total() const {
  return settled_ + encoding_->count(tail_);
}

}  // namespace stint::tokenizer
