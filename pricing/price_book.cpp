// Tested by tests/pricing/price_book_test.cpp.
#include "pricing/price_book.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "pricing/invariant.hpp"
#include "pricing/text/ascii.hpp"
#include "pricing/usage.hpp"

namespace stint {

namespace {

constexpr std::string_view tier_words[service_tier_count] = {"standard", "flex", "batch",
                                                             "priority", "fast"};

bool within_limits(const token_rates& rates) noexcept {
  for (const std::int64_t rate :
       {rates.input, rates.cached_input, rates.cache_write_5m, rates.cache_write_1h,
        rates.cache_write_12h, rates.audio_input, rates.output, rates.audio_output}) {
    if (rate < 0 || rate > rate_max) return false;
  }
  return true;
}

bool within_limits(std::int64_t multiplier_permille) noexcept {
  return multiplier_permille > 0 && multiplier_permille <= multiplier_permille_max;
}

bool is_count(std::int64_t tokens) noexcept {
  return tokens >= 0 && tokens <= usage_count_max;
}

bool is_fee(std::int64_t nanodollars, std::int64_t limit) noexcept {
  return nanodollars >= 0 && nanodollars <= limit;
}

const char* fault_of_steps(const price& entry) noexcept {
  std::int64_t previous = 0;
  for (const context_step& step : entry.steps) {
    if (step.first_tokens <= previous) return "steps that do not ascend";
    if (!is_count(step.first_tokens)) return "a step that no prompt reaches";
    if (!within_limits(step.rates)) return "a step's rate beyond $10,000 per million tokens";
    previous = step.first_tokens;
  }
  return nullptr;
}

// The factor of a region goes on top of each other one.
const char* fault_of_factors(const price& entry) noexcept {
  if (!within_limits(entry.us_permille)) return "a region's factor that is 0 or above 10";
  for (const std::int64_t permille : entry.tier_permille) {
    if (!within_limits(permille)) return "a tier's factor that is 0 or above 10";
    if (permille * entry.us_permille > multiplier_permille_max * 1000)
      return "factors of a tier and a region that are above 10 together";
  }
  for (const daily_period& period : entry.periods) {
    if (!within_limits(period.multiplier_permille))
      return "a period's factor that is 0 or above 10";
  }
  return nullptr;
}

bool all_digits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// "20250929": a date of this century, so that other eight-digit endings stay part of the name.
bool is_date(std::string_view digits) noexcept {
  if (digits.size() != 8 || !all_digits(digits) || !digits.starts_with("20")) return false;
  const std::string_view month = digits.substr(4, 2);
  const std::string_view day = digits.substr(6, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

// The name without its dated suffix; empty when it has none.
std::string_view without_dated_suffix(std::string_view model) noexcept {
  constexpr std::string_view latest = "-latest";
  if (model.ends_with(latest)) return model.substr(0, model.size() - latest.size());

  constexpr std::size_t compact = 9;  // "-20250929", "@20250929"
  if (model.size() > compact) {
    const std::string_view suffix = model.substr(model.size() - compact);
    if ((suffix[0] == '-' || suffix[0] == '@') && is_date(suffix.substr(1))) {
      return model.substr(0, model.size() - compact);
    }
  }
  constexpr std::size_t dashed = 11;  // "-2024-08-06"
  if (model.size() > dashed) {
    const std::string_view suffix = model.substr(model.size() - dashed);
    const char digits[] = {suffix[1], suffix[2], suffix[3], suffix[4],
                           suffix[6], suffix[7], suffix[9], suffix[10]};
    if (suffix[0] == '-' && suffix[5] == '-' && suffix[8] == '-' &&
        is_date(std::string_view{digits, sizeof digits})) {
      return model.substr(0, model.size() - dashed);
    }
  }
  return {};
}

struct by_model {
  bool operator()(const price& entry, std::string_view model) const noexcept {
    return entry.model < model;
  }
  bool operator()(std::string_view model, const price& entry) const noexcept {
    return model < entry.model;
  }
};

constexpr auto from_of = [](const price_alias& alias) noexcept -> std::string_view {
  return alias.from;
};

}  // namespace

std::string_view to_string(service_tier tier) noexcept {
  return tier_words[static_cast<std::size_t>(tier)];
}

std::string_view to_string(inference_region region) noexcept {
  return region == inference_region::us ? "us" : "";
}

std::optional<service_tier> parse_service_tier(std::string_view word) noexcept {
  // OpenAI calls its standard tier "default". "auto" leaves the choice to the provider and is
  // planned as standard; the response names what was served. Anthropic's requests say
  // "standard_only", Groq says "on_demand".
  if (word == "default" || word == "auto" || word == "standard_only" || word == "on_demand")
    return service_tier::standard;
  for (int i = 0; i < service_tier_count; ++i) {
    if (word == tier_words[i]) return static_cast<service_tier>(i);
  }
  return std::nullopt;
}

const char* fault_of(const price& entry) noexcept {
  if (entry.model.empty()) return "no name of a model";
  if (entry.provider.empty()) return "no name of who sells it";
  if (entry.valid_until && entry.valid_from >= *entry.valid_until)
    return "a price that is never valid";
  if (!within_limits(entry.base)) return "a rate beyond $10,000 per million tokens";
  if (const char* const fault = fault_of_steps(entry)) return fault;
  if (const char* const fault = fault_of_factors(entry)) return fault;
  if (!is_fee(entry.web_search_nanodollars, web_search_nanodollars_max))
    return "a fee for a search beyond $1";
  if (!is_fee(entry.request_nanodollars, request_nanodollars_max))
    return "a fee for a request beyond $0.20";
  if (!is_count(entry.context_window_tokens) || !is_count(entry.output_tokens_max))
    return "a window or a longest answer beyond a thousand million tokens";
  return nullptr;
}

std::string_view to_string(price_error error) noexcept {
  switch (error) {
    case price_error::unknown_model:
      return "unknown model";
    case price_error::not_valid_at_this_time:
      return "no price is valid at this time";
  }
  return "unknown price error";
}

void throw_exception_from_error(price_error error, const boost::source_location& where) {
  throw std::logic_error(where.to_string() + ": the price was taken from a failed look-up: " +
                         std::string{to_string(error)});
}

price_book::price_book(std::string version, std::vector<price> prices,
                       std::vector<price_alias> aliases)
    : version_(std::move(version)), prices_(std::move(prices)) {
  invariant(!version_.empty(), "a price book without a version");
  std::sort(prices_.begin(), prices_.end(), [](const price& a, const price& b) {
    return std::tie(a.model, a.valid_from) < std::tie(b.model, b.valid_from);
  });
  const price* previous = nullptr;
  for (const price& entry : prices_) {
    const char* const fault = fault_of(entry);
    invariant(fault == nullptr, fault);
    invariant(previous == nullptr || previous->model != entry.model ||
                  (previous->valid_until && *previous->valid_until <= entry.valid_from),
              "two prices of one model overlap in time");
    previous = &entry;
  }
  for (price_alias& alias : aliases) {
    (alias.is_prefix ? prefixes_ : names_).push_back(std::move(alias));
  }
  std::ranges::sort(names_, {}, from_of);
  std::ranges::stable_sort(prefixes_, [](const price_alias& a, const price_alias& b) {
    return a.from.size() > b.from.size();
  });
}

std::span<const price> price_book::dated_entries(std::string_view model) const noexcept {
  const auto found = std::equal_range(prices_.begin(), prices_.end(), model, by_model{});
  return {found.first, found.second};
}

std::span<const price> price_book::whole_or_alias(std::string_view model) const noexcept {
  const std::span<const price> whole = dated_entries(model);
  if (!whole.empty()) return whole;
  const auto alias = std::ranges::lower_bound(names_, model, {}, from_of);
  if (alias == names_.end() || alias->from != model) return {};
  return dated_entries(alias->to);
}

std::span<const price> price_book::resolve(std::string_view model) const {
  if (const auto found = whole_or_alias(model); !found.empty()) return found;
  for (const price_alias& prefix : prefixes_) {
    if (!model.starts_with(prefix.from)) continue;
    const std::string_view rest = model.substr(prefix.from.size());
    const auto found =
        prefix.to.empty() ? whole_or_alias(rest) : whole_or_alias(prefix.to + std::string{rest});
    if (!found.empty()) return found;
  }
  return {};
}

boost::system::result<const price*, price_error> price_book::find(std::string_view model,
                                                                  wall_time at) const {
  if (model.size() > model_bytes_max) return price_error::unknown_model;
  std::span<const price> entries = resolve(model);
  if (entries.empty()) {
    const std::string_view undated = without_dated_suffix(model);
    if (!undated.empty()) entries = resolve(undated);
  }
  if (entries.empty()) return price_error::unknown_model;
  for (const price& entry : entries) {
    if (at >= entry.valid_from && (!entry.valid_until || at < *entry.valid_until)) return &entry;
  }
  return price_error::not_valid_at_this_time;
}

}  // namespace stint
