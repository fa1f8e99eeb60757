// Tested by tests/pricing/usage_test.cpp.
#include "pricing/usage.hpp"

namespace stint {

usage difference(const usage& from, const usage& to) noexcept {
  usage by;
  for (const usage_kind& kind : usage_kinds)
    by.*kind.count = to.*kind.count - from.*kind.count;
  return by;
}

bool plausible(const usage& used) noexcept {
  for (const usage_kind& kind : usage_kinds) {
    const std::int64_t count = used.*kind.count;
    if (count < 0 || count > usage_count_max) return false;
  }
  return used.reasoning_tokens <= used.output_tokens;
}

}  // namespace stint
