// Sums of counts that are money to somebody. Overflow ends the process, as in pricing/money.hpp: a
// crash is better than a wrong figure. Pure.
#pragma once

#include <cstdint>

#include "pricing/invariant.hpp"

namespace stint {

[[nodiscard]] inline std::int64_t checked_sum(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  const bool overflow = __builtin_add_overflow(a, b, &sum);
  invariant(!overflow, "a sum of counts overflowed");
  return sum;
}

}  // namespace stint
