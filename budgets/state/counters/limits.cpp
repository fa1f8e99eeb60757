// The limit that is in force for a counter, and what its alerts make of it. Tested by
// tests/budgets/state/cap_counters_test.cpp and adjust_test.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "budgets/state/counters/cap_counters.hpp"

namespace stint {
namespace {

// Limits that a counter remembers having had while alerts fired: more changes within one window are
// not told apart, and the oldest is forgotten.
constexpr std::size_t fired_before_max = 8;

// Of the counter at this limit, now forgotten.
[[nodiscard]] int take_fired(counter& at, std::int64_t limit) {
  if (!at.past) return 0;
  auto& before = at.past->fired_before;
  const auto found = std::ranges::find(before, limit, &fired_at::limit);
  if (found == before.end()) return 0;
  const int percent = found->percent;
  before.erase(found);
  return percent;
}

void keep_fired(counter& at) {
  if (at.threshold == 0) return;
  if (!at.past) at.past = std::make_unique<counter_past>();
  auto& before = at.past->fired_before;
  if (before.size() == fired_before_max) before.erase(before.begin());
  before.push_back({.limit = at.limit, .percent = at.threshold});
}

}  // namespace

void cap_counters::redefine(cap definition, std::uint32_t index) {
  definition_ = std::move(definition);
  if (std::exchange(index_, index) == index) return;
  each([index](counter& at) { at.cap_index = index; });
}

bool cap_counters::is_incomplete(const window& of) const noexcept {
  if (!incomplete_) return false;
  if (!rolls()) return of.start == *incomplete_;
  return of.start <= *incomplete_ + rolling_reach(definition_.window.length);
}

// The counter has its usage already.
void cap_counters::restore_fired(counter& at, const stored& from) const {
  const auto& percents = definition_.alert_percent;
  const std::int64_t limit = at.limit;
  at.threshold = from.threshold;
  if (!from.fired_before.empty()) {
    if (!at.past) at.past = std::make_unique<counter_past>();
    at.past->fired_before = from.fired_before;
  }
  if (from.limit) {
    at.limit = *from.limit;
  } else {
    // An older version did not say at which limit: what lies above the ratio now may fire again.
    at.threshold = std::min(at.threshold, percent_reached(percents, limit, at.posted));
  }
  const bool open = rolls() || from.start == current_.start;
  aim(at, open ? limit : at.limit);
}

std::int64_t cap_counters::limit_of(std::string_view scope, wall_time now) const noexcept {
  std::int64_t limit = definition_.limit;
  for (const adjustment& each : raises_) {
    if (each.until && *each.until <= now) continue;
    if (!each.every_scope && each.scope != scope) continue;
    if (__builtin_add_overflow(limit, each.amount, &limit)) {
      return std::numeric_limits<std::int64_t>::max();
    }
  }
  return limit;
}

bool cap_counters::aim(counter& at, std::int64_t limit) const {
  const int before = at.threshold;
  const auto& percents = definition_.alert_percent;
  const bool other = at.limit != limit;
  if (other) {
    const int fired = take_fired(at, limit);
    keep_fired(at);
    at.limit = limit;
    at.threshold = std::max(fired, std::min(before, percent_reached(percents, limit, at.posted)));
  }
  at.next_alert_at = next_alert_position(percents, limit, at.threshold);
  return other && (before != 0 || at.threshold != 0);
}

void cap_counters::repost(counter& at, wall_time start, std::int64_t by) {
  post(at, start, by);
  if (by >= 0) return;
  const auto& percents = definition_.alert_percent;
  at.threshold = std::min(at.threshold, percent_reached(percents, at.limit, at.posted));
  at.next_alert_at = next_alert_position(percents, at.limit, at.threshold);
}

void cap_counters::forgive(counter& at) const {
  if (!at.past) at.past = std::make_unique<counter_past>();
  at.past->forgiven += at.posted;
  at.past->fired_before.clear();
  at.past->unknown = 0;
  at.posted = 0;
  at.threshold = 0;
  at.next_alert_at = next_alert_position(definition_.alert_percent, at.limit, 0);
}

}  // namespace stint
