// Tested by tests/pricing/import/import_test.cpp.
#include "pricing/import/write_price_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "pricing/money.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/time_text.hpp"

namespace stint {
namespace {

using rate_of = std::int64_t token_rates::*;
// A rate, and the one that it is where it is not written.
struct written_rate {
  std::string_view key;
  rate_of rate;
  rate_of otherwise;
};
constexpr std::array<written_rate, 6> optional_rates = {{
    {"cached_input", &token_rates::cached_input, &token_rates::input},
    {"cache_write_5m", &token_rates::cache_write_5m, &token_rates::input},
    {"cache_write_1h", &token_rates::cache_write_1h, &token_rates::cache_write_5m},
    {"cache_write_12h", &token_rates::cache_write_12h, &token_rates::cache_write_1h},
    {"audio_input", &token_rates::audio_input, &token_rates::input},
    {"audio_output", &token_rates::audio_output, &token_rates::output},
}};

std::string quoted(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') made += '\\';
    made += is_visible(c) || c == ' ' ? c : '?';
  }
  return made + '"';
}

void add(std::string_view key, const std::string& value, std::string& to) {
  to.append(", ").append(key).append(": ").append(value);
}

std::string dollars(std::int64_t nano) {
  return to_dollars(nanodollars(nano));
}

// A step names every rate that its entry names, and the other way round.
std::vector<written_rate> named_rates(const price& entry) {
  std::vector<written_rate> named;
  for (const written_rate& each : optional_rates) {
    const auto differs = [&](const token_rates& rates) {
      return rates.*each.rate != rates.*each.otherwise;
    };
    const bool in_a_step = std::ranges::any_of(
        entry.steps, [&](const context_step& step) { return differs(step.rates); });
    if (differs(entry.base) || in_a_step) named.push_back(each);
  }
  return named;
}

void add_rates(const token_rates& rates, const std::vector<written_rate>& named, std::string& to) {
  to += "input: " + dollars(rates.input);
  for (const written_rate& each : named)
    add(each.key, dollars(rates.*each.rate), to);
  add("output", dollars(rates.output), to);
}

std::string factor(std::int64_t permille) {
  return to_dollars(nanodollars(permille * 1'000'000));
}

void add_tiers(const price& entry, std::string& to) {
  std::string tiers;
  for (const service_tier tier :
       {service_tier::flex, service_tier::batch, service_tier::priority, service_tier::fast}) {
    if (!entry.offers(tier)) continue;
    tiers += tiers.empty() ? "{" : ", ";
    tiers.append(to_string(tier)).append(": ");
    tiers += factor(entry.tier_permille[static_cast<std::size_t>(tier)]);
  }
  if (!tiers.empty()) add("tiers", tiers + "}", to);
}

std::string line_of(const price& entry, const imported_prices& imported, std::string_view read_on) {
  std::string line = "  - {model: " + quoted(entry.model) + ", provider: " + quoted(entry.provider);
  if (entry.valid_from != wall_time{}) add("from", to_iso_time(entry.valid_from), line);
  if (entry.valid_until) add("until", to_iso_time(*entry.valid_until), line);
  const auto named = named_rates(entry);
  line += ", ";
  add_rates(entry.base, named, line);
  std::string steps;
  for (const context_step& step : entry.steps) {
    steps += steps.empty() ? "[{" : ", {";
    steps += "first_tokens: " + std::to_string(step.first_tokens) + ", ";
    add_rates(step.rates, named, steps);
    steps += '}';
  }
  if (!steps.empty()) add("steps", steps + "]", line);
  add_tiers(entry, line);
  if (entry.us_permille != 1000) add("us_inference", factor(entry.us_permille), line);
  if (entry.web_search_nanodollars > 0)
    add("web_search", dollars(entry.web_search_nanodollars), line);
  if (entry.request_nanodollars > 0) add("request", dollars(entry.request_nanodollars), line);
  if (entry.context_window_tokens > 0)
    add("context_window", std::to_string(entry.context_window_tokens), line);
  if (entry.output_tokens_max > 0) add("max_output", std::to_string(entry.output_tokens_max), line);
  const std::string source =
      entry.source.empty() ? imported.format : imported.format + ", " + entry.source;
  add("source", quoted(source), line);
  add("source_date", std::string(read_on), line);
  return line + "}\n";
}

}  // namespace

std::string to_price_file(const imported_prices& imported, std::string_view version,
                          std::string_view read_on) {
  std::string text = "# Imported from the list of " + imported.format + ".\nversion: ";
  text += quoted(version) + "\nupdated: " + std::string(read_on) + "\n\nproviders:\n";
  std::set<std::string> providers;
  for (const price& each : imported.prices)
    providers.insert(each.provider);
  for (const std::string& each : providers)
    text += "  " + quoted(each) + ": {}\n";
  text += "\nprices:\n";
  for (const price& each : imported.prices)
    text += line_of(each, imported, read_on);
  if (imported.aliases.empty()) return text;
  text += "\naliases:\n";
  for (const price_alias& each : imported.aliases)
    text += "  - {from: " + quoted(each.from) + ", to: " + quoted(each.to) + "}\n";
  return text;
}

}  // namespace stint
