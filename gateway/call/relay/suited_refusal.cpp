// Tested by tests/gateway/call/relay/suited_refusal_test.cpp.
#include "gateway/call/relay/suited_refusal.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "gateway/call/request/known_client.hpp"

namespace stint {

void suit_client(const request_head& head, wall_time now, problem& why) {
  if (why.kind != problem_kind::budget_exceeded || !why.refusal || why.status != 429) return;
  const auto named = head.find("user-agent");
  if (!named) return;
  why.asked_by = habit_of(*named);
  // As OpenAI and Anthropic answer who has no money left; neither sends it again.
  if (why.asked_by == client_habit::retries_429) why.status = 402;
  const auto& end = why.refusal->standing.window.end;
  // It shows when the limit ends, and does not wait for it.
  if (why.asked_by == client_habit::claude_code && end && *end > now) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(*end - now);
    why.retry_after_s = static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000'000));
  }
}

}  // namespace stint
