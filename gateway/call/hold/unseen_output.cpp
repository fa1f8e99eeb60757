// Tested by tests/gateway/call/hold/unseen_output_test.cpp.
#include "gateway/call/hold/unseen_output.hpp"

#include <algorithm>

namespace stint {

std::int64_t most_generated(const unseen_output& of) noexcept {
  using std::chrono::milliseconds;
  if (!of.stops_at_hang_up) return std::max(of.seen_tokens, of.held_tokens);
  std::int64_t most = of.seen_tokens + of.ahead_tokens;
  if (of.hides_output) {
    // A week of the fastest model is far from the end of the numbers.
    constexpr milliseconds longest = std::chrono::hours{24 * 7};
    const auto since =
        std::clamp(std::chrono::ceil<milliseconds>(of.since_forwarded), milliseconds{0}, longest);
    most = (since.count() * of.tokens_per_second + 999) / 1'000;
  }
  return std::max(of.seen_tokens, std::min(most, of.held_tokens));
}

}  // namespace stint
