// Where a cap stands, as the ledger tells it: with the answer to a hold or a settlement, and to whoever
// asks. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "budgets/records/cap.hpp"
#include "budgets/records/window.hpp"

namespace stint {

// Where one cap stands for one scope and window.
struct cap_standing {
  std::string cap;
  std::string scope;
  cap_unit unit = cap_unit::usd;
  cap_mode mode = cap_mode::enforce;
  stint::window window;
  std::int64_t limit = 0;  // that is in force
  std::int64_t used = 0;   // posted
  std::int64_t held = 0;
  int threshold_reached = 0;  // the highest alert percent that was crossed in this window; 0: none
  std::chrono::seconds rolling{};     // the length of a rolling window; 0: a calendar one
  std::int64_t configured_limit = 0;  // without what it was raised by
  std::int64_t forgiven = 0;          // by resets in this window; `used` is without it
  std::int64_t unknown = 0;           // of `used`: charged for calls whose end nobody saw
  // Rows of this window were missing when the cap was new: `used` is too little.
  bool incomplete = false;
  bool yields_place = false;  // as its cap

  [[nodiscard]] std::int64_t left() const noexcept { return limit - used - held; }
};

// Of a list that was made in steps.
struct listed_standings {
  std::vector<cap_standing> list;  // in no order; one may be there twice
  std::size_t left_out = 0;        // emptier ones, about
};

// By cap, scope and window; each of them once.
void sort_standings(std::vector<cap_standing>& list);

}  // namespace stint
