// Tested by tests/gateway/learning/output_lengths_test.cpp.
#include "gateway/learning/output_lengths.hpp"

#include <algorithm>
#include <bit>

namespace stint {
namespace {

constexpr std::int64_t exact_below = 8;
constexpr int step_bits = 3;

std::size_t step_of(std::int64_t tokens) noexcept {
  const auto length =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(tokens, 0, output_lengths::tokens_max));
  if (length < exact_below) return static_cast<std::size_t>(length);
  const int octave = static_cast<int>(std::bit_width(length)) - 1;
  const auto within = static_cast<std::size_t>(length >> (octave - step_bits)) & 7U;
  return static_cast<std::size_t>(exact_below) + static_cast<std::size_t>(octave - step_bits) * 8 +
         within;
}

std::int64_t end_of(std::size_t step) noexcept {
  if (step < static_cast<std::size_t>(exact_below)) return static_cast<std::int64_t>(step);
  const std::size_t above = step - static_cast<std::size_t>(exact_below);
  const auto first = static_cast<std::int64_t>(above % 8) + 8;
  return ((first + 1) << (above / 8)) - 1;
}

}  // namespace

void output_lengths::add(std::int64_t tokens) noexcept {
  if (count_ >= count_max) {
    count_ = 0;
    for (std::uint16_t& weight : weights_) {
      weight = static_cast<std::uint16_t>(weight / 2);
      count_ += weight;
    }
  }
  ++weights_[step_of(tokens)];
  ++count_;
}

std::int64_t output_lengths::quantile(int percent) const noexcept {
  std::int64_t wanted = (count_ * percent + 99) / 100;
  for (std::size_t step = 0; step < steps && wanted > 0; ++step) {
    wanted -= weights_[step];
    if (wanted <= 0) return end_of(step);
  }
  return 0;
}

bool output_lengths::restore(std::size_t step, std::uint64_t weight) noexcept {
  if (step >= steps || weight > static_cast<std::uint64_t>(count_max)) return false;
  count_ += static_cast<std::int64_t>(weight) - weights_[step];
  weights_[step] = static_cast<std::uint16_t>(weight);
  return count_ <= count_max;
}

}  // namespace stint
