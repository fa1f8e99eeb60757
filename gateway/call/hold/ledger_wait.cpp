// Tested by tests/gateway/call/hold/ledger_wait_test.cpp.
#include "gateway/call/hold/ledger_wait.hpp"

namespace stint {
namespace {

// A connection never changes its thread, and neither does what waits for it. Sweeps are counted, which costs nothing,
// where reading the clock at every call would.
thread_local std::uint64_t sweeps_seen = 0;
thread_local boost::intrusive::list<pending_wait, boost::intrusive::constant_time_size<false>>
    waits;

}  // namespace

void begin_wait(pending_wait& wait, std::chrono::milliseconds patience) {
  wait.until_sweep =
      sweeps_seen + static_cast<std::uint64_t>(patience / deadline_watch::interval) + 1;
  waits.push_back(wait);
}

void end_late_waits() {
  ++sweeps_seen;
  for (auto each = waits.begin(); each != waits.end();) {
    pending_wait& next = *each++;
    if (next.until_sweep > sweeps_seen) continue;
    next.unlink();
    next.give_up();
  }
}

}  // namespace stint
