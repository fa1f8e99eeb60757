// models.dev/api.json (packages/core/src/schema.ts): providers, their models, dollars for a million tokens. Tested by
// tests/pricing/import/import_test.cpp.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "pricing/import/json_fields.hpp"
#include "pricing/import/lists.hpp"

namespace stint {
namespace {

constexpr std::array<std::pair<const char*, std::optional<std::int64_t> given_rates::*>, 6>
    models_dev_rates = {{
        {"input", &given_rates::input},
        {"output", &given_rates::output},
        {"cache_read", &given_rates::cached_input},
        {"cache_write", &given_rates::cache_write_5m},
        {"input_audio", &given_rates::audio_input},
        {"output_audio", &given_rates::audio_output},
    }};

given_rates read_cost(const YAML::Node& cost) {
  given_rates rates;
  for (const auto& [name, rate] : models_dev_rates)
    rates.*rate = amount_at(cost, name, per_million);
  return rates;
}

// cost.tiers[]: {input, …, tier: {type: "context", size: 272000}}. context_over_200k repeats one of them for
// older readers, and is read where it stands alone.
void read_steps(const YAML::Node& cost, price& entry, imported_prices& into) {
  const YAML::Node tiers = cost["tiers"];
  if (!tiers || !tiers.IsSequence()) {
    const YAML::Node over = cost["context_over_200k"];
    if (over && over.IsMap())
      entry.steps.push_back(
          {.first_tokens = 200'001, .rates = read_cost(over).filled_from(entry.base)});
    return;
  }
  for (const YAML::Node& each : tiers) {
    const YAML::Node tier = each["tier"];
    const auto size =
        tier && tier.IsMap() ? amount_at(tier, "size", 0) : std::optional<std::int64_t>();
    if (!size || text_at(tier, "type") != "context") {
      into.left.note("a tier that is not by the prompt's length", entry.model);
      continue;
    }
    entry.steps.push_back(
        {.first_tokens = *size + 1, .rates = read_cost(each).filled_from(entry.base)});
  }
}

void read_fast_mode(const YAML::Node& model, price& entry, imported_prices& into) {
  const YAML::Node experimental = model["experimental"];
  const YAML::Node modes =
      experimental && experimental.IsMap() ? experimental["modes"] : YAML::Node();
  const YAML::Node fast = modes && modes.IsMap() ? modes["fast"] : YAML::Node();
  const YAML::Node cost = fast && fast.IsMap() ? fast["cost"] : YAML::Node();
  if (!cost || !cost.IsMap()) return;
  const auto factor = read_cost(cost).factor_on(entry.base);
  if (!factor) {
    into.left.note("a fast mode that is no factor on the usual rates", entry.model);
    return;
  }
  const auto index = static_cast<std::size_t>(service_tier::fast);
  entry.tier_permille[index] = *factor;
  entry.tier_listed[index] = true;
}

void read_model(const std::string& provider, const std::string& id, const YAML::Node& model,
                imported_prices& into) {
  const YAML::Node cost = model["cost"];
  if (!cost || !cost.IsMap()) return into.left.note("no price", id);
  const given_rates rates = read_cost(cost);
  if (!rates.input) return into.left.note("no price by tokens", id);
  price entry;
  entry.model = id;
  entry.provider = provider;
  entry.base = rates.filled();
  if (const YAML::Node limit = model["limit"]; limit && limit.IsMap()) {
    entry.context_window_tokens = amount_at(limit, "context", 0).value_or(0);
    entry.output_tokens_max = amount_at(limit, "output", 0).value_or(0);
  }
  const std::string reasoning = text_at(cost, "reasoning");
  if (!reasoning.empty() && amount_at(cost, "reasoning", per_million) != rates.output)
    into.left.note("another price for reasoning, which is billed as output here", id);
  read_steps(cost, entry, into);
  read_fast_mode(model, entry, into);
  keep(std::move(entry), into);
}

}  // namespace

void read_models_dev(const YAML::Node& root, imported_prices& into) {
  into.format = "models.dev";
  for (const auto& provider : root) {
    const YAML::Node models = provider.second.IsMap() ? provider.second["models"] : YAML::Node();
    if (!models || !models.IsMap()) continue;
    for (const auto& model : models) {
      if (model.second.IsMap())
        read_model(provider.first.Scalar(), model.first.Scalar(), model.second, into);
    }
  }
}

}  // namespace stint
