// What was read of somebody else's list of prices: what has a place in a price book, and what has none, with the
// reason. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/price_book.hpp"

namespace stint {

// What could not be carried over, by reason.
class left_behind {
 public:
  void note(const std::string& reason, std::string_view model) {
    models_[reason].emplace_back(model);
  }
  // "reason: 12 models (a, b, c, …)", the most frequent first.
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] bool empty() const noexcept { return models_.empty(); }

 private:
  std::map<std::string, std::vector<std::string>> models_;
};

struct imported_prices {
  std::string format;  // whose list it is: "LiteLLM", "models.dev", "genai-prices"
  std::vector<price> prices;
  std::vector<price_alias> aliases;
  left_behind left;
};

// Rates of which some are not given. Nano-dollars per million tokens.
struct given_rates {
  std::optional<std::int64_t> input;
  std::optional<std::int64_t> output;
  std::optional<std::int64_t> cached_input;
  std::optional<std::int64_t> cache_write_5m;
  std::optional<std::int64_t> cache_write_1h;
  std::optional<std::int64_t> cache_write_12h;
  std::optional<std::int64_t> audio_input;
  std::optional<std::int64_t> audio_output;

  // What is missing costs what prices.yaml says that a missing rate costs …
  [[nodiscard]] token_rates filled() const noexcept;
  // … or the same as without the step.
  [[nodiscard]] token_rates filled_from(const token_rates& base) const noexcept;
  // The one factor, in thousandths, by which every given rate differs from `base`; nothing where there is
  // none.
  [[nodiscard]] std::optional<std::int64_t> factor_on(const token_rates& base) const noexcept;
};

// Whether a price file says it as it is: 1 to model_bytes_max visible characters and blanks.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

// A model's entry is ready: kept, unless no price book can have it.
void keep(price entry, imported_prices& into);

}  // namespace stint
