// How the ledger's caps change while calls run, and what follows when a limit does. Tested by
// tests/budgets/state/reconfigure_test.cpp and cap_history_test.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "budgets/records/alert.hpp"
#include "budgets/records/checked_sum.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "pricing/invariant.hpp"

namespace stint {

void ledger::fire_alerts(counter& at) {
  if (at.posted < at.next_alert_at) return;
  const cap& rule = caps_[at.cap_index].definition();
  for (const int percent : rule.alert_percent) {
    if (percent <= at.threshold) continue;
    if (at.posted < alert_position(at.limit, percent)) break;
    at.threshold = percent;
    changes_.alerts.push_back({.cap = rule.name,
                               .scope = at.scope,
                               .window = at.window,
                               .percent = percent,
                               .used = at.posted,
                               .limit = at.limit});
  }
  at.next_alert_at = next_alert_position(rule.alert_percent, at.limit, at.threshold);
  caps_[at.cap_index].keep_threshold(at);
  mark_changed(at);
}

// Opens every window that contains last_seen_, ends the raises that ended by then, and notes when
// to look again.
void ledger::move_windows() {
  next_window_ = wall_time::max();
  for (auto& each : caps_) {
    const window& open = each.advance(last_seen_);
    if (open.end) next_window_ = std::min(next_window_, *open.end);
  }
  const auto ended = std::erase_if(
      raises_, [this](const adjustment& each) { return each.until && *each.until <= last_seen_; });
  for (const adjustment& each : raises_) {
    if (each.until) next_window_ = std::min(next_window_, *each.until);
  }
  if (ended == 0) return;
  for (auto& each : caps_) {
    if (each.raises().empty()) continue;
    tell_raises(each);
    aim_all(each);
  }
}

void ledger::tell_raises(cap_counters& of) {
  std::vector<adjustment> raises;
  std::ranges::copy_if(raises_, std::back_inserter(raises),
                       [&](const adjustment& each) { return each.cap_number == of.number(); });
  of.set_raises(std::move(raises));
}

// Puts the limits in force that hold now. Where a lower one makes a counter fuller, its alerts fire
// at once.
void ledger::aim_all(cap_counters& of) {
  of.each_open([&](counter& at) {
    if (of.aim(at, of.limit_of(at.scope, last_seen_))) mark_changed(at);
    fire_alerts(at);
  });
}

cap_counters* ledger::find_cap(std::uint32_t number) noexcept {
  const auto found = std::ranges::find(caps_, number, &cap_counters::number);
  return found == caps_.end() ? nullptr : &*found;
}

void ledger::reconfigure(std::vector<numbered_cap> list, std::uint32_t epoch) {
  invariant(changes_.empty(), "caps changed in the middle of a group");
  drop_touches_of_others(list);
  std::vector<cap_counters> next;
  next.reserve(list.size());
  std::vector<std::uint32_t> fresh;
  for (auto& each : list) {
    const auto index = static_cast<std::uint32_t>(next.size());
    if (cap_counters* kept = find_cap(each.number); kept != nullptr && !each.fresh) {
      next.push_back(std::move(*kept));
      next.back().redefine(std::move(each.definition), index);
    } else {
      next.emplace_back(std::move(each.definition), index, each.number);
      if (each.fresh) fresh.push_back(each.number);
    }
    next.back().set_incomplete(each.incomplete);
  }
  caps_ = std::move(next);
  epoch_ = epoch;
  scope_buffers_.resize(caps_.size());
  move_windows();
  for (auto& each : caps_) {
    tell_raises(each);
    aim_all(each);
  }
  expect_history(fresh);
  for (const auto& [id, held] : holds_) {
    for (const std::uint32_t number : fresh)
      attach(*held, *find_cap(number));
  }
}

// The counters of a cap that is not in the list go with it; on disk they stay as they are.
void ledger::drop_touches_of_others(const std::vector<numbered_cap>& list) {
  std::vector<bool> goes(caps_.size());
  for (std::size_t i = 0; i < caps_.size(); ++i) {
    const auto at = std::ranges::find(list, caps_[i].number(), &numbered_cap::number);
    goes[i] = at == list.end() || at->fresh;
  }
  if (std::ranges::find(goes, true) == goes.end()) return;
  for (auto& [id, held] : holds_) {
    auto& touches = held->touches;
    touches.erase(std::remove_if(touches.begin(), touches.end(),
                                 [&](const touch& each) { return goes[each.at->cap_index]; }),
                  touches.end());
  }
}

// A running call is held against a cap that is new to it, if the cap's open window admitted it.
void ledger::attach(active_hold& held, cap_counters& to) {
  const hold_request& request = held.request;
  const cap& rule = to.definition();
  if (request.admitted < to.current().start || !rule.selects(request.charged)) return;
  for (const touch& each : held.touches) {
    if (each.at->cap_number == to.number()) return;
  }
  counter& at = to.find_or_open(scope_of(request.charged, rule.per));
  const wall_time start =
      to.rolls() ? counter_start(rule.window, request.admitted) : to.start_of_calls(at);
  const std::int64_t amount = request.worst.in(rule.unit);
  to.hold(at, start, amount);
  held.touches.push_back({.at = &at, .start = start, .amount = amount});
  mark_changed(held);
}

void ledger::expect_history(const std::vector<std::uint32_t>& cap_numbers) {
  expecting_ = cap_numbers;
}

bool ledger::expects_history(std::uint32_t cap_number) const noexcept {
  return std::ranges::find(expecting_, cap_number) != expecting_.end();
}

// What was settled since the history was read is in the counter already.
void ledger::add_history(std::uint32_t cap_number, cap_counters::stored from) {
  cap_counters* of = find_cap(cap_number);
  if (of == nullptr) return;
  if (of->rolls()) {
    counter& at = of->find_or_open(from.scope);
    if (from.limit == at.limit) at.threshold = std::max(at.threshold, from.threshold);
    post(at, from.start, from.posted);
    return;
  }
  from.forgiven = forgiven_of(cap_number, from);
  int fired = 0;
  if (const counter* begun = of->find_at(from.start, from.scope)) {
    from.posted = checked_sum(from.posted, begun->posted);
    if (!from.limit || *from.limit == begun->limit) fired = begun->threshold;
  }
  from.threshold = std::max(from.threshold, fired);
  counter& at = of->restore(from);
  mark_changed(at);
  if (from.start == of->current().start) fire_alerts(at);
}

void ledger::end_history(std::uint32_t cap_number, std::optional<wall_time> incomplete) {
  std::erase(expecting_, cap_number);
  if (cap_counters* of = find_cap(cap_number)) of->set_incomplete(incomplete);
}

counter& ledger::restore_counter(std::uint32_t cap_index, cap_counters::stored from) {
  cap_counters& of = caps_[cap_index];
  from.forgiven = forgiven_of(of.number(), from);
  counter& at = of.restore(from);
  if (at.threshold != from.threshold) mark_changed(at);  // another limit armed its alerts again
  if (from.start == of.current().start) fire_alerts(at);
  return at;
}

}  // namespace stint
