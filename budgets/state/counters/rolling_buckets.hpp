// The buckets of one scope of a cap with a rolling window (window.hpp), oldest first: what was
// posted for the calls admitted in each step, and what those that are still running hold. Memory:
// 40 bytes for each bucket of the window, and for those around a bucket whose calls outlive the
// window. Owned by the scope's counter, on the ledger's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "budgets/records/window.hpp"

namespace stint {

struct rolling_bucket {
  wall_time start{};
  std::int64_t posted = 0;
  std::int64_t held = 0;
  std::uint32_t holds = 0;  // of calls admitted in it
  bool changed = false;     // not on disk yet
};

class rolling_buckets {
 public:
  explicit rolling_buckets(std::chrono::seconds length)
      : reach_(rolling_reach(length)), step_(rolling_step(length)) {}

  struct sums {
    std::int64_t posted = 0;
    std::int64_t held = 0;
    bool operator==(const sums&) const noexcept = default;
  };
  // Of the window whose latest bucket starts at `last`.
  [[nodiscard]] sums until(wall_time last) const noexcept;
  // Of the window with the most in it among those that count the bucket `start` and end no later
  // than with the bucket `now`: what a call admitted then must leave room in, were it to hold more.
  [[nodiscard]] sums most_crowded_with(wall_time start, wall_time now) const noexcept;
  // When so much will have left the window that ends with the bucket `now`, if nothing else comes;
  // nothing: never.
  [[nodiscard]] std::optional<wall_time> room_again(wall_time now,
                                                    std::int64_t wanted) const noexcept;

  [[nodiscard]] rolling_bucket* find(wall_time start) noexcept;
  rolling_bucket& open(wall_time start);  // until the next one is opened or dropped
  [[nodiscard]] rolling_bucket* newest() noexcept {
    return buckets_.empty() ? nullptr : &buckets_.back();
  }
  // Forgets buckets that no window counts any more which ends with the bucket `now`, or counts a
  // bucket with calls in flight.
  void drop_unneeded(wall_time now);

  [[nodiscard]] const std::vector<rolling_bucket>& all() const noexcept { return buckets_; }
  void written() noexcept;

  std::uint32_t awaiting_sweep = 0;  // entries of the owner's list of buckets that refer to this

 private:
  [[nodiscard]] bool counted(wall_time start, wall_time last) const noexcept {
    return start <= last && start >= last - reach_;
  }

  std::chrono::seconds reach_;
  std::chrono::seconds step_;
  std::vector<rolling_bucket> buckets_;
};

}  // namespace stint
