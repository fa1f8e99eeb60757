// Who is let in, and with how much: the rules of hold_request, elastic_output and hold_extension
// once more, by trying one token less until it fits.
#include <algorithm>

#include "budgets/records/hold.hpp"
#include "simulation/ledger_auditor.hpp"

namespace stint::testing {
namespace {

[[nodiscard]] int rank(refusal_reason of) {
  return of == refusal_reason::request_too_large ? 2
         : of == refusal_reason::budget_exceeded ? 1
                                                 : 0;
}

void refuse(const std::string& cap, refusal_reason why, ledger_auditor::verdict& so_far) {
  if (so_far.refused && rank(*so_far.refused) >= rank(why)) return;
  so_far.refused = why;
  so_far.refusing_cap = cap;
}

[[nodiscard]] amounts taken_with(const hold_request& request, std::int64_t output) {
  amounts taken = request.worst;
  if (!request.elastic) return taken;
  if (output != taken.output_tokens) taken.cost = request.elastic->cost.at(output);
  taken.output_tokens = output + request.side_output_tokens;
  return taken;
}

// A stream that is held in parts wants room for what it hardly ever passes, any other its bound.
[[nodiscard]] std::int64_t wanted_of(const hold_request& request, std::int64_t bound) {
  if (!request.elastic || request.elastic->ample_tokens <= 0) return bound;
  const elastic_output& output = *request.elastic;
  if (output.first_tokens >= bound) return bound;
  return std::min(bound, std::max(output.ample_tokens, output.first_tokens));
}

[[nodiscard]] std::int64_t least_of(const hold_request& request) {
  const std::int64_t bound = request.worst.output_tokens;
  return request.elastic ? std::min(request.elastic->least_tokens, bound) : bound;
}

}  // namespace

std::vector<ledger_auditor::hurdle> ledger_auditor::hurdles_of(const hold_request& request) const {
  std::vector<hurdle> result;
  for (const cap& rule : caps_) {
    if (!selected(rule, request.charged)) continue;
    const auto name = name_of(rule, request.charged, time_);
    const auto found = balances_.find(name);
    result.push_back({.rule = &rule,
                      .counter = name,
                      .now = found == balances_.end() ? balance{} : found->second,
                      .reserve = reserve_of(name)});
  }
  return result;
}

std::set<ledger_auditor::counter_name> ledger_auditor::contested(
    const hold_request& request) const {
  std::set<counter_name> names;
  for (const hurdle& each : hurdles_of(request)) {
    if (each.rule->window.kind != window_kind::request && each.rule->mode == cap_mode::enforce)
      names.insert(each.counter);
  }
  return names;
}

// A call that asked to leave room for others does not.
bool ledger_auditor::crowds(const hurdle& at, const hold_request& request) {
  const bool alone = at.rule->window.kind == window_kind::request;
  const std::int64_t left = at.rule->limit - (alone ? 0 : at.now.posted + at.now.held);
  const std::int64_t wanted = measured(*at.rule, taken_with(request, request.worst.output_tokens));
  if (wanted > left) return true;
  if (alone || at.rule->unit == cap_unit::requests || at.rule->unit == cap_unit::output_tokens)
    return false;
  return wanted * request.room_share > left;
}

// A cap of single calls lowers the bound to what it allows.
void ledger_auditor::judge_alone(const hurdle& at, const hold_request& request, verdict& so_far) {
  const auto fits = [&](std::int64_t output) {
    return measured(*at.rule, taken_with(request, output)) <= at.rule->limit;
  };
  if (fits(so_far.output_bound) || at.rule->mode == cap_mode::warn) return;
  const std::int64_t least = least_of(request);
  if (!fits(least)) return refuse(at.rule->name, refusal_reason::request_too_large, so_far);
  while (!fits(so_far.output_bound) && so_far.output_bound > least)
    --so_far.output_bound;
}

// What newcomers leave alone: a quarter of what the calls in flight may ask for beyond their holds.
std::int64_t ledger_auditor::reserve_of(const counter_name& counter) const {
  std::int64_t asked = 0;
  for (const auto& [id, call] : holds_) {
    for (const occupied& each : call.counters) {
      if (each.counter == counter) asked += std::max<std::int64_t>(each.reach - each.amount, 0);
    }
  }
  return asked / 4;
}

// True when the bound was lowered to all that is left.
bool ledger_auditor::judge_beside(const hurdle& at, const hold_request& request, verdict& so_far) {
  // However a call ends that was held, it was one request: nothing comes back.
  const bool comes_back = at.rule->unit != cap_unit::requests;
  const std::int64_t held = comes_back ? at.now.held : 0;
  const std::int64_t unspent = at.rule->limit - at.now.posted - (at.now.held - held);
  const auto fits = [&](std::int64_t output, std::int64_t room) {
    return measured(*at.rule, taken_with(request, output)) <= room;
  };
  const std::int64_t bound = so_far.output_bound;
  const std::int64_t least = least_of(request);
  const std::int64_t ample = request.elastic ? request.elastic->ample_tokens : 0;
  const std::int64_t wanted = wanted_of(request, bound);
  const std::int64_t room = unspent - held - at.reserve;
  if (fits(wanted, room) || at.rule->mode == cap_mode::warn) return false;
  if (!fits(least, unspent)) {
    refuse(at.rule->name, refusal_reason::budget_exceeded, so_far);
    return false;
  }
  if (held > 0) {
    if (ample > 0 && ample >= least && ample < bound && fits(ample, room)) {
      so_far.output_bound = ample;
    } else {
      refuse(at.rule->name, refusal_reason::budget_busy, so_far);
    }
    return false;
  }
  while (!fits(so_far.output_bound, unspent) && so_far.output_bound > least)
    --so_far.output_bound;
  return true;
}

ledger_auditor::verdict ledger_auditor::judge(const hold_request& request) const {
  verdict result;
  result.output_bound = request.worst.output_tokens;
  const auto hurdles = hurdles_of(request);
  for (const hurdle& each : hurdles) {
    if (each.rule->window.kind == window_kind::request) judge_alone(each, request, result);
    if (request.room_share > 0 && crowds(each, request)) {
      result.beyond_share = true;
      result.refused.reset();
      return result;
    }
  }
  if (result.refused) return result;
  std::int64_t before = 0;
  // A bound that one counter lowered may fit where the first one did not.
  do {
    before = result.output_bound;
    result.refused.reset();
    for (const hurdle& each : hurdles) {
      if (each.rule->window.kind != window_kind::request)
        result.whole |= judge_beside(each, request, result);
    }
  } while (result.output_bound < before);
  const std::int64_t first =
      request.elastic && !result.whole ? request.elastic->first_tokens : result.output_bound;
  result.output_held = std::min(first, result.output_bound);
  return result;
}

ledger_auditor::verdict ledger_auditor::hold(const hold_request& request) {
  if (const auto found = holds_.find(request.id); found != holds_.end()) {
    verdict known;
    known.output_bound = found->second.output_bound;
    known.output_held =
        found->second.taken.output_tokens - found->second.request.side_output_tokens;
    return known;
  }
  time_ = std::max(time_, request.admitted);
  const verdict result = judge(request);
  if (result.refused || result.beyond_share) return result;
  pending_call call{.request = request,
                    .output_bound = result.output_bound,
                    .taken = taken_with(request, result.output_held),
                    .counters = {}};
  for (const hurdle& each : hurdles_of(request)) {
    if (each.rule->window.kind == window_kind::request) continue;
    const std::int64_t amount = measured(*each.rule, call.taken);
    balances_[each.counter].held += amount;
    const std::int64_t wanted =
        measured(*each.rule, taken_with(request, wanted_of(request, result.output_bound)));
    call.counters.push_back(
        {.counter = each.counter, .amount = amount, .reach = result.whole ? amount : wanted});
  }
  holds_.emplace(request.id, std::move(call));
  return result;
}

ledger_auditor::verdict ledger_auditor::extend(const hold_extension& what) {
  verdict result;
  const auto found = holds_.find(what.id);
  if (found == holds_.end()) return result;
  note({.id = what.id, .known = what.known, .known_cost = what.known_cost});
  pending_call& call = found->second;
  if (what.to.output_tokens - call.request.side_output_tokens > call.output_bound) {
    result.refused = refusal_reason::request_too_large;
    return result;
  }
  for (const occupied& each : call.counters) {
    const cap& rule = *find_cap(each.counter.cap);
    const balance& now = balances_[each.counter];
    const std::int64_t amount = measured(rule, what.to);
    if (rule.mode == cap_mode::warn || amount <= each.amount) continue;
    if (now.posted + amount > rule.limit) {
      refuse(rule.name, refusal_reason::budget_exceeded, result);
    } else if (now.posted + now.held - each.amount + amount > rule.limit) {
      refuse(rule.name, refusal_reason::budget_busy, result);
    }
  }
  if (result.refused) return result;
  for (occupied& each : call.counters) {
    const std::int64_t amount = measured(*find_cap(each.counter.cap), what.to);
    balances_[each.counter].held += amount - each.amount;
    each.amount = amount;
  }
  call.taken = what.to;
  return result;
}

}  // namespace stint::testing
