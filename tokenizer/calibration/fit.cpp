// The method. A report is modelled as
//
//   reported = framing + Σ ratio[class] · tokens[class] + base + tools? · set + tools · each +
//   noise
//
// with noise in proportion to the prompt's size. The seven numbers are the mean of a Bayesian
// linear regression over a window of at most a few hundred observations:
//   - The prior's mean is the fixed factor; its spread is such that the fixed upper factor is its
//     99 % quantile. So a class that was hardly seen stays where it was, and its bound with it.
//   - An observation counts half as much for each 48 later ones, so drift is followed.
//   - Its weight falls with its residual (Huber), and with the number of others of the same source:
//     neither one odd report nor one busy tenant decides for all.
//   - The result is clamped to what a tokenizer can be. A matrix that starts at a positive diagonal
//     and is summed anew each time cannot blow up, as recursive least squares can.
//
// The bound adds two things to the expectation: what the model is unsure of for this prompt's
// mixture (the regression's own variance; large for a class never seen), and a margin taken from
// what was observed: about the largest relative excess in the window, over the present fit or over
// the estimate of its time. The largest of n excesses is passed by the next with a probability of 1
// ÷ (n + 1), if they are alike: 99 % holds from 100 observations on, and a part on top covers the
// rest. Below 32 observations a share of the bound is still the fixed one's (prompt_tally.cpp). A
// jump up in what is billed enters the margin at once, before the ratios have followed.
//
// Doubles are enough: tokens are whole numbers below 2^31, and nothing here is money.
//
// Tested by tests/tokenizer/calibration/calibration_test.cpp.
#include "tokenizer/calibration/fit.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <unordered_map>
#include <vector>

namespace stint::tokenizer {
namespace {

using matrix = std::array<factor_vector, factor_count>;

constexpr double quantile_99 = 2.33;
// Tokens: the least that an error is measured against, so that "hi" does not decide the margin.
constexpr double least_scale = 32;
constexpr double half_life = 48;
// A surprise is forgotten as soon as the ratios have followed it.
constexpr std::uint64_t surprise_age_max = 128;
constexpr int excesses_of_source_max = 144;
constexpr double noise_least = 0.005;
constexpr double huber_limit = 2;
constexpr double first_noise = 0.02;
constexpr int rounds = 4;
constexpr std::array<double, 3> offset_least = {-64, -1'024, -64};
constexpr std::array<double, 3> offset_most = {8'192, 8'192, 1'024};

struct sample {
  factor_vector x{};
  double y = 0;      // reported beyond the framing
  double scale = 1;  // the size that errors are relative to
  double weight = 1;
  double residual = 0;
};

factor_vector factors_of(const prompt_features& seen) noexcept {
  factor_vector x{};
  for (std::size_t i = 0; i < content_class_count; ++i)
    x[i] = seen.class_tokens[i];
  x[content_class_count] = 1;
  x[content_class_count + 1] = seen.tools > 0 ? 1 : 0;
  x[content_class_count + 2] = seen.tools;
  return x;
}

double dot(const factor_vector& a, const factor_vector& b) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < factor_count; ++i)
    sum += a[i] * b[i];
  return sum;
}

// The inverse of a symmetric positive definite matrix, by its Cholesky factor.
matrix inverse_of(const matrix& a) noexcept {
  matrix lower{};
  for (std::size_t i = 0; i < factor_count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k)
        sum -= lower[i][k] * lower[j][k];
      // Rounding alone could make it less: the diagonal starts well above.
      lower[i][j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / lower[j][j];
    }
  }
  matrix inverse{};
  for (std::size_t column = 0; column < factor_count; ++column) {
    factor_vector solved{};
    for (std::size_t i = 0; i < factor_count; ++i) {
      double sum = i == column ? 1 : 0;
      for (std::size_t k = 0; k < i; ++k)
        sum -= lower[i][k] * solved[k];
      solved[i] = sum / lower[i][i];
    }
    for (std::size_t i = factor_count; i-- > 0;) {
      double sum = solved[i];
      for (std::size_t k = i + 1; k < factor_count; ++k)
        sum -= lower[k][i] * solved[k];
      solved[i] = sum / lower[i][i];
    }
    for (std::size_t i = 0; i < factor_count; ++i)
      inverse[i][column] = solved[i];
  }
  return inverse;
}

struct prior_terms {
  factor_vector mean{};
  factor_vector precision{};
  factor_vector least{};
  factor_vector most{};
};

prior_terms terms_of(const learning_prior& prior) noexcept {
  prior_terms terms;
  for (std::size_t i = 0; i < content_class_count; ++i) {
    const double spread = std::max((prior.upper - prior.factor) / quantile_99, 0.02);
    terms.mean[i] = prior.factor;
    terms.precision[i] = 1 / (spread * spread);
    terms.least[i] = prior.factor / 2;
    terms.most[i] = prior.upper * 2;
  }
  for (std::size_t i = 0; i < prior.offset_spread.size(); ++i) {
    const std::size_t at = content_class_count + i;
    terms.precision[at] = 1 / (prior.offset_spread[i] * prior.offset_spread[i]);
    terms.least[at] = offset_least[i];
    terms.most[at] = offset_most[i];
  }
  return terms;
}

std::vector<sample> samples_of(const prior_terms& prior, std::span<const observed_prompt> window,
                               std::uint64_t now) {
  std::unordered_map<std::uint32_t, double> of_source;
  for (const observed_prompt& one : window)
    of_source[one.source] += 1;
  const double fair = static_cast<double>(window.size()) / static_cast<double>(of_source.size());
  std::vector<sample> samples;
  samples.reserve(window.size());
  for (const observed_prompt& one : window) {
    sample made;
    made.x = factors_of(one.seen);
    made.y = static_cast<double>(one.reported) - one.seen.framing;
    made.scale = least_scale + one.seen.framing + std::max(dot(made.x, prior.mean), 0.0);
    const double age = static_cast<double>(now - std::min(one.at, now));
    // A source gains influence with the root of its share.
    const double balance = std::min(std::sqrt(fair / of_source[one.source]), 4.0);
    made.weight = std::exp2(-age / half_life) * balance;
    samples.push_back(made);
  }
  return samples;
}

// Half of the weight has a residual up to this one.
double median_residual(const std::vector<sample>& samples) {
  std::vector<std::pair<double, double>> sorted;
  sorted.reserve(samples.size());
  double total = 0;
  for (const sample& one : samples) {
    sorted.emplace_back(std::abs(one.residual), one.weight);
    total += one.weight;
  }
  std::sort(sorted.begin(), sorted.end());
  double passed = 0;
  for (const auto& [residual, weight] : sorted) {
    passed += weight;
    if (passed * 2 >= total) return residual;
  }
  return 0;
}

// Of each source the newest observations: one that calls on has told what is so now, and one that
// fell silent is still covered by what it told last.
std::vector<double> excesses_in(std::span<const observed_prompt> window, const learned_estimate& by,
                                std::uint64_t now) {
  std::unordered_map<std::uint32_t, int> of_source;
  std::vector<double> excesses;
  excesses.reserve(window.size());
  for (std::size_t i = window.size(); i-- > 0;) {
    const observed_prompt& one = window[i];
    if (++of_source[one.source] > excesses_of_source_max) continue;
    double most = by.excess(one.seen, one.reported);
    if (now - std::min(one.at, now) < surprise_age_max)
      most = std::max(most, static_cast<double>(one.surprise));
    excesses.push_back(most);
  }
  return excesses;
}

// The margin: see the top of the file. One excess that stands alone moves it to no more than twice
// the next.
double margin_of(std::vector<double>& excesses) {
  constexpr double margin_least = 0.01;
  constexpr double margin_most = 1.0;
  if (excesses.size() < 2) return margin_most;
  const auto second = excesses.begin() + 1;
  std::nth_element(excesses.begin(), second, excesses.end(), std::greater<>());
  const double largest = std::max(excesses[0], *second);
  const double bounded = std::min(largest, 2 * std::max(*second, 0.0) + 0.02);
  return std::clamp(1.15 * bounded + 0.005, margin_least, margin_most);
}

// The largest of n excesses says little while n is small.
double doubt_of(std::size_t observations) {
  if (observations == 0 || observations >= well_known_from) return 0;
  return 1 - static_cast<double>(observations) / static_cast<double>(well_known_from);
}

}  // namespace

double learned_estimate::predict(const prompt_features& seen) const noexcept {
  return seen.framing + std::max(dot(factors_of(seen), weights_), 0.0);
}

double learned_estimate::excess(const prompt_features& seen, std::int64_t reported) const noexcept {
  const double predicted = predict(seen);
  return (static_cast<double>(reported) - predicted) / (predicted + least_scale);
}

token_range learned_estimate::of(const prompt_features& seen) const noexcept {
  const double predicted = predict(seen);
  const factor_vector x = factors_of(seen);
  double variance = 0;
  for (std::size_t i = 0; i < factor_count; ++i)
    variance += x[i] * dot(covariance_[i], x);
  const double unsure = quantile_99 * std::sqrt(std::max(variance, 0.0));
  const double bound = predicted + margin_ * (predicted + least_scale) + unsure;
  return {.expected = std::llround(predicted), .upper = std::llround(std::ceil(bound))};
}

learned_estimate fit(const learning_prior& prior, std::span<const observed_prompt> window,
                     std::uint64_t now) {
  const prior_terms terms = terms_of(prior);
  std::vector<sample> samples = samples_of(terms, window, now);
  learned_estimate out;
  out.weights_ = terms.mean;
  for (int round = 0; round < rounds; ++round) {
    for (sample& one : samples)
      one.residual = (one.y - dot(one.x, out.weights_)) / one.scale;
    // The first round takes all residuals for noise of a usual size: those from the prior tell how
    // wrong it is, not how noisy the calls are.
    const bool first = round == 0;
    const double noise =
        first ? first_noise : std::max(1.48 * median_residual(samples), noise_least);
    matrix precision{};
    factor_vector target{};
    for (std::size_t i = 0; i < factor_count; ++i) {
      precision[i][i] = terms.precision[i];
      target[i] = terms.precision[i] * terms.mean[i];
    }
    for (const sample& one : samples) {
      const double far = first ? 1 : std::abs(one.residual) / (huber_limit * noise);
      const double unit = noise * one.scale;
      const double weight = one.weight / std::max(far, 1.0) / (unit * unit);
      for (std::size_t i = 0; i < factor_count; ++i) {
        if (one.x[i] == 0) continue;
        for (std::size_t j = 0; j < factor_count; ++j)
          precision[i][j] += weight * one.x[i] * one.x[j];
        target[i] += weight * one.x[i] * one.y;
      }
    }
    out.covariance_ = inverse_of(precision);
    for (std::size_t i = 0; i < factor_count; ++i) {
      out.weights_[i] = std::clamp(dot(out.covariance_[i], target), terms.least[i], terms.most[i]);
    }
  }
  std::vector<double> excesses = excesses_in(window, out, now);
  out.margin_ = margin_of(excesses);
  out.doubt_ = doubt_of(window.size());
  out.is_fitted_ = true;
  return out;
}

}  // namespace stint::tokenizer
