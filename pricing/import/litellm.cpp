// BerriAI/litellm, model_prices_and_context_window.json: one object, dollars for a single token. Tested by
// tests/pricing/import/import_test.cpp.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pricing/import/json_fields.hpp"
#include "pricing/import/lists.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {
namespace {

using litellm_rate = std::optional<std::int64_t> given_rates::*;

// The longest first: each begins as a shorter one does.
constexpr std::array<std::pair<std::string_view, litellm_rate>, 9> litellm_rates = {{
    {"cache_creation_input_token_cost_above_12hr", &given_rates::cache_write_12h},
    {"cache_creation_input_token_cost_above_1hr", &given_rates::cache_write_1h},
    {"cache_creation_input_token_cost", &given_rates::cache_write_5m},
    {"cache_read_input_token_cost", &given_rates::cached_input},
    {"input_cost_per_token_cache_hit", &given_rates::cached_input},
    {"input_cost_per_audio_token", &given_rates::audio_input},
    {"output_cost_per_audio_token", &given_rates::audio_output},
    {"input_cost_per_token", &given_rates::input},
    {"output_cost_per_token", &given_rates::output},
}};

// What is billed by tokens, of which these modes are.
constexpr std::array<std::string_view, 4> litellm_modes = {"chat", "responses", "completion",
                                                           "embedding"};

// "_above_200k_tokens_priority" → {200'000, "priority"}; nothing for another ending.
struct litellm_variant {
  std::int64_t above_tokens = 0;
  std::string tier;
  auto operator<=>(const litellm_variant&) const = default;
};
std::optional<litellm_variant> read_variant(std::string_view ending) {
  litellm_variant read;
  constexpr std::string_view above = "_above_";
  constexpr std::string_view tokens = "k_tokens";
  if (ending.starts_with(above)) {
    ending.remove_prefix(above.size());
    const std::size_t end = ending.find(tokens);
    const auto thousands =
        end == std::string_view::npos ? std::nullopt : scaled_decimal(ending.substr(0, end), 3);
    if (!thousands) return std::nullopt;
    read.above_tokens = *thousands;
    ending.remove_prefix(end + tokens.size());
  }
  if (ending.empty()) return read;
  if (ending.front() != '_') return std::nullopt;
  read.tier = ending.substr(1);
  return read;
}

std::optional<service_tier> litellm_tier(std::string_view word) {
  if (word == "batches") return service_tier::batch;
  if (word == "flex") return service_tier::flex;
  if (word == "priority") return service_tier::priority;
  return std::nullopt;
}

// A price of something that is not counted here.
bool is_other_cost(std::string_view key) {
  return key.find("cost") != std::string_view::npos;
}

class litellm_entry {
 public:
  litellm_entry(std::string key, const YAML::Node& fields, imported_prices& into)
      : key_(std::move(key)), fields_(fields), into_(into) {}

  void read() {
    const std::string mode = text_at(fields_, "mode");
    if (std::ranges::find(litellm_modes, mode) == litellm_modes.end()) {
      const std::string reason = mode.empty() ? "no mode" : "mode " + mode;
      return into_.left.note(reason + ", which is not billed by tokens alone", key_);
    }
    for (const auto& field : fields_)
      take(field.first.Scalar(), field.second);
    take_ranges();
    const given_rates& base = variants_[{}];
    if (!base.input) return into_.left.note("no price by tokens", key_);
    price entry;
    entry.provider = text_at(fields_, "litellm_provider");
    entry.model =
        key_.starts_with(entry.provider + "/") ? key_.substr(entry.provider.size() + 1) : key_;
    entry.base = base.filled();
    entry.context_window_tokens = amount_at(fields_, "max_input_tokens", 0).value_or(0);
    entry.output_tokens_max = amount_at(fields_, "max_output_tokens", 0).value_or(0);
    entry.web_search_nanodollars = search_;
    entry.request_nanodollars = request_;
    entry.source = text_at(fields_, "source").substr(0, 200);
    add_variants(entry);
    add_factors(entry);
    keep(std::move(entry), into_);
  }

 private:
  void leave(const std::string& what) { into_.left.note(what, key_); }

  void take(const std::string& name, const YAML::Node& value) {
    for (const auto& [base, rate] : litellm_rates) {
      if (!name.starts_with(base)) continue;
      const auto variant = read_variant(std::string_view(name).substr(base.size()));
      if (!variant) continue;
      const auto amount = value.IsScalar() ? scaled_decimal(value.Scalar(), per_token)
                                           : std::optional<std::int64_t>();
      if (amount) variants_[*variant].*rate = amount;
      return;
    }
    take_other(name, value);
  }

  void take_other(const std::string& name, const YAML::Node& value) {
    if (name == "search_context_cost_per_query" && value.IsMap()) {
      // By how much of the web is read; the dearest, as the request does not tell.
      for (const auto& size : value)
        search_ = std::max(search_, scaled_decimal(size.second.Scalar(), per_use).value_or(0));
    } else if (name == "input_cost_per_request") {
      request_ = amount_at(fields_, name, per_use).value_or(0);
    } else if (name == "output_cost_per_reasoning_token") {
      if (text_at(fields_, name) != text_at(fields_, "output_cost_per_token"))
        leave("another price for reasoning, which is billed as output here");
    } else if (name == "off_peak_pricing") {
      leave("prices by the hour");
    } else if (name.find("multiplier") != std::string::npos) {
      leave("a factor of a region: " + name);
    } else if (is_other_cost(name) && value.IsScalar() &&
               scaled_decimal(value.Scalar(), per_token).value_or(1) > 0) {
      leave("not counted here: " + name);
    }
  }

  // tiered_pricing: [{range: [0, 256000], input_cost_per_token, …}] in place of flat rates.
  void take_ranges() {
    const YAML::Node ranges = fields_["tiered_pricing"];
    if (!ranges || !ranges.IsSequence()) return;
    for (const YAML::Node& range : ranges) {
      const YAML::Node limits = range["range"];
      if (!limits || !limits.IsSequence() || limits.size() != 2) continue;
      const std::int64_t from = scaled_decimal(limits[0].Scalar(), 0).value_or(0);
      given_rates& rates = variants_[{.above_tokens = from, .tier = {}}];
      for (const auto& [base, rate] : litellm_rates) {
        if (const auto amount = amount_at(range, std::string(base), per_token))
          rates.*rate = amount;
      }
    }
  }

  void add_variants(price& entry) {
    // xAI's page says "from 200k", the others "more than" that.
    const std::int64_t beyond = entry.provider == "xai" ? 0 : 1;
    for (const auto& [which, rates] : variants_) {
      if (which == litellm_variant{}) continue;
      if (which.tier.empty()) {
        entry.steps.push_back(
            {.first_tokens = which.above_tokens + beyond, .rates = rates.filled_from(entry.base)});
        continue;
      }
      // Of long prompts in a tier: as long as the tier is a factor, it is that one.
      if (which.above_tokens > 0) continue;
      const auto tier = litellm_tier(which.tier);
      const auto factor = tier ? rates.factor_on(entry.base) : std::nullopt;
      if (!factor) {
        leave("a tier that is no factor on the usual rates: " + which.tier);
        continue;
      }
      offer(entry, *tier, *factor);
    }
  }

  void add_factors(price& entry) {
    const YAML::Node own = fields_["provider_specific_entry"];
    if (!own || !own.IsMap()) return;
    if (const auto us = amount_at(own, "us", 3)) entry.us_permille = *us;
    if (const auto fast = amount_at(own, "fast", 3)) offer(entry, service_tier::fast, *fast);
  }

  static void offer(price& entry, service_tier tier, std::int64_t permille) {
    const auto index = static_cast<std::size_t>(tier);
    entry.tier_permille[index] = permille;
    entry.tier_listed[index] = true;
  }

  std::string key_;
  const YAML::Node& fields_;
  imported_prices& into_;
  std::map<litellm_variant, given_rates> variants_;
  std::int64_t search_ = 0;
  std::int64_t request_ = 0;
};

}  // namespace

void read_litellm(const YAML::Node& root, imported_prices& into) {
  into.format = "LiteLLM";
  for (const auto& item : root) {
    const std::string key = item.first.Scalar();
    if (key == "sample_spec" || key == "fallback_generalizations" || !item.second.IsMap()) continue;
    if (const std::string of = text_at(item.second, "alias_of"); !of.empty()) {
      into.aliases.push_back({.from = key, .to = of});
      continue;
    }
    litellm_entry(key, item.second, into).read();
    const YAML::Node names = item.second["aliases"];
    if (!names || !names.IsSequence()) continue;
    for (const YAML::Node& name : names)
      into.aliases.push_back({.from = name.Scalar(), .to = key});
  }
}

}  // namespace stint
