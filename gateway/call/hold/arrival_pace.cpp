// Tested by tests/gateway/call/hold/arrival_pace_test.cpp.
#include "gateway/call/hold/arrival_pace.hpp"

#include <algorithm>

namespace stint {

void arrival_pace::add(std::size_t bytes, monotonic::time_point now) noexcept {
  const std::int64_t number = now.time_since_epoch() / slot;
  const std::int64_t passed =
      std::min<std::int64_t>(number - slot_number_, static_cast<std::int64_t>(slots));
  for (std::int64_t n = 1; n <= passed; ++n) {
    std::int64_t& oldest = bytes_[static_cast<std::size_t>(number - passed + n) % slots];
    within_ -= oldest;
    oldest = 0;
  }
  slot_number_ = std::max(number, slot_number_);
  const auto arrived = static_cast<std::int64_t>(bytes);
  bytes_[static_cast<std::size_t>(slot_number_) % slots] += arrived;
  within_ += arrived;
  total_ += arrived;
  burst_ = std::max(burst_, within_);
}

}  // namespace stint
