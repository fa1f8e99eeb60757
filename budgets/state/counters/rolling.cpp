// What a cap with a rolling window does differently, and what a calendar one does in its place.
// Tested by tests/budgets/state/cap_counters_test.cpp and rolling_test.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "budgets/records/alert.hpp"
#include "budgets/records/checked_sum.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/state/counters/cap_counters.hpp"
#include "pricing/invariant.hpp"

namespace stint {

wall_time cap_counters::start_of_calls(const counter& at) const noexcept {
  if (!rolls()) return at.window.start;
  return current_.start + rolling_reach(definition_.window.length);
}

bool cap_counters::counts_now(wall_time start) const noexcept {
  return start >= current_.start;
}

void cap_counters::hold(counter& at, wall_time start, std::int64_t amount) {
  ++at.holds;
  if (rolls()) ++bucket_of(at, start).holds;
  change_held(at, start, amount);
}

void cap_counters::give_back(counter& at, wall_time start, std::int64_t amount) {
  change_held(at, start, -amount);
  --at.holds;
  if (rolls()) --bucket_of(at, start).holds;
}

void cap_counters::change_held(counter& at, wall_time start, std::int64_t by) {
  if (rolls()) {
    catch_up(at);
    rolling_bucket& in = bucket_of(at, start);
    in.held = checked_sum(in.held, by);
    invariant(in.held >= 0, "a bucket holds less than nothing");
    if (!counts_now(start)) return;
  }
  at.held = checked_sum(at.held, by);
  invariant(at.held >= 0, "a counter holds less than nothing");
}

void cap_counters::post(counter& at, wall_time start, std::int64_t amount) {
  if (rolls()) {
    catch_up(at);
    rolling_bucket& in = bucket_of(at, start);
    in.posted = checked_sum(in.posted, amount);
    in.changed = true;
    if (!counts_now(start)) return;
  }
  at.posted = checked_sum(at.posted, amount);
}

rolling_buckets::sums cap_counters::beside(counter& at, wall_time start) {
  if (!rolls()) return {.posted = at.posted, .held = at.held};
  catch_up(at);
  return at.rolling->most_crowded_with(start, start_of_calls(at));
}

std::optional<wall_time> cap_counters::room_again(const counter* at, std::int64_t amount) const {
  if (at == nullptr) return std::nullopt;
  __extension__ using wide = __int128;
  const wide over = static_cast<wide>(at->posted) + at->held + amount - at->limit;
  if (over > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return at->rolling->room_again(start_of_calls(*at), static_cast<std::int64_t>(over));
}

// The newest bucket leaves the window last: while any usage counts, so does what has fired.
void cap_counters::keep_threshold(counter& at) noexcept {
  if (!rolls()) return;
  if (rolling_bucket* newest = at.rolling->newest()) newest->changed = true;
}

// The window has moved since the counter was last looked at: what left it is taken off, and alerts
// that the rest does not reach any more are armed again.
void cap_counters::catch_up(counter& at) const noexcept {
  if (at.rolling == nullptr || at.window == current_) return;
  at.window = current_;
  const auto sums = at.rolling->until(start_of_calls(at));
  at.posted = sums.posted;
  at.held = sums.held;
  const auto& percents = definition_.alert_percent;
  at.threshold = std::min(at.threshold, percent_reached(percents, at.limit, at.posted));
  at.next_alert_at = next_alert_position(percents, at.limit, at.threshold);
}

rolling_bucket& cap_counters::bucket_of(counter& at, wall_time start) {
  if (rolling_bucket* found = at.rolling->find(start)) return *found;
  // A scope that is never idle is not looked at otherwise.
  at.rolling->drop_unneeded(start_of_calls(at));
  expiring_.push_back({.start = start, .of = &at});
  ++at.rolling->awaiting_sweep;
  return at.rolling->open(start);
}

counter& cap_counters::restore_bucket(const stored& from) {
  counter& at = find_or_open(from.scope);
  rolling_bucket* before = at.rolling->newest();
  const bool newest = before == nullptr || before->start <= from.start;
  bucket_of(at, from.start).posted = from.posted;
  at.window = {};  // to be added up anew
  catch_up(at);
  if (newest) restore_fired(at, from);
  return at;
}

void cap_counters::release_rolling(counter& at) {
  at.rolling->drop_unneeded(start_of_calls(at));
  const bool needed = at.holds != 0 || at.changed || at.rolling->awaiting_sweep != 0 ||
                      at.rolling->newest() != nullptr;
  if (needed) return;
  leave_order(at);
  open_.erase(open_.find(std::string_view(at.scope)));
}

void cap_counters::sweep_rolling(std::size_t& budget) {
  while (!expiring_.empty() && budget != 0 && !counts_now(expiring_.front().start)) {
    --budget;
    counter& at = *expiring_.front().of;
    expiring_.pop_front();
    --at.rolling->awaiting_sweep;
    release_rolling(at);
  }
}

// A raise may have ended since the ledger last looked.
std::int64_t cap_counters::limit_at(const counter& of, wall_time moment) const noexcept {
  return raises_.empty() ? of.limit : limit_of(of.scope, moment);
}

std::optional<cap_standing> cap_counters::standing_at(const counter& of, wall_time moment) const {
  if (!rolls()) {
    const bool open = !of.window.end || moment < *of.window.end;
    if (!open && of.held == 0) return std::nullopt;
    cap_standing standing = standing_of(of);
    if (open) standing.limit = limit_at(of, moment);
    return standing;
  }
  cap_standing standing = standing_of(of);
  standing.limit = limit_at(of, moment);
  standing.window = window_at(definition_.window, moment);
  const auto sums = of.rolling->until(counter_start(definition_.window, moment));
  if (sums == rolling_buckets::sums{}) return std::nullopt;
  standing.used = sums.posted;
  standing.held = sums.held;
  standing.threshold_reached = std::min(
      of.threshold, percent_reached(definition_.alert_percent, standing.limit, sums.posted));
  return standing;
}

}  // namespace stint
