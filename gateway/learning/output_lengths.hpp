// How long answers were: a histogram of a fixed size whose steps grow with the length, so that a
// quantile is told at most an eighth too high and never too low. Old answers lose weight as new
// ones come. A plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace stint {

class output_lengths {
 public:
  // Eight steps for each doubling; below eight tokens each length has its own.
  static constexpr std::size_t steps = 144;
  static constexpr std::int64_t tokens_max = (std::int64_t{1} << 20) - 1;

  // Longer answers count as tokens_max.
  void add(std::int64_t tokens) noexcept;
  // The least length that at least `percent` of the answers did not pass, rounded up to its step's
  // end. 0 when nothing was added.
  [[nodiscard]] std::int64_t quantile(int percent) const noexcept;
  // Answers added, as far as they still have weight.
  [[nodiscard]] std::int64_t count() const noexcept { return count_; }

  [[nodiscard]] std::uint16_t weight(std::size_t step) const noexcept { return weights_[step]; }
  // For reading what was kept. False: the weight is beyond what add() makes.
  [[nodiscard]] bool restore(std::size_t step, std::uint64_t weight) noexcept;

 private:
  // Then all weights are halved: what is older than a few times as many answers is forgotten.
  static constexpr std::int64_t count_max = 1'024;

  std::array<std::uint16_t, steps> weights_{};
  std::int64_t count_ = 0;
};

}  // namespace stint
