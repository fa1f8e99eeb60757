// A moment of the calendar, as it is recorded, priced and shown: microseconds in UTC. Time is an
// argument everywhere below gateway/, so that the layers there can be simulated.
#pragma once

#include <chrono>

namespace stint {

using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

// What the machine's clock says: for whoever hands the time on.
[[nodiscard]] inline wall_time wall_now() noexcept {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace stint
