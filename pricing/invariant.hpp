// A condition that only a defect of our own can break. It ends the process in every build, unlike
// assert: a ledger fed from a broken invariant is worse than a restart. Never for input.
// Thread-safe.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace stint {

inline void invariant(bool holds, const char* what) noexcept {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "stint: broken invariant: %s\n", what);
  std::abort();
}

}  // namespace stint
