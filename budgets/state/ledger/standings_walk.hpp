// Where caps stand, looked at some counters at a time, so that a million of them keep nobody waiting. Between two steps
// calls are admitted and settled: each counter is as of the step that saw it. Owned by the ledger's writer, on its thread.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "budgets/records/standing.hpp"

namespace stint {

struct standings_walk {
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  std::size_t count_max = all;      // the fullest
  std::vector<cap_standing> found;  // a heap, the emptiest in front, once it has count_max
  std::size_t left_out = 0;

  std::size_t cap = 0;               // the one at hand
  std::optional<std::size_t> ahead;  // of its counters
  bool any = false;                  // of them was in an open window

  void take(cap_standing standing);
  // The list of caps has changed.
  void begin_again();
};

}  // namespace stint
