// How far a long piece of work has come, for whoever watches it from another thread, and the way to
// end it early. The one that works writes done and total; the one that waits may set stop.
#pragma once

#include <atomic>
#include <cstdint>

namespace stint {

struct work_progress {
  std::atomic<std::uint64_t> done{0};   // in the unit of the work: bytes, rows
  std::atomic<std::uint64_t> total{0};  // 0: not known yet; may be an estimate
  std::atomic<bool> stop{false};
};

}  // namespace stint
