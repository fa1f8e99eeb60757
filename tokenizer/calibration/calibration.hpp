// What is learnt of models whose tokenizer or framing is not public, from what their provider
// reports: the tokens it counts for each of ours, by content class, and what it adds to a request and
// for tools (fit.hpp). Before enough is known for that, and after it, a call above its bound raises
// the bound of the model's calls of its sort, with tools or without, by what was missing and a
// quarter; calls that would have kept within the bound without that lower it again. Two halves:
//
//   calibration           learns. Belongs to one thread; bounded in models and observations.
//   calibration_snapshot  estimates. Immutable; any number of threads read one at once.
//
// A calibration is kept across restarts as bytes (encode, decode; the format is at the top of
// calibration/stored_form.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tokenizer/calibration/fit.hpp"

namespace stint::tokenizer {

// A model is learnt for each API by itself: the provider frames messages differently there.
struct learned_key {
  chat_api api = chat_api::openai_chat;
  std::string model;
  auto operator<=>(const learned_key&) const = default;
};

struct model_encoding;

// The table's factors and overheads, as what a fit starts from.
[[nodiscard]] learning_prior prior_of(const model_encoding& words) noexcept;

class calibration_snapshot {
 public:
  // Null while too little is known of the model: then its fixed factors apply. They do too where
  // what is found is not fitted: then it only says by how much the bound is raised.
  [[nodiscard]] const learned_estimate* find(std::string_view model, chat_api api) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return models_.size(); }

 private:
  friend class calibration;
  std::vector<std::pair<learned_key, learned_estimate>> models_;  // sorted by key
};

class calibration {
 public:
  static constexpr std::size_t models_max = 64;
  static constexpr std::size_t observations_max = 256;  // of each model
  static constexpr std::size_t name_bytes_max = 256;
  // Fewer do not change the estimate.
  static constexpr std::size_t observations_needed = 8;
  static constexpr std::int32_t raised_max = 16'384;

  // `seen` must be learnable. What cannot be true (nothing or less, beyond 2^31) is passed over;
  // what is far from the estimate is taken for no more than twice or half of it. The model that was
  // longest without observations makes room for a new one. `bound` is what was assumed of the call
  // at most, INT64_MAX where that is not known.
  void observe(std::string_view model, chat_api api, const prompt_features& seen,
               std::int64_t reported, std::uint32_t source, std::int64_t bound = INT64_MAX);

  [[nodiscard]] std::shared_ptr<const calibration_snapshot> snapshot() const;
  [[nodiscard]] std::size_t models() const noexcept { return models_.size(); }
  [[nodiscard]] std::uint64_t observations() const noexcept { return clock_; }

  [[nodiscard]] std::string encode() const;
  // Or why these bytes cannot be used, as a sentence for an operator. A model whose own encoding or
  // factors have changed since is left out: its ratios would be to something else.
  [[nodiscard]] static std::variant<calibration, std::string> decode(std::string_view bytes);

 private:
  struct model_state {
    std::vector<observed_prompt> window;  // oldest first
    std::uint64_t newest = 0;             // number of the last observation
    std::uint64_t last_used = 0;          // by clock_
    std::uint64_t fitted_at = 0;
    learned_estimate estimate;
    std::array<std::int32_t, 2> raised{};  // of calls without and with tools
    [[nodiscard]] bool is_ready() const noexcept { return window.size() >= observations_needed; }
  };
  [[nodiscard]] model_state& state_of(const learned_key& key);
  static void follow_bound(model_state& state, const prompt_features& seen, std::int64_t reported,
                           std::int64_t bound) noexcept;

  std::map<learned_key, model_state> models_;
  std::uint64_t clock_ = 0;  // observations taken, of all models
};

}  // namespace stint::tokenizer
