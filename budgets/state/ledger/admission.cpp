// What the caps say of a hold, or of a larger one, before anything is changed. Tested by
// tests/budgets/state/ledger_test.cpp, elastic_test.cpp and tests/simulation.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "budgets/state/ledger/ledger.hpp"

namespace stint {
namespace {

__extension__ using wide = __int128;

// Newcomers leave so much of what running streams may still ask for: one part in four. Where a hold
// covers 95 % of the outputs, one stream in twenty asks at all. With less than this, streams were
// cut near the end of a budget (tests/bench/run overshoot) because several asked at once.
constexpr std::int64_t reserved_share = 4;

// Of several caps that refuse, the one is named that waiting helps least.
[[nodiscard]] int severity(refusal_reason reason) noexcept {
  switch (reason) {
    case refusal_reason::budget_busy:
      return 1;
    case refusal_reason::budget_exceeded:
      return 2;
    case refusal_reason::request_too_large:
      return 3;
    case refusal_reason::storage_unavailable:
      return 4;
  }
  return 0;
}

[[nodiscard]] bool prompt_weighs_on(cap_unit unit) noexcept {
  return unit == cap_unit::tokens || unit == cap_unit::input_tokens || unit == cap_unit::usd;
}

// The most output with which the call takes no more than `room` of this unit; -1: not even none.
[[nodiscard]] std::int64_t most_output_within(const hold_request& request, cap_unit unit, wide room,
                                              std::int64_t output_max) {
  const amounts none = with_output(request, 0);
  const wide beyond_prompt = room - none.in(unit);
  if (beyond_prompt < 0) return -1;
  switch (unit) {
    case cap_unit::tokens:
    case cap_unit::output_tokens:
      return static_cast<std::int64_t>(std::min<wide>(beyond_prompt, output_max));
    case cap_unit::usd:
      // A room beyond 64 bits cannot be: it is at most a limit.
      return request.elastic->cost.most_within(nanodollars{static_cast<std::int64_t>(room)},
                                               output_max);
    case cap_unit::input_tokens:
    case cap_unit::requests:
      return output_max;
  }
  __builtin_unreachable();
}

[[nodiscard]] std::int64_t least_output(const hold_request& request) noexcept {
  return request.elastic ? std::min(request.elastic->least_tokens, request.worst.output_tokens)
                         : request.worst.output_tokens;
}

}  // namespace

void ledger::evaluate(const hold_request& request, evaluation& result) {
  result.bound = request.worst.output_tokens;
  for (std::size_t i = 0; i < caps_.size(); ++i) {
    const cap& rule = caps_[i].definition();
    if (!rule.selects(request.charged)) continue;
    candidate what;
    what.of = &caps_[i];
    what.scope = scope_view(request.charged, rule.per, scope_buffers_[i]);
    if (caps_[i].counts()) {
      what.at = caps_[i].find(what.scope);
      result.candidates.push_back(what);
    } else {
      weigh_alone(request, what, result);
    }
    if (request.room_share > 0 && !leaves_room(request, what)) {
      result.beyond_share = true;
      return;
    }
  }
  if (result.refused) return;
  // After the caps of single calls: what those leave of the bound is what must fit beside others.
  // Where one counter lowers it further, less has to fit into those looked at before.
  const auto warned_alone = static_cast<std::ptrdiff_t>(result.warned.size());
  std::int64_t weighed = 0;
  do {
    weighed = result.bound;
    result.refused.reset();
    result.warned.erase(result.warned.begin() + warned_alone, result.warned.end());
    for (const candidate& each : result.candidates)
      weigh_beside_others(request, each, result);
  } while (result.bound < weighed);
}

bool ledger::leaves_room(const hold_request& request, const candidate& what) const {
  const cap& rule = what.of->definition();
  const std::int64_t amount = with_output(request, request.worst.output_tokens).in(rule.unit);
  const std::int64_t posted = what.at != nullptr ? what.at->posted : 0;
  const std::int64_t held = what.at != nullptr ? what.at->held : 0;
  const wide room = static_cast<wide>(limit_of(what)) - posted - held;
  // A cap of the request window has no room to share: each call has it for itself.
  const bool shared = what.of->counts() && prompt_weighs_on(rule.unit);
  return amount <= room && (!shared || static_cast<wide>(amount) * request.room_share <= room);
}

std::int64_t ledger::limit_of(const candidate& what) const noexcept {
  return what.at != nullptr ? what.at->limit : what.of->limit_of(what.scope, last_seen_);
}

// A cap of the request window: nobody else takes part in it.
void ledger::weigh_alone(const hold_request& request, const candidate& what,
                         evaluation& result) const {
  const cap& rule = what.of->definition();
  if (with_output(request, result.bound).in(rule.unit) <= rule.limit) return;
  if (rule.mode == cap_mode::warn) {
    result.warned.push_back(rule.name);
    return;
  }
  const std::int64_t least = least_output(request);
  const std::int64_t least_amount = with_output(request, least).in(rule.unit);
  if (least_amount > rule.limit)
    return refuse(what, refusal_reason::request_too_large, least_amount, result);
  const auto fits = most_output_within(request, rule.unit, rule.limit, result.bound);
  result.bound = std::max(fits, least);
}

void ledger::weigh_beside_others(const hold_request& request, const candidate& what,
                                 evaluation& result) const {
  const cap& rule = what.of->definition();
  // A request that is held is spent: however its call ends, it was one.
  const bool comes_back = rule.unit != cap_unit::requests;
  const std::int64_t all_held = what.at != nullptr ? what.at->held : 0;
  const std::int64_t held = comes_back ? all_held : 0;
  const std::int64_t posted = (what.at != nullptr ? what.at->posted : 0) + all_held - held;
  const wide unspent = static_cast<wide>(limit_of(what)) - posted;
  const std::int64_t taken = held + (what.at != nullptr ? what.at->beyond / reserved_share : 0);
  const auto amount_of = [&](std::int64_t output) {
    return with_output(request, output).in(rule.unit);
  };
  const std::int64_t wanted = amount_of(wanted_output(request, result.bound));
  // What was spent before the cap was there is not known yet: it could be all.
  if (rule.mode == cap_mode::enforce && expects_history(what.of->number()))
    return refuse(what, refusal_reason::budget_busy, wanted, result);
  if (static_cast<wide>(taken) + wanted <= unspent) return;
  if (rule.mode == cap_mode::warn) {
    if (static_cast<wide>(held) + wanted > unspent) result.warned.push_back(rule.name);
    return;
  }
  const std::int64_t least = least_output(request);
  if (amount_of(least) > unspent)
    return refuse(what, refusal_reason::budget_exceeded, amount_of(least), result);
  if (held > 0) {
    const std::int64_t ample = request.elastic ? request.elastic->ample_tokens : 0;
    const bool enough = ample >= least && ample > 0 && ample < result.bound &&
                        static_cast<wide>(taken) + amount_of(ample) <= unspent;
    if (!enough) return refuse(what, refusal_reason::budget_busy, wanted, result);
    result.bound = ample;
    return;
  }
  const auto fits = most_output_within(request, rule.unit, unspent, result.bound);
  result.bound = std::max(fits, least);
  result.lowered = true;
}

void ledger::refuse(const candidate& what, refusal_reason reason, std::int64_t requested,
                    evaluation& result) const {
  if (result.refused && severity(result.refused->reason) >= severity(reason)) return;
  hold_refusal& why = result.refused.emplace();
  why.reason = reason;
  why.standing = standing_of(what);
  if (what.of->rolls()) why.standing.window.end = what.of->room_again(what.at, requested);
  why.requested = requested;
  if (reason == refusal_reason::budget_busy && what.at != nullptr)
    why.retry_after = time_to_next_release(*what.at);
}

// Holds end one after the other, evenly spread over the time that one lasts.
std::chrono::milliseconds ledger::time_to_next_release(const counter& at) const noexcept {
  return std::chrono::milliseconds{usual_hold_us_ / 1'000 / std::max(1U, at.holds)};
}

cap_standing ledger::standing_of(const candidate& what) const {
  if (what.at != nullptr) return what.of->standing_of(*what.at);
  counter none;
  none.scope = what.scope;
  none.window = what.of->current();
  none.limit = limit_of(what);
  return what.of->standing_of(none);
}

}  // namespace stint
