// Tested by tests/pricing/price_file_test.cpp and price_file_mistakes_test.cpp.
#include "pricing/price_entry.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "pricing/price_fields.hpp"

namespace stint {

namespace {

constexpr std::size_t source_bytes_max = 300;
constexpr std::size_t note_bytes_max = 1000;

using tier_factors = std::array<std::optional<std::int64_t>, service_tier_count>;

constexpr std::string_view rate_keys[] = {"input",          "cached_input",    "cache_write_5m",
                                          "cache_write_1h", "cache_write_12h", "audio_input",
                                          "output",         "audio_output"};

// A kind without a rate of its own is billed as the kind that it is part of: a cached or written
// token is an input token (OpenAI up to 5.5 writes its cache free of extra charge), and a longer
// write is at least a write.
token_rates read_rates(price_fields& fields) {
  const std::int64_t input = fields.rate("input", presence::required).value_or(0);
  const std::int64_t output = fields.rate("output", presence::required).value_or(0);
  const std::int64_t write = fields.rate("cache_write_5m", presence::optional).value_or(input);
  const std::int64_t longer = fields.rate("cache_write_1h", presence::optional).value_or(write);
  return {.input = input,
          .cached_input = fields.rate("cached_input", presence::optional).value_or(input),
          .cache_write_5m = write,
          .cache_write_1h = longer,
          .cache_write_12h = fields.rate("cache_write_12h", presence::optional).value_or(longer),
          .audio_input = fields.rate("audio_input", presence::optional).value_or(input),
          .output = output,
          .audio_output = fields.rate("audio_output", presence::optional).value_or(output)};
}

tier_factors read_tiers(price_fields& of, mistake_list& mistakes) {
  tier_factors factors;
  of.refuse_blank("tiers");
  const auto node = of.node("tiers");
  if (!node) return factors;
  price_fields fields{*node, mistakes};
  for (const service_tier tier :
       {service_tier::flex, service_tier::batch, service_tier::priority, service_tier::fast}) {
    factors[static_cast<std::size_t>(tier)] =
        fields.multiplier_permille(to_string(tier), presence::optional);
  }
  fields.finish();
  return factors;
}

// The entry's own factor, else its provider's, else 1; for fast, else priority's, because OpenAI
// serves fast as priority.
void settle_tiers(price& entry, const tier_factors& own, const tier_factors& shared) {
  const auto factor = [&](service_tier tier, std::int64_t otherwise) {
    const auto index = static_cast<std::size_t>(tier);
    return own[index].value_or(shared[index].value_or(otherwise));
  };
  const std::int64_t priority = factor(service_tier::priority, 1000);
  const auto assign = [&](service_tier tier, std::int64_t permille) {
    entry.tier_permille[static_cast<std::size_t>(tier)] = permille;
  };
  assign(service_tier::flex, factor(service_tier::flex, 1000));
  assign(service_tier::batch, factor(service_tier::batch, 1000));
  assign(service_tier::priority, priority);
  assign(service_tier::fast, factor(service_tier::fast, priority));
  for (std::size_t tier = 0; tier < service_tier_count; ++tier)
    entry.tier_listed[tier] = entry.tier_listed[tier] || own[tier] || shared[tier];
  if (entry.offers(service_tier::priority))
    entry.tier_listed[static_cast<std::size_t>(service_tier::fast)] = true;
}

// The factor of a region goes on top of the tier's, and the two together keep a tier's limit.
std::int64_t read_us_factor(price_fields& fields, std::int64_t otherwise) {
  return fields.multiplier_permille("us_inference", presence::optional).value_or(otherwise);
}

void check_factors(price_fields& fields, price& entry) {
  for (const std::int64_t permille : entry.tier_permille) {
    if (permille * entry.us_permille <= multiplier_permille_max * 1000) continue;
    fields.mistake("us_inference", "more than 10 together with the factor of a tier");
    entry.us_permille = 1000;
    return;
  }
}

std::vector<context_step> read_steps(price_fields& entry, mistake_list& mistakes) {
  std::vector<context_step> steps;
  entry.refuse_blank("steps");
  for (const config_node& item : entry.list("steps")) {
    price_fields fields{item, mistakes};
    const auto first = fields.token_count("first_tokens", presence::required);
    const context_step step{.first_tokens = first.value_or(0), .rates = read_rates(fields)};
    // Otherwise a forgotten rate would quietly fall back to the step's input rate.
    for (const std::string_view key : rate_keys) {
      if (key == "input" || key == "output") continue;
      if (!entry.has(key)) continue;
      fields.require(key, "its entry has this rate, so each of its steps needs one too");
    }
    if (first && !steps.empty() && *first <= steps.back().first_tokens) {
      fields.mistake("first_tokens",
                     "not above the step before it; list the steps from small to large");
    }
    fields.finish();
    steps.push_back(step);
  }
  return steps;
}

daily_period read_period(price_fields& fields) {
  daily_period period;
  const auto from = fields.minute_of_day("from", presence::required);
  const auto until = fields.minute_of_day("until", presence::required);
  period.from_minute = from.value_or(0);
  period.until_minute = until.value_or(0);
  if (from && until && *from >= *until) {
    fields.mistake("until", "not after from; split a period that passes midnight into two");
  }
  period.multiplier_permille =
      fields.multiplier_permille("multiplier", presence::required).value_or(1000);
  const auto days = fields.printable("days", presence::optional, 20);
  if (days && *days != "all" && *days != "weekdays") {
    fields.mistake("days", "expected all or weekdays");
  }
  period.weekdays_only = days == "weekdays";
  const auto needed = period.weekdays_only ? presence::required : presence::optional;
  period.weekday_offset_minutes = fields.offset_minutes("days_seen_at", needed).value_or(0);
  return period;
}

std::vector<daily_period> read_periods(price_fields& entry, mistake_list& mistakes) {
  std::vector<daily_period> periods;
  entry.refuse_blank("periods");
  for (const config_node& item : entry.list("periods")) {
    price_fields fields{item, mistakes};
    const daily_period period = read_period(fields);
    fields.finish();
    for (const daily_period& other : periods) {
      if (period.from_minute < other.until_minute && other.from_minute < period.until_minute) {
        fields.mistake("from",
                       "overlaps another period of this entry; a minute needs one multiplier");
        break;
      }
    }
    periods.push_back(period);
  }
  return periods;
}

void read_validity(price_fields& fields, price& entry) {
  const auto from = fields.instant("from", presence::optional);
  const auto until = fields.instant("until", presence::optional);
  if (from) entry.valid_from = *from;
  entry.valid_until = until;
  if (until && *until <= entry.valid_from) {
    fields.mistake("until", "not after from; the entry would never be valid");
    entry.valid_until.reset();
  }
}

}  // namespace

provider_terms read_provider(const config_node& written, mistake_list& mistakes) {
  price_fields fields{written, mistakes};
  provider_terms terms;
  terms.tier_permille = read_tiers(fields, mistakes);
  terms.us_permille = read_us_factor(fields, 1000);
  terms.web_search_nanodollars = fields.search_fee("web_search", presence::optional).value_or(0);
  terms.request_nanodollars = fields.request_fee("request", presence::optional).value_or(0);
  fields.finish();
  return terms;
}

price_entry read_price(const config_node& written, const provider_table& providers,
                       mistake_list& mistakes) {
  price_fields fields{written, mistakes};
  price_entry entry{.value = {}, .path = written.path, .line = fields.line()};
  price& value = entry.value;
  value.model = fields.printable("model", presence::required, model_bytes_max).value_or("");
  value.provider = fields.printable("provider", presence::required, model_bytes_max).value_or("");
  read_validity(fields, value);
  value.base = read_rates(fields);
  value.steps = read_steps(fields, mistakes);
  value.periods = read_periods(fields, mistakes);

  provider_terms shared;
  if (const auto found = providers.find(value.provider); found != providers.end()) {
    shared = found->second;
  } else if (!value.provider.empty()) {
    fields.mistake("provider", "not one of providers; add it there or correct the name");
  }
  settle_tiers(value, read_tiers(fields, mistakes), shared.tier_permille);
  value.us_permille = read_us_factor(fields, shared.us_permille);
  check_factors(fields, value);
  value.web_search_nanodollars =
      fields.search_fee("web_search", presence::optional).value_or(shared.web_search_nanodollars);
  value.request_nanodollars =
      fields.request_fee("request", presence::optional).value_or(shared.request_nanodollars);

  value.context_window_tokens =
      fields.token_count("context_window", presence::optional).value_or(0);
  value.output_tokens_max = fields.token_count("max_output", presence::optional).value_or(0);
  value.source = fields.printable("source", presence::required, source_bytes_max).value_or("");
  value.source_date = fields.date_or_month("source_date", presence::required).value_or("");
  value.note = fields.printable("note", presence::optional, note_bytes_max).value_or("");
  fields.finish();
  return entry;
}

}  // namespace stint
