// Tested by tests/budgets/writer/believed_clock_test.cpp.
#include "budgets/writer/believed_clock.hpp"

#include <algorithm>
#include <utility>

#include <time.h>

namespace stint {
namespace {

// A clock that is put right in small steps is followed; one that runs away is not, however small its steps.
constexpr std::chrono::hours follow_interval{1};

}  // namespace

believed_clock::believed_clock(wall_reader wall, run_reader run)
    : wall_(std::move(wall)), run_(std::move(run)) {
  if (!run_) return;
  const microseconds runs = run_();
  offset_us_ = (wall_().time_since_epoch() - runs).count();
  follows_at_ = runs + follow_interval;
  latest_ = wall_time{runs + microseconds{offset_us_}} + step_max;
}

wall_time believed_clock::look() {
  const wall_time said = wall_();
  if (!run_) return said;
  const microseconds runs = run_();
  const wall_time expected{runs + microseconds{offset_us_.load(std::memory_order_relaxed)}};
  latest_ = expected + step_max;
  if (runs >= follows_at_ && said <= latest_ && said >= expected - step_max) {
    offset_us_.store((said.time_since_epoch() - runs).count(), std::memory_order_relaxed);
    follows_at_ = runs + follow_interval;
  }
  return bounded(said);
}

std::chrono::microseconds believed_clock::ahead() const {
  if (!run_) return {};
  return wall_().time_since_epoch() - run_() -
         microseconds{offset_us_.load(std::memory_order_relaxed)};
}

std::chrono::microseconds time_since_boot() noexcept {
  timespec at{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &at);
  return std::chrono::seconds{at.tv_sec} + std::chrono::duration_cast<std::chrono::microseconds>(
                                               std::chrono::nanoseconds{at.tv_nsec});
}

}  // namespace stint
