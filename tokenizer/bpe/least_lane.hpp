// The least of sixteen 32-bit lanes, in vectors of whatever the including kernel is compiled for.
// Pure. Internal to merge_queue.hpp and short_merge.hpp.
#pragma once

namespace stint::tokenizer {

// Halves, quarters, and so on: each step leaves the least of two lanes in the lower one.
template <class Vector>
[[gnu::always_inline]] inline auto least_lane(const Vector& lanes) noexcept {
  Vector best = lanes;
  Vector other =
      __builtin_shufflevector(best, best, 8, 9, 10, 11, 12, 13, 14, 15, 8, 8, 8, 8, 8, 8, 8, 8);
  best = best < other ? best : other;
  other = __builtin_shufflevector(best, best, 4, 5, 6, 7, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4);
  best = best < other ? best : other;
  other = __builtin_shufflevector(best, best, 2, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
  best = best < other ? best : other;
  other = __builtin_shufflevector(best, best, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  best = best < other ? best : other;
  return best[0];
}

}  // namespace stint::tokenizer
