// Tested by tests/budgets/writer/believed_clock_test.cpp.
#include "budgets/writer/believed_clock.hpp"

#include <algorithm>
#include <utility>

#include <sys/timex.h>
#include <time.h>

namespace stint {
namespace {

// A clock that is put right in small steps is followed; one that runs away is not, however small its steps.
constexpr std::chrono::hours follow_interval{1};

}  // namespace

believed_clock::believed_clock(wall_reader wall, run_reader run, sync_reader is_set)
    : wall_(std::move(wall)), run_(std::move(run)), is_set_(std::move(is_set)) {
  if (run_) follow(wall_(), run_());
}

void believed_clock::follow(wall_time said, microseconds runs) noexcept {
  offset_us_.store((said.time_since_epoch() - runs).count(), std::memory_order_relaxed);
  follows_at_ = runs + follow_interval;
  latest_ = said + step_max;
}

void believed_clock::start_after(wall_time seen) {
  if (!run_ || (is_set_ && is_set_())) return;
  if (wall_() <= seen + stop_max) return;
  doubted_ = true;
  follow(seen, run_());
}

wall_time believed_clock::look() {
  const wall_time said = wall_();
  if (!run_) return said;
  const microseconds runs = run_();
  const wall_time expected{runs + microseconds{offset_us_.load(std::memory_order_relaxed)}};
  latest_ = expected + step_max;
  const bool is_near = said <= latest_ && said >= expected - step_max;
  // It was set since, as after a stop that may be.
  const bool is_cleared = doubted_ && said >= expected - step_max &&
                          (said <= expected + stop_max || (is_set_ && is_set_()));
  if (is_cleared || (runs >= follows_at_ && is_near)) {
    doubted_ = false;
    follow(said, runs);
  }
  return bounded(said);
}

std::chrono::microseconds believed_clock::ahead() const {
  if (!run_) return {};
  return wall_().time_since_epoch() - run_() -
         microseconds{offset_us_.load(std::memory_order_relaxed)};
}

wall_time vouched_by_file(wall_time written, wall_time now,
                          std::chrono::microseconds since_boot) noexcept {
  return written < now - since_boot ? written : wall_time{};
}

bool clock_is_set() noexcept {
  timex asked{};
  return ::adjtimex(&asked) >= 0 && (asked.status & STA_UNSYNC) == 0;
}

std::chrono::microseconds time_since_boot() noexcept {
  timespec at{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &at);
  return std::chrono::seconds{at.tv_sec} + std::chrono::duration_cast<std::chrono::microseconds>(
                                               std::chrono::nanoseconds{at.tv_nsec});
}

}  // namespace stint
