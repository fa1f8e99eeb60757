// Tested by tests/budgets/state/rolling_buckets_test.cpp.
#include "budgets/state/counters/rolling_buckets.hpp"

#include <algorithm>

#include "budgets/records/checked_sum.hpp"

namespace stint {

rolling_buckets::sums rolling_buckets::until(wall_time last) const noexcept {
  sums total;
  for (const rolling_bucket& each : buckets_) {
    if (!counted(each.start, last)) continue;
    total.posted = checked_sum(total.posted, each.posted);
    total.held = checked_sum(total.held, each.held);
  }
  return total;
}

// A window grows only where a bucket begins, so those that end with a bucket are the ones to look
// at.
rolling_buckets::sums rolling_buckets::most_crowded_with(wall_time start,
                                                         wall_time now) const noexcept {
  sums most = until(std::min(start, now));
  const wall_time last = std::min(now, start + reach_);
  sums window;
  auto oldest = buckets_.begin();
  for (const rolling_bucket& each : buckets_) {
    if (each.start > last) break;
    window.posted = checked_sum(window.posted, each.posted);
    window.held = checked_sum(window.held, each.held);
    for (; !counted(oldest->start, each.start); ++oldest) {
      window.posted -= oldest->posted;
      window.held -= oldest->held;
    }
    if (each.start >= start &&
        checked_sum(window.posted, window.held) > checked_sum(most.posted, most.held)) {
      most = window;
    }
  }
  return most;
}

std::optional<wall_time> rolling_buckets::room_again(wall_time now,
                                                     std::int64_t wanted) const noexcept {
  std::int64_t left = wanted;
  for (const rolling_bucket& each : buckets_) {
    if (!counted(each.start, now)) continue;
    left -= checked_sum(each.posted, each.held);
    if (left <= 0) return each.start + reach_ + step_;
  }
  return std::nullopt;
}

rolling_bucket* rolling_buckets::find(wall_time start) noexcept {
  const auto found = std::ranges::lower_bound(buckets_, start, {}, &rolling_bucket::start);
  return found != buckets_.end() && found->start == start ? &*found : nullptr;
}

rolling_bucket& rolling_buckets::open(wall_time start) {
  const auto found = std::ranges::lower_bound(buckets_, start, {}, &rolling_bucket::start);
  if (found != buckets_.end() && found->start == start) return *found;
  rolling_bucket fresh;
  fresh.start = start;
  return *buckets_.insert(found, fresh);
}

void rolling_buckets::drop_unneeded(wall_time now) {
  const auto beside_a_hold = [this](const rolling_bucket& one) {
    return std::ranges::any_of(buckets_, [&](const rolling_bucket& other) {
      return other.holds != 0 && std::chrono::abs(other.start - one.start) <= reach_;
    });
  };
  std::vector<wall_time> unneeded;
  for (const rolling_bucket& each : buckets_) {
    if (each.start >= now - reach_) break;
    if (!each.changed && !beside_a_hold(each)) unneeded.push_back(each.start);
  }
  if (unneeded.empty()) return;
  std::erase_if(buckets_, [&](const rolling_bucket& each) {
    return std::ranges::binary_search(unneeded, each.start);
  });
}

void rolling_buckets::written() noexcept {
  for (rolling_bucket& each : buckets_)
    each.changed = false;
}

}  // namespace stint
