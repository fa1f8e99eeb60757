// Holding, and holding more or less of a running call. Tested by tests/budgets/state/ledger_test.cpp,
// elastic_test.cpp and tests/simulation.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "budgets/records/checked_sum.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "pricing/invariant.hpp"

namespace stint {
namespace {

__extension__ using wide = __int128;

// Of its answer.
[[nodiscard]] std::int64_t held_output(const active_hold& held) noexcept {
  return held.request.worst.output_tokens - held.request.side_output_tokens;
}

[[nodiscard]] bool not_negative(const amounts& of) noexcept {
  return of.input_tokens >= 0 && of.output_tokens >= 0 && of.cost >= nanodollars{} &&
         of.requests >= 0;
}

}  // namespace

admission ledger::hold(hold_request&& request) {
  invariant(not_negative(request.worst), "a hold of less than nothing");
  admission result;
  if (const auto found = holds_.find(request.id); found != holds_.end()) {
    result.output_tokens = found->second->output_bound_tokens;
    result.held_output_tokens = held_output(*found->second);
    result.tightest = tightest_of(found->second->touches);
    return result;
  }
  if (resolved_.contains(request.id)) {
    // Its one row is written; a second call under the id could not be recorded.
    result.refused.emplace().reason = refusal_reason::storage_unavailable;
    return result;
  }
  evaluation decided;
  request.admitted = advance(request.admitted);
  evaluate(request, decided);
  result.beyond_share = decided.beyond_share;
  if (decided.beyond_share) return result;
  result.refused = std::move(decided.refused);
  if (result.refused) return result;
  result.warned = std::move(decided.warned);
  const active_hold& held = occupy(std::move(request), decided);
  result.output_tokens = held.output_bound_tokens;
  result.held_output_tokens = held_output(held);
  result.tightest = tightest_of(held.touches);
  return result;
}

std::optional<hold_refusal> ledger::find_hopeless(hold_request& request) {
  evaluation decided;
  request.admitted = advance(request.admitted);
  evaluate(request, decided);
  if (!decided.refused || decided.refused->reason == refusal_reason::budget_busy) return {};
  return std::move(decided.refused);
}

const active_hold& ledger::occupy(hold_request&& request, const evaluation& decided) {
  auto held = std::make_unique<active_hold>();
  held->epoch = epoch_;
  held->output_bound_tokens = decided.bound;
  const bool in_parts = request.elastic && !decided.lowered;
  const std::int64_t output =
      in_parts ? std::min(request.elastic->first_tokens, decided.bound) : decided.bound;
  const amounts taken = with_output(request, output);
  const amounts ample = with_output(request, wanted_output(request, decided.bound));
  for (const auto& each : decided.candidates) {
    const cap_unit unit = each.of->definition().unit;
    touch what;
    what.at = each.at != nullptr ? each.at : &each.of->find_or_open(each.scope);
    what.start = each.of->start_of_calls(*what.at);
    what.amount = taken.in(unit);
    what.reach = in_parts ? ample.in(unit) : what.amount;
    each.of->hold(*what.at, what.start, what.amount);
    what.at->beyond = checked_sum(what.at->beyond, what.beyond());
    held->touches.push_back(what);
  }
  held->request = std::move(request);
  held->request.worst = taken;
  if (!held->request.elastic) held->request.side_output_tokens = 0;
  held->request.elastic.reset();
  mark_changed(*held);
  const call_id id = held->request.id;
  return *holds_.emplace(id, std::move(held)).first->second;
}

extension ledger::extend(const hold_extension& what) {
  invariant(not_negative(what.to), "a hold extended to less than nothing");
  extension result;
  const auto found = holds_.find(what.id);
  if (found == holds_.end()) return result;  // settled while this was on its way
  active_hold& held = *found->second;
  note_progress({.id = what.id, .known = what.known, .known_cost = what.known_cost});
  evaluation decided;
  const std::int64_t output = what.to.output_tokens - held.request.side_output_tokens;
  const bool past_bound = output > held.output_bound_tokens;
  if (past_bound && (!what.past_bound || !may_take_alone(held, what.to))) {
    result.refused.emplace().reason = refusal_reason::request_too_large;
    return result;
  }
  for (const touch& each : held.touches)
    weigh_growth(each, what.to, decided);
  result.refused = std::move(decided.refused);
  if (result.refused) return result;
  for (touch& each : held.touches) {
    const std::int64_t amount = what.to.in(caps_[each.at->cap_index].definition().unit);
    caps_[each.at->cap_index].change_held(*each.at, each.start, amount - each.amount);
    if (amount < each.amount) mark_changed(*each.at);
    each.at->beyond -= each.beyond();
    each.amount = amount;
    each.at->beyond += each.beyond();
  }
  held.request.worst = what.to;
  held.output_bound_tokens = std::max(held.output_bound_tokens, output);
  result.granted = true;
  return result;
}

// What the caps of the request window say.
bool ledger::may_take_alone(const active_hold& held, const amounts& to) const {
  return std::ranges::none_of(caps_, [&](const cap_counters& each) {
    const cap& rule = each.definition();
    return !each.counts() && rule.mode == cap_mode::enforce && rule.selects(held.request.charged) &&
           to.in(rule.unit) > rule.limit;
  });
}

void ledger::weigh_growth(const touch& what, const amounts& to, evaluation& result) {
  cap_counters& of = caps_[what.at->cap_index];
  const cap& rule = of.definition();
  const std::int64_t amount = to.in(rule.unit);
  const auto beside = of.beside(*what.at, what.start);
  const wide unspent = static_cast<wide>(what.at->limit) - beside.posted;
  const wide others = static_cast<wide>(beside.held) - what.amount;
  if (amount <= what.amount || rule.mode == cap_mode::warn || others + amount <= unspent) return;
  candidate at;
  at.of = &of;
  at.at = what.at;
  at.scope = what.at->scope;
  const bool busy = amount <= unspent;
  refuse(at, busy ? refusal_reason::budget_busy : refusal_reason::budget_exceeded, amount, result);
}

}  // namespace stint
