// The caps of the crash test, the same for the process that is killed and the one that looks at
// what it left.
#pragma once

#include <vector>

#include "budgets/records/cap.hpp"

namespace stint::testing {

[[nodiscard]] inline std::vector<cap> crash_caps() {
  constexpr std::int64_t never_reached = 1'000'000'000'000'000;
  cap all;
  all.name = "all";
  all.window.kind = window_kind::forever;
  all.limit = never_reached;
  cap split = all;
  split.name = "tenant";
  split.per = {dimension::tenant};
  split.unit = cap_unit::tokens;
  cap minute = all;
  minute.name = "minute";
  minute.window.kind = window_kind::minute;
  minute.unit = cap_unit::requests;
  return {all, split, minute};
}

}  // namespace stint::testing
