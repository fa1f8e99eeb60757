// Tested by tests/budgets/state/cap_counters_test.cpp.
#include "budgets/state/counters/cap_counters.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "budgets/records/alert.hpp"

namespace stint {

void counter::add_unknown(std::int64_t by) {
  if (rolling != nullptr) return;
  if (!past) past = std::make_unique<counter_past>();
  past->unknown = std::max<std::int64_t>(past->unknown + by, 0);
}

const window& cap_counters::advance(wall_time at) {
  now_ = at;
  if (opened_ && (!current_.end || at < *current_.end)) return current_;
  if (opened_ && !rolls() && !open_.empty()) {
    auto& closed = closed_.emplace_back();
    closed.start = current_.start;
    closed.counters = std::move(open_);
    closed.next = closed.counters.begin();
    open_ = scope_map{};
  }
  current_ = window_at(definition_.window, at);
  opened_ = true;
  return current_;
}

counter* cap_counters::find(std::string_view scope) const noexcept {
  const auto found = open_.find(scope);
  if (found == open_.end()) return nullptr;
  catch_up(*found->second);
  return found->second.get();
}

counter& cap_counters::find_or_open(std::string_view scope) {
  if (counter* found = find(scope)) return *found;
  return insert(open_, scope, current_);
}

counter& cap_counters::insert(scope_map& into, std::string_view scope, const window& within) {
  auto made = std::make_unique<counter>();
  made->cap_index = index_;
  made->cap_number = number_;
  made->scope = scope;
  made->window = within;
  if (rolls()) made->rolling = std::make_unique<rolling_buckets>(definition_.window.length);
  made->limit = limit_of(scope, now_);
  made->next_alert_at = next_alert_position(definition_.alert_percent, made->limit, 0);
  made->position = static_cast<std::uint32_t>(all_.size());
  all_.push_back(made.get());
  const std::string_view key = made->scope;
  return *into.emplace(key, std::move(made)).first->second;
}

counter& cap_counters::restore(const stored& from) {
  if (rolls()) return restore_bucket(from);
  counter* at = find_at(from.start, from.scope);
  if (at == nullptr && from.start == current_.start) at = &insert(open_, from.scope, current_);
  if (at == nullptr) {
    auto closed = std::ranges::find(closed_, from.start, &closed_window::start);
    if (closed == closed_.end()) {
      closed = closed_.emplace(closed_.end());
      closed->start = from.start;
    }
    at = &insert(closed->counters, from.scope, window_at(definition_.window, from.start));
    closed->next = closed->counters.begin();
  }
  at->posted = from.posted - from.forgiven;
  if (from.forgiven != 0) {
    if (!at->past) at->past = std::make_unique<counter_past>();
    at->past->forgiven = from.forgiven;
  }
  if (from.unknown > 0) at->add_unknown(from.unknown - at->unknown());
  restore_fired(*at, from);
  return *at;
}

counter* cap_counters::find_at(wall_time start, std::string_view scope) const noexcept {
  if (rolls()) {
    counter* at = find(scope);
    return at != nullptr && at->rolling->find(start) != nullptr ? at : nullptr;
  }
  if (start == current_.start) return find(scope);
  const auto closed = std::ranges::find(closed_, start, &closed_window::start);
  if (closed == closed_.end()) return nullptr;
  const auto found = closed->counters.find(scope);
  return found == closed->counters.end() ? nullptr : found->second.get();
}

void cap_counters::written_and_kept(counter& at) noexcept {
  at.changed = false;
  if (at.rolling != nullptr) at.rolling->written();
}

void cap_counters::written(counter& at) {
  written_and_kept(at);
  if (at.holds == 0) release(at);
}

void cap_counters::release(counter& unused) {
  if (rolls()) return release_rolling(unused);
  if (unused.window.start == current_.start) return;
  const auto closed = std::ranges::find(closed_, unused.window.start, &closed_window::start);
  if (closed == closed_.end()) return;
  erase(*closed, closed->counters.find(std::string_view(unused.scope)));
  if (closed->counters.empty()) closed_.erase(closed);
}

void cap_counters::erase(closed_window& from, scope_map::iterator at) {
  // Erasing leaves the other iterators of this map valid: nothing is inserted into a closed window
  // while it is swept.
  if (at == from.next) ++from.next;
  leave_order(*at->second);
  from.counters.erase(at);
}

void cap_counters::sweep(std::size_t& budget) {
  sweep_rolling(budget);
  for (auto closed = closed_.begin(); closed != closed_.end() && budget != 0;) {
    while (closed->next != closed->counters.end() && budget != 0) {
      --budget;
      const auto at = closed->next++;
      if (at->second->holds != 0 || at->second->changed) continue;
      leave_order(*at->second);
      closed->counters.erase(at);
    }
    closed = closed->counters.empty() ? closed_.erase(closed) : std::next(closed);
  }
}

cap_standing cap_counters::standing_of(const counter& of) const {
  return {.cap = definition_.name,
          .scope = of.scope,
          .unit = definition_.unit,
          .mode = definition_.mode,
          .window = of.window,
          .limit = of.limit,
          .used = of.posted,
          .held = of.held,
          .threshold_reached = of.threshold,
          .rolling = definition_.window.length,
          .configured_limit = definition_.limit,
          .forgiven = of.forgiven(),
          .unknown = of.unknown(),
          .incomplete = is_incomplete(of.window),
          .yields_place = definition_.yields_place};
}

// The last one takes its place: a walk from the last to the first has that one behind it already, or
// meets it again.
void cap_counters::leave_order(const counter& at) noexcept {
  all_[at.position] = all_.back();
  all_[at.position]->position = at.position;
  all_.pop_back();
}

}  // namespace stint
