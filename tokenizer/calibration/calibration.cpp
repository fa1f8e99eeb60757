// Tested by tests/tokenizer/calibration/{calibration,observation_window,raised_bound}_test.cpp.
#include "tokenizer/calibration/calibration.hpp"

#include <algorithm>
#include <unordered_map>

#include "tokenizer/models/model_encoding.hpp"
#include "tokenizer/models/prompt_overhead.hpp"

namespace stint::tokenizer {
namespace {

// A fit costs some fifty microseconds; once a model is well known, it need not follow every call.
constexpr std::uint64_t fit_every = 8;
constexpr std::size_t fit_always_until = 64;
// What is further from the estimate than this was not only counted differently.
constexpr std::int64_t distance_max = 512;
constexpr std::int64_t reported_max = 2'000'000'000;
// Observations of a source that has fallen silent stay this long, in observations of the model.
constexpr std::uint64_t age_max = 4'096;

// What one report raises a bound by at most: beyond it, it is taken for odd.
constexpr std::int64_t raise_max = 8'192;
// A raise is forgotten by so much for each call that did not need it.
constexpr std::int32_t raise_life = 256;

std::int64_t first_estimate(const learning_prior& prior, const prompt_features& seen) noexcept {
  double text = 0;
  for (const std::int32_t tokens : seen.class_tokens)
    text += tokens;
  return static_cast<std::int64_t>(text * prior.factor) + seen.framing;
}

// The oldest of the source that has the most: a tenant that calls all the time does not push out
// what is known of the others.
std::size_t place_to_free(const std::vector<observed_prompt>& window, std::uint64_t now) {
  if (now - window.front().at > age_max) return 0;
  std::unordered_map<std::uint32_t, std::size_t> of_source;
  for (const observed_prompt& one : window)
    ++of_source[one.source];
  const auto busiest =
      std::max_element(of_source.begin(), of_source.end(), [](const auto& a, const auto& b) {
        // Of equals the lower one, whatever the table's order.
        return a.second != b.second ? a.second < b.second : a.first > b.first;
      });
  const auto oldest = std::find_if(window.begin(), window.end(), [&](const observed_prompt& one) {
    return one.source == busiest->first;
  });
  return static_cast<std::size_t>(oldest - window.begin());
}

}  // namespace

learning_prior prior_of(const model_encoding& words) noexcept {
  // Of a normal distribution.
  constexpr double quantile_99 = 2.33;
  learning_prior prior{.factor = static_cast<double>(words.factor_permille) / 1000,
                       .upper = static_cast<double>(words.upper_permille) / 1000};
  const prompt_overhead& added = overhead_of(words.frame);
  const std::array offsets = {added.request, added.tools, added.tool};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const auto open = static_cast<double>(offsets[i].upper - offsets[i].expected);
    prior.offset_spread[i] = std::max(prior.offset_spread[i], open / quantile_99);
  }
  return prior;
}

const learned_estimate* calibration_snapshot::find(std::string_view model,
                                                   chat_api api) const noexcept {
  const auto before = [&](const std::pair<learned_key, learned_estimate>& one, int) {
    if (one.first.api != api) return one.first.api < api;
    return std::string_view(one.first.model) < model;
  };
  const auto found = std::lower_bound(models_.begin(), models_.end(), 0, before);
  if (found == models_.end() || found->first.api != api || found->first.model != model)
    return nullptr;
  return &found->second;
}

calibration::model_state& calibration::state_of(const learned_key& key) {
  const auto known = models_.find(key);
  if (known != models_.end()) return known->second;
  if (models_.size() >= models_max) {
    // One of which too little is known before any that is ready: names that are made up must not
    // push out what was learnt.
    models_.erase(
        std::min_element(models_.begin(), models_.end(), [](const auto& a, const auto& b) {
          return std::pair(a.second.is_ready(), a.second.last_used) <
                 std::pair(b.second.is_ready(), b.second.last_used);
        }));
  }
  return models_[key];
}

// Calls that were under way together have missed the same, so what is missing counts from the raise
// that each one's bound had.
void calibration::follow_bound(model_state& state, const prompt_features& seen,
                               std::int64_t reported, std::int64_t bound) noexcept {
  std::int32_t& raised = state.raised[seen.tools > 0 ? 1 : 0];
  if (reported > bound) {
    const std::int64_t missing = std::min(reported - std::max<std::int64_t>(bound, 0), raise_max);
    const std::int64_t needed = seen.raised + missing + missing / 4 + 16;
    raised = static_cast<std::int32_t>(std::clamp<std::int64_t>(needed, raised, raised_max));
  } else if (raised > 0 && reported <= bound - seen.raised) {
    raised -= (raised + raise_life - 1) / raise_life;
  }
}

void calibration::observe(std::string_view model, chat_api api, const prompt_features& seen,
                          std::int64_t reported, std::uint32_t source, std::int64_t bound) {
  if (!seen.learnable || reported <= 0 || reported > reported_max) return;
  if (model.empty() || model.size() > name_bytes_max) return;
  const model_encoding words = encoding_for_model(model);
  if (words.exact) return;
  const learning_prior prior = prior_of(words);
  model_state& state = state_of(learned_key{api, std::string(model)});
  state.last_used = ++clock_;
  if (bound != INT64_MAX) follow_bound(state, seen, reported, bound);
  observed_prompt one;
  one.seen = seen;
  one.source = source;
  one.at = ++state.newest;
  const bool was_ready = state.is_ready();
  const std::int64_t estimate =
      was_ready ? state.estimate.of(seen).expected : first_estimate(prior, seen);
  one.reported = static_cast<std::int32_t>(
      std::clamp(reported, std::min(estimate / 2 - distance_max, reported_max),
                 std::min(estimate * 2 + distance_max, reported_max)));
  if (was_ready) one.surprise = static_cast<float>(state.estimate.excess(seen, one.reported));
  if (state.window.size() >= observations_max) {
    const std::size_t place = place_to_free(state.window, state.newest);
    state.window.erase(state.window.begin() + static_cast<std::ptrdiff_t>(place));
  }
  state.window.push_back(one);
  if (!state.is_ready()) return;
  if (state.window.size() > fit_always_until && state.newest - state.fitted_at < fit_every) return;
  state.estimate = fit(prior, state.window, state.newest);
  state.fitted_at = state.newest;
}

std::shared_ptr<const calibration_snapshot> calibration::snapshot() const {
  auto made = std::make_shared<calibration_snapshot>();
  for (const auto& [key, state] : models_) {
    const bool is_raised = state.raised[0] > 0 || state.raised[1] > 0;
    if (!state.is_ready() && !is_raised) continue;
    made->models_.emplace_back(key, state.estimate);
    made->models_.back().second.raise(state.raised);
  }
  return made;
}

}  // namespace stint::tokenizer
