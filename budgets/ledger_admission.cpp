// What the caps say of a hold before anything is changed. Tested by tests/budgets/ledger_test.cpp
// and tests/simulation/ledger_simulation.cpp.
#include "budgets/ledger.hpp"

namespace stint {
namespace {

__extension__ using wide = __int128;

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

}  // namespace

void ledger::evaluate(const hold_request& request, evaluation& result) {
  for (std::size_t i = 0; i < caps_.size(); ++i) {
    const cap& rule = caps_[i].definition();
    if (!rule.selects(request.charged)) continue;
    candidate what;
    what.of = &caps_[i];
    what.scope = scope_view(request.charged, rule.per, scope_buffers_[i]);
    what.amount = request.worst.in(rule.unit);
    if (caps_[i].counts()) {
      what.at = caps_[i].find(what.scope);
      result.candidates.push_back(what);
    }
    if (request.room_share > 0 && !leaves_room(what, request.room_share)) {
      result.beyond_share = true;
      return;
    }
    weigh(what, result);
  }
}

bool ledger::leaves_room(const candidate& what, std::int64_t share) {
  const cap& rule = what.of->definition();
  const std::int64_t posted = what.at != nullptr ? what.at->posted : 0;
  const std::int64_t held = what.at != nullptr ? what.at->held : 0;
  const wide room = static_cast<wide>(rule.limit) - posted - held;
  // A cap of the request window has no room to share: each call has it for itself.
  const bool shared = what.of->counts() && prompt_weighs_on(rule.unit);
  return what.amount <= room && (!shared || static_cast<wide>(what.amount) * share <= room);
}

void ledger::weigh(const candidate& what, evaluation& result) const {
  const cap& rule = what.of->definition();
  const std::int64_t posted = what.at != nullptr ? what.at->posted : 0;
  const std::int64_t held = what.at != nullptr ? what.at->held : 0;
  if (static_cast<wide>(posted) + held + what.amount <= rule.limit) return;
  if (rule.mode == cap_mode::warn) {
    result.warned.push_back(rule.name);
    return;
  }
  refusal_reason reason = refusal_reason::budget_busy;
  if (!what.of->counts()) {
    reason = refusal_reason::request_too_large;
  } else if (static_cast<wide>(posted) + what.amount > rule.limit) {
    reason = refusal_reason::budget_exceeded;
  }
  if (result.refused && severity(result.refused->reason) >= severity(reason)) return;
  result.refused =
      hold_refusal{.reason = reason, .standing = standing_of(what), .requested = what.amount};
}

cap_standing ledger::standing_of(const candidate& what) const {
  if (what.at != nullptr) return what.of->standing_of(*what.at);
  counter none;
  none.scope = what.scope;
  none.window = what.of->current();
  return what.of->standing_of(none);
}

}  // namespace stint
