// Usage of every kind for tests, each kind a power of two of its own: a sum tells which kinds are
// in it, and a kind that is added is in every test that uses this.
#pragma once

#include "pricing/usage.hpp"

namespace stint::testing {

[[nodiscard]] constexpr usage sample_usage() noexcept {
  usage used;
  std::int64_t count = 1;
  for (const usage_kind& kind : usage_kinds) {
    used.*kind.count = count;
    count *= 2;
  }
  return used;
}

}  // namespace stint::testing
