// One model's learnt estimate, and the fit that it comes from. Pure functions and plain values; the
// method is explained at the top of fit.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tokenizer/calibration/prompt_features.hpp"

namespace stint::tokenizer {

// Tokens of each class, 1, whether there are tools, how many.
inline constexpr std::size_t factor_count = content_class_count + 3;
using factor_vector = std::array<double, factor_count>;

// One call: what we saw of its prompt, and what the provider reported for it.
struct observed_prompt {
  prompt_features seen;
  std::int32_t reported = 0;  // input tokens, cached ones included
  std::uint32_t source = 0;   // who sent it: no source decides alone
  std::uint64_t at = 0;       // its number among the model's observations, from 1
  float surprise = 0;  // by how much of the estimate of its time it was more; 0: nothing was learnt
};

// What is assumed before anything is learnt: the model's fixed factors, and how far off what the
// table of overheads expects may be: base, tool set, tool. Hidden prefixes are some 125 tokens, the
// system prompts that come with one vendor's tools differ by 90, a tool is up to 53.
struct learning_prior {
  double factor = 1;
  double upper = 1;
  std::array<double, 3> offset_spread = {48, 90, 24};
};

// With fewer observations than this the fixed bound has a part in the bound.
inline constexpr std::size_t well_known_from = 32;

class learned_estimate {
 public:
  // False: too little is known; only `raised` is of use.
  [[nodiscard]] bool is_fitted() const noexcept { return is_fitted_; }
  // How much of a bound is still the fixed one's, where that is higher: 0 from 32 observations on.
  [[nodiscard]] double doubt() const noexcept { return doubt_; }
  // What the bound of the model's calls is raised by, because one of them was above it.
  [[nodiscard]] std::int32_t raised(bool with_tools) const noexcept {
    return raised_[with_tools ? 1 : 0];
  }
  void raise(std::array<std::int32_t, 2> by) noexcept { raised_ = by; }
  // Expected tokens, and the bound that 99 % of calls at least stay within. Of a prompt that is not
  // learnable: of its text and framing alone.
  [[nodiscard]] token_range of(const prompt_features& seen) const noexcept;
  // How far a report was above the estimate, in the units of `margin`.
  [[nodiscard]] double excess(const prompt_features& seen, std::int64_t reported) const noexcept;

 private:
  friend learned_estimate fit(const learning_prior&, std::span<const observed_prompt>,
                              std::uint64_t);
  [[nodiscard]] double predict(const prompt_features& seen) const noexcept;

  factor_vector weights_{};
  std::array<factor_vector, factor_count> covariance_{};
  double margin_ = 0;
  bool is_fitted_ = false;
  double doubt_ = 0;
  std::array<std::int32_t, 2> raised_{};  // without tools, with tools
};

// `now` is the number of the newest observation.
[[nodiscard]] learned_estimate fit(const learning_prior& prior,
                                   std::span<const observed_prompt> window, std::uint64_t now);

}  // namespace stint::tokenizer
