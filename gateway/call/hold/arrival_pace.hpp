// How fast a stream's bytes come: the most that arrived within any quarter of a second, told to the
// next twentieth. What a provider may generate before it notices that we hang up is judged by it.
// Belongs to one stream; costs no allocation.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "gateway/http/client_presence.hpp"

namespace stint {

class arrival_pace {
 public:
  void add(std::size_t bytes, monotonic::time_point now) noexcept;
  [[nodiscard]] std::int64_t burst_bytes() const noexcept { return burst_; }
  [[nodiscard]] std::int64_t total_bytes() const noexcept { return total_; }

 private:
  static constexpr std::chrono::milliseconds slot{50};
  static constexpr std::size_t slots = 6;  // any quarter of a second lies within so many

  std::array<std::int64_t, slots> bytes_{};
  std::int64_t slot_number_ = 0;  // of the newest slot
  std::int64_t within_ = 0;       // the sum of bytes_
  std::int64_t burst_ = 0;
  std::int64_t total_ = 0;
};

}  // namespace stint
