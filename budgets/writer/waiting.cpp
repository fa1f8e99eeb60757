// How the writer holds, and lets wait: the half of ledger_writer.hpp that serves the lines. Tested
// by tests/budgets/writer/waiting_test.cpp.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

#include "budgets/writer/ledger_writer.hpp"

namespace stint {
namespace {

// A window may end, or a limit be raised, without any call saying so.
constexpr std::chrono::milliseconds look_interval{250};

}  // namespace

ledger_writer::steady_time ledger_writer::next_upkeep() const noexcept {
  if (!listings_.empty()) return steady_time::min();
  if (line_.empty()) return next_upkeep_;
  return std::min({next_upkeep_, line_.next_deadline(), next_look_});
}

void ledger_writer::apply(hold_operation& what) {
  hold_refusal why;
  if (must_wait_behind(what, waiting_line::newest, why)) {
    admission busy;
    busy.refused = ledger_->find_hopeless(*what.request);
    if (busy.refused) {
      holds_.push_back(
          {.id = what.request->id, .answer = std::move(what.answer), .result = std::move(busy)});
      return;
    }
    if (may_wait(what, why)) return join_line(std::move(what), std::move(why));
    // An uncounted prompt asks only whether there is ample room: there is not.
    if (what.request->room_share > 0) {
      busy.beyond_share = true;
    } else {
      busy.refused = std::move(why);
    }
    holds_.push_back(
        {.id = what.request->id, .answer = std::move(what.answer), .result = std::move(busy)});
    return;
  }
  hold_now(what);
}

void ledger_writer::apply(abandon_operation& what) {
  auto left = line_.abandon(what.id);
  if (!left) return;
  const cap_standing at = left->why.standing;
  turn_away(std::move(*left), refusal_reason::budget_busy);
  serve_line(at.cap, at.scope);
}

void ledger_writer::hold_now(hold_operation& what) {
  const call_id id = what.request->id;
  what.request->admitted = clock_.bounded(what.request->admitted);
  const bool known = ledger_->holds(id);
  admission result = ledger_->hold(std::move(*what.request));
  const bool busy = result.refused && result.refused->reason == refusal_reason::budget_busy;
  if (busy && may_wait(what, *result.refused))
    return join_line(std::move(what), std::move(*result.refused));
  const bool made = !known && !result.refused && !result.beyond_share;
  holds_.push_back(
      {.id = id, .answer = std::move(what.answer), .result = std::move(result), .made_hold = made});
}

bool ledger_writer::may_wait(const hold_operation& what, const hold_refusal& why) const {
  const cap_standing& at = why.standing;
  return what.request->patience.count() > 0 && what.request->room_share == 0 && !line_.full() &&
         line_.length(at.cap, at.scope) < options_.waiting_per_scope_max &&
         !line_.holds(what.request->id);
}

// Whoever came first to a scope is served first, even where a later call is small enough to fit.
bool ledger_writer::must_wait_behind(const hold_operation& what, waiting_line::ticket mine,
                                     hold_refusal& why) {
  if (line_.empty() || ledger_->holds(what.request->id)) return false;
  return ledger_->any_scope_of(what.request->charged,
                               [&](std::string_view cap, std::string_view scope) {
                                 const auto first = line_.first(cap, scope);
                                 if (!first || *first >= mine) return false;
                                 why = line_.reason(*first);
                                 why.requested = what.request->worst.in(why.standing.unit);
                                 return true;
                               });
}

void ledger_writer::join_line(hold_operation&& what, hold_refusal why) {
  line_.join(std::move(what), std::move(why));
}

// After the group's own operations: what they gave back, and a window that began, may let calls in.
// The holds made here are written with the group.
void ledger_writer::serve_waiting() {
  if (line_.empty()) return;
  if (ledger_->changes().windows_moved || !cap_puts_.empty()) return serve_all_lines();
  // Serving adds to what has changed: an index, not an iterator.
  for (std::size_t i = 0; i < ledger_->changes().counters.size() && !line_.empty(); ++i) {
    const counter& at = *ledger_->changes().counters[i];
    serve_line(ledger_->caps()[at.cap_index].definition().name, at.scope);
  }
}

void ledger_writer::serve_all_lines() {
  for (const hold_refusal& each : line_.lines())
    serve_line(each.standing.cap, each.standing.scope);
}

void ledger_writer::serve_line(std::string_view cap, std::string_view scope) {
  while (const auto first = line_.first(cap, scope)) {
    hold_operation& what = line_.at(*first);
    const call_id id = what.request->id;
    // It joined this line, and an earlier call waits in another one that it needs room in as well.
    if (hold_refusal earlier; must_wait_behind(what, *first, earlier)) {
      line_.move(*first, std::move(earlier));
      continue;
    }
    // It belongs to the window in which it gets its hold.
    what.request->admitted = std::max(what.request->admitted, clock_.look());
    admission result = ledger_->hold(std::move(*what.request));
    if (result.refused && result.refused->reason == refusal_reason::budget_busy) {
      const bool same_line =
          result.refused->standing.cap == cap && result.refused->standing.scope == scope;
      line_.move(*first, std::move(*result.refused));
      if (same_line) return;
      continue;
    }
    const bool made = !result.refused;
    holds_.push_back({.id = id,
                      .answer = line_.take(*first).answer,
                      .result = std::move(result),
                      .made_hold = made});
  }
}

void ledger_writer::turn_away(waiting_line::departure&& left, refusal_reason reason) {
  admission result;
  result.refused = std::move(left.why);
  result.refused->reason = reason;
  left.what.answer(std::move(result));
}

void ledger_writer::end_waits(steady_time now) {
  for (auto& each : line_.expire(now)) {
    turn_away(std::move(each), refusal_reason::budget_busy);
    next_look_ = now;  // whoever is behind it may fit
  }
  if (line_.empty() || failed_ || now < next_look_) return;
  next_look_ = now + look_interval;
  serve_all_lines();
  // A window that began is written even where it let nobody in.
  if (!holds_.empty() || !ledger_->changes().empty()) finish_group();
}

void ledger_writer::end_waiting() {
  for (auto& each : line_.clear())
    turn_away(std::move(each), refusal_reason::budget_busy);
  list_standings(standings_walk::all);
  publish_counts();
}

}  // namespace stint
