// How far the wall clock is believed: a clock that was set wrong must neither close the caps' windows nor age the
// books. What runs on by itself (the time since the machine's start, which nobody can set) says how late it can be at
// most; a wall clock beyond that is believed only so far, and windows go on opening by the other one. At a start there
// is nothing to compare with but what was seen before: a clock far beyond that is believed when something else vouches
// for it. Owned by the ledger's writer, on its thread; ahead() is for any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "pricing/wall_time.hpp"

namespace stint {

class believed_clock {
 public:
  using microseconds = std::chrono::microseconds;
  using wall_reader = std::function<wall_time()>;
  using run_reader = std::function<microseconds()>;
  using sync_reader = std::function<bool()>;  // whether the wall clock is set by others' time (NTP)

  // What a clock may be set forward at once, and in an hour, and still be believed.
  static constexpr std::chrono::minutes step_max{5};
  // For how long a gateway may be stopped before the clock is asked for its reasons: one that is wrong at a start
  // is so by years, mostly.
  static constexpr std::chrono::hours stop_max{24 * 31};

  // Without `run` the wall clock is believed whatever it says; without `is_set`, nobody vouches for it.
  believed_clock(wall_reader wall, run_reader run, sync_reader is_set = {});

  // What was seen before the start: it is no later than that. Where the clock is far beyond, time goes on from there
  // until the clock is set, or said to be.
  void start_after(wall_time seen);

  // Reads both clocks: what time it is believed to be.
  [[nodiscard]] wall_time look();
  // Of a time that was read a moment ago, by another thread: as of the last look.
  [[nodiscard]] wall_time bounded(wall_time said) const noexcept { return std::min(said, latest_); }

  // How much the wall clock was set forward since it was last believed; below zero: back.
  [[nodiscard]] microseconds ahead() const;

 private:
  void follow(wall_time said, microseconds runs) noexcept;

  wall_reader wall_;
  run_reader run_;
  sync_reader is_set_;
  bool doubted_ = false;                    // since the start
  std::atomic<std::int64_t> offset_us_{0};  // of the wall clock to the running one, as believed
  microseconds follows_at_{};               // of the running one: when the offset may change again
  wall_time latest_ = wall_time::max();
};

// Since the machine's start, sleep included.
[[nodiscard]] std::chrono::microseconds time_since_boot() noexcept;
// What a file that was written then says of a clock that says `now`: nothing, where it was written since the
// machine's start, by that very clock (a container's configuration is, at each start).
[[nodiscard]] wall_time vouched_by_file(wall_time written, wall_time now,
                                        std::chrono::microseconds since_boot) noexcept;
// Whether the kernel says that something keeps its clock by others' time.
[[nodiscard]] bool clock_is_set() noexcept;

}  // namespace stint
