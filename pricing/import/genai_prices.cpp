// pydantic/genai-prices, prices/new_data/v2/data.json: providers, their models with the times at which a price
// holds, dollars for a million tokens. A key that is not known may change a price, so its model is left. Tested by
// tests/pricing/import/import_test.cpp.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pricing/import/json_fields.hpp"
#include "pricing/import/lists.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

constexpr std::array<std::pair<std::string_view, std::optional<std::int64_t> given_rates::*>, 7>
    genai_rates = {{
        {"input_mtok", &given_rates::input},
        {"output_mtok", &given_rates::output},
        {"cache_read_mtok", &given_rates::cached_input},
        {"cache_write_mtok", &given_rates::cache_write_5m},
        {"cache_write_1h_mtok", &given_rates::cache_write_1h},
        {"input_audio_mtok", &given_rates::audio_input},
        {"output_audio_mtok", &given_rates::audio_output},
    }};

// What has a price there and none here, and leaves the rest right as long as none of it is used.
constexpr std::array<std::string_view, 7> genai_others = {
    "output_reasoning_mtok", "input_image_mtok",      "output_image_mtok",   "input_video_mtok",
    "cache_audio_read_mtok", "cache_image_read_mtok", "output_citation_mtok"};

// One set of prices: a number each, or {base, tiers: [{start, price}]}.
class genai_set {
 public:
  genai_set(price& entry, imported_prices& into) : entry_(entry), into_(into) {}

  // False: it holds what is not understood.
  [[nodiscard]] bool read(const YAML::Node& set) {
    given_rates base;
    for (const auto& field : set) {
      if (!take(field.first.Scalar(), field.second, base)) return false;
    }
    if (!base.input) {
      into_.left.note("no price by tokens", entry_.model);
      return false;
    }
    entry_.base = base.filled();
    for (const auto& [start, rates] : steps_)
      entry_.steps.push_back({.first_tokens = start + 1, .rates = rates.filled_from(entry_.base)});
    return true;
  }

 private:
  bool take(const std::string& name, const YAML::Node& value, given_rates& base) {
    for (const auto& [key, rate] : genai_rates) {
      if (name == key) return take_rate(rate, value, base);
    }
    if (name == "requests_kcount" || name == "web_searches_kcount") {
      const auto fee =
          value.IsScalar() ? scaled_decimal(value.Scalar(), per_thousand) : std::nullopt;
      if (!fee) return refuse("prices in steps for " + name);
      (name == "requests_kcount" ? entry_.request_nanodollars : entry_.web_search_nanodollars) =
          *fee;
      return true;
    }
    for (const std::string_view other : genai_others) {
      if (name != other) continue;
      into_.left.note("not counted by itself here: " + name, entry_.model);
      return true;
    }
    return refuse("an unknown key, " + name);
  }

  bool take_rate(std::optional<std::int64_t> given_rates::*rate, const YAML::Node& value,
                 given_rates& base) {
    if (value.IsScalar()) {
      base.*rate = scaled_decimal(value.Scalar(), per_million);
      return base.*rate || refuse("a price that is no number");
    }
    base.*rate = value.IsMap() ? amount_at(value, "base", per_million) : std::nullopt;
    if (!(base.*rate)) return refuse("a price that is no number");
    const YAML::Node tiers = value["tiers"];
    if (!tiers || !tiers.IsSequence()) return true;
    for (const YAML::Node& tier : tiers) {
      const auto start = amount_at(tier, "start", 0);
      const auto amount = amount_at(tier, "price", per_million);
      if (!start || !amount) return refuse("a step that is no number");
      steps_[*start].*rate = amount;
    }
    return true;
  }

  bool refuse(const std::string& why) {
    into_.left.note(why, entry_.model);
    return false;
  }

  price& entry_;
  imported_prices& into_;
  std::map<std::int64_t, given_rates> steps_;
};

price entry_of(const std::string& provider, const YAML::Node& model) {
  price entry;
  entry.model = text_at(model, "id");
  entry.provider = provider;
  entry.context_window_tokens = amount_at(model, "context_window", 0).value_or(0);
  return entry;
}

// prices: one set, or a list of which the last that applies wins; only days are understood.
void read_dated(const std::string& provider, const YAML::Node& model, const YAML::Node& list,
                imported_prices& into) {
  std::vector<price> entries;
  for (const YAML::Node& each : list) {
    price entry = entry_of(provider, model);
    const YAML::Node constraint = each["constraint"];
    if (constraint && constraint.IsMap()) {
      const auto day = parse_iso_date(text_at(constraint, "start_date"));
      if (!day || constraint.size() != 1) return into.left.note("prices by the hour", entry.model);
      entry.valid_from = *day;
    }
    if (!each["prices"].IsMap() || !genai_set(entry, into).read(each["prices"])) return;
    if (!entries.empty()) {
      if (entry.valid_from <= entries.back().valid_from)
        return into.left.note("times that overlap", entry.model);
      entries.back().valid_until = entry.valid_from;
    }
    entries.push_back(std::move(entry));
  }
  for (price& each : entries)
    keep(std::move(each), into);
}

// The exact names that a model is matched by; patterns have no place here, as a dated name needs none.
void read_names(const YAML::Node& match, const std::string& id, imported_prices& into) {
  if (!match || !match.IsMap()) return;
  if (const std::string name = text_at(match, "equals"); !name.empty() && name != id)
    into.aliases.push_back({.from = name, .to = id});
  const YAML::Node any = match["or"];
  if (!any || !any.IsSequence()) return;
  for (const YAML::Node& each : any)
    read_names(each, id, into);
}

}  // namespace

void read_genai_prices(const YAML::Node& root, imported_prices& into) {
  into.format = "genai-prices";
  for (const YAML::Node& provider : root) {
    const std::string name = text_at(provider, "id");
    for (const YAML::Node& model : provider["models"]) {
      const YAML::Node prices = model["prices"];
      if (prices && prices.IsSequence()) {
        read_dated(name, model, prices, into);
      } else if (prices && prices.IsMap()) {
        price entry = entry_of(name, model);
        if (genai_set(entry, into).read(prices)) keep(std::move(entry), into);
      }
      read_names(model["match"], text_at(model, "id"), into);
    }
  }
}

}  // namespace stint
