// Tested by tests/gateway/call/hold/refusal_test.cpp.
#include "gateway/call/hold/refusal.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace stint {

namespace {
// Retry-After helps only when the wait is short; beyond this an honest client had better give up.
constexpr std::chrono::seconds worth_waiting{120};
// Storage that fails is tried again as often as this by ourselves.
constexpr int storage_retry_s = 1;

int whole_seconds(std::chrono::milliseconds wait) {
  return static_cast<int>(
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count(), 1));
}
}  // namespace

problem refused_by_cap(const hold_refusal& refusal, int status, wall_time now) {
  problem why;
  if (refusal.reason == refusal_reason::storage_unavailable) {
    why = make_problem(problem_kind::storage_unavailable, {});
    why.retry_after_s = storage_retry_s;
  } else if (refusal.reason == refusal_reason::budget_busy) {
    why = make_problem(problem_kind::budget_busy, {});
    why.retry_after_s = whole_seconds(refusal.retry_after);
  } else {
    why = make_problem(problem_kind::budget_exceeded, {});
    why.status = status;
    const auto& end = refusal.standing.window.end;
    // What is larger than the whole cap fits no later window either.
    const bool may_fit = refusal.requested <= refusal.standing.limit;
    if (may_fit && end && *end > now && *end - now <= worth_waiting) {
      why.retry_after_s =
          static_cast<int>(std::chrono::ceil<std::chrono::seconds>(*end - now).count());
    }
  }
  why.refusal = refusal;
  return why;
}

std::optional<problem> refuse_unpriced(const std::vector<cap>& caps, const attribution& charged,
                                       const examined_call& call) {
  if (call.rates != nullptr && call.other_without_rates.empty()) return std::nullopt;
  const std::string& model = call.rates == nullptr ? call.model : call.other_without_rates;
  for (const cap& each : caps) {
    if (each.unit != cap_unit::usd || each.mode != cap_mode::enforce || !each.selects(charged))
      continue;
    return make_problem(
        problem_kind::unpriced_model,
        "the model '" + model.substr(0, 200) + "' has no price, so the money cap '" + each.name +
            "' cannot be kept; add it to the price file, or set unknown_model: ceiling",
        "model");
  }
  return std::nullopt;
}

}  // namespace stint
