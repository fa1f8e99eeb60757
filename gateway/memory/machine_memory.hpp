// How much memory this process may have: the machine's, or less where its control group (a container, a
// systemd unit) has a limit. Read once, at a start.
#pragma once

#include <cstdint>
#include <string>

namespace stint {

// `root`: what stands before /proc and /sys, "" but in tests. 0: it cannot be told.
[[nodiscard]] std::uint64_t usable_memory_bytes(const std::string& root = {});

}  // namespace stint
