// Tested by tests/pricing/cost_test.cpp and worst_case_test.cpp.
#include "pricing/cost.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "pricing/invariant.hpp"

namespace stint {

namespace {

__extension__ using wide = __int128;

// Rates are per million tokens; the tier's, the region's and the period's multipliers are in
// thousandths each.
constexpr wide billing_denominator = wide{1'000'000} * 1'000 * 1'000 * 1'000;

constexpr int input_kinds = 6;   // input, cached, cache write 5m, 1h and 12h, audio
constexpr int output_kinds = 2;  // text, audio

// The only division of a call: rounded up, so that many small calls never add up to less than their
// price.
nanodollars round_up(wide numerator, std::int64_t fees_nanodollars) noexcept {
  const wide total = (numerator + billing_denominator - 1) / billing_denominator + fees_nanodollars;
  invariant(total >= 0 && total <= std::numeric_limits<std::int64_t>::max(),
            "a cost does not fit 64 bits: the price breaks the price book's limits");
  return nanodollars{static_cast<std::int64_t>(total)};
}

const token_rates& rates_for(const price& at, std::int64_t prompt_tokens) noexcept {
  const token_rates* rates = &at.base;
  for (const context_step& step : at.steps) {
    if (prompt_tokens < step.first_tokens) break;
    rates = &step.rates;
  }
  return *rates;
}

std::int64_t tier_multiplier(const price& at, service_tier tier) noexcept {
  return at.tier_permille[static_cast<std::size_t>(tier)];
}

bool covers(const daily_period& period, wall_time when) noexcept {
  using namespace std::chrono;
  const auto day = floor<days>(when);
  const auto minute = floor<minutes>(when - day).count();
  if (minute < period.from_minute || minute >= period.until_minute) return false;
  if (!period.weekdays_only) return true;
  const weekday seen{floor<days>(when + minutes{period.weekday_offset_minutes})};
  return seen != Saturday && seen != Sunday;
}

std::int64_t region_multiplier(const price& at, inference_region region) noexcept {
  return region == inference_region::us ? at.us_permille : 1000;
}

std::int64_t dearest_region(const price& at) noexcept {
  return std::max<std::int64_t>(at.us_permille, 1000);
}

std::int64_t period_multiplier(const price& at, wall_time when) noexcept {
  for (const daily_period& period : at.periods) {
    if (covers(period, when)) return period.multiplier_permille;
  }
  return 1000;
}

std::int64_t dearest_period(const price& at) noexcept {
  std::int64_t dearest = 1000;
  for (const daily_period& period : at.periods) {
    dearest = std::max(dearest, period.multiplier_permille);
  }
  return dearest;
}

// The tiers in the order in which a provider may serve a request at one below the one asked for.
// OpenAI reports fast as priority, so fast includes it.
std::int64_t dearest_tier(const price& at, service_tier requested) noexcept {
  std::int64_t dearest =
      std::max({tier_multiplier(at, service_tier::standard),
                tier_multiplier(at, service_tier::flex), tier_multiplier(at, service_tier::batch)});
  if (requested == service_tier::priority || requested == service_tier::fast) {
    dearest = std::max(dearest, tier_multiplier(at, service_tier::priority));
  }
  if (requested == service_tier::fast) {
    dearest = std::max(dearest, tier_multiplier(at, service_tier::fast));
  }
  return dearest;
}

// The dearest tokens × rates of a prompt at one level of rates when it has `prompt_tokens`, the
// most that this level allows.
wide dearest_prompt(const token_rates& rates, const call_bound& bound,
                    std::int64_t prompt_tokens) noexcept {
  std::int64_t text = std::max(rates.input, rates.cached_input);
  if (bound.cache_write_5m) text = std::max(text, rates.cache_write_5m);
  if (bound.cache_write_1h) text = std::max({text, rates.cache_write_1h, rates.cache_write_12h});
  const std::int64_t audio = std::max(text, rates.audio_input);
  const std::int64_t audio_tokens = std::min(bound.audio_input_tokens, prompt_tokens);
  return wide{prompt_tokens - audio_tokens} * text + wide{audio_tokens} * audio;
}

std::int64_t dearest_output_rate(const token_rates& rates, const call_bound& bound) noexcept {
  return bound.output_may_be_audio ? std::max(rates.output, rates.audio_output) : rates.output;
}

// Every level is tried, not only the last one reached: nothing makes a longer prompt's rates the
// dearer ones, and a prompt that turns out shorter than its bound is billed at a lower level.
template <class Visitor>
void each_reachable_level(const price& at, const call_bound& bound, Visitor&& visit) noexcept {
  const token_rates* rates = &at.base;
  for (std::size_t level = 0; level <= at.steps.size(); ++level) {
    const bool last =
        level == at.steps.size() || bound.prompt_tokens < at.steps[level].first_tokens;
    visit(*rates, last ? bound.prompt_tokens : at.steps[level].first_tokens - 1);
    if (last) return;
    rates = &at.steps[level].rates;
  }
}

call_bound within_plausible(const call_bound& bound) noexcept {
  invariant(bound.prompt_tokens >= 0 && bound.audio_input_tokens >= 0 && bound.output_tokens >= 0 &&
                bound.web_searches >= 0 && bound.requests >= 0,
            "a call's bound is negative");
  call_bound cut = bound;
  cut.prompt_tokens = std::min(bound.prompt_tokens, input_kinds * usage_count_max);
  cut.audio_input_tokens = std::min(bound.audio_input_tokens, usage_count_max);
  cut.output_tokens = std::min(bound.output_tokens, output_kinds * usage_count_max);
  cut.web_searches = std::min(bound.web_searches, usage_count_max);
  cut.requests = std::min(bound.requests, usage_count_max);
  return cut;
}

// Fees are per use: neither tier nor region nor period changes them.
std::int64_t fees_of(const price& at, std::int64_t web_searches, std::int64_t requests) noexcept {
  return web_searches * at.web_search_nanodollars + requests * at.request_nanodollars;
}

}  // namespace

service_tier tier_unless_told(const price& at, service_tier requested) noexcept {
  const bool is_cheaper =
      tier_multiplier(at, requested) < tier_multiplier(at, service_tier::standard);
  return is_cheaper ? service_tier::standard : requested;
}

nanodollars cost_of(const price& at, const usage& used, service_tier tier, wall_time admitted,
                    inference_region region) noexcept {
  invariant(plausible(used), "a usage was priced without checking that it is plausible");
  const token_rates& rates = rates_for(at, used.input_total());
  const wide tokens_at_rates =
      wide{used.input_tokens} * rates.input + wide{used.cached_input_tokens} * rates.cached_input +
      wide{used.cache_write_5m_tokens} * rates.cache_write_5m +
      wide{used.cache_write_1h_tokens} * rates.cache_write_1h +
      wide{used.cache_write_12h_tokens} * rates.cache_write_12h +
      wide{used.audio_input_tokens} * rates.audio_input + wide{used.output_tokens} * rates.output +
      wide{used.audio_output_tokens} * rates.audio_output;
  const wide factor = wide{tier_multiplier(at, tier)} * region_multiplier(at, region) *
                      period_multiplier(at, admitted);
  return round_up(tokens_at_rates * factor, fees_of(at, used.web_searches, used.requests));
}

nanodollars worst_case(const price& at, const call_bound& bound, service_tier requested) noexcept {
  const call_bound cut = within_plausible(bound);
  wide dearest = 0;
  each_reachable_level(at, cut, [&](const token_rates& rates, std::int64_t prompt_tokens) {
    dearest = std::max(dearest, dearest_prompt(rates, cut, prompt_tokens) +
                                    wide{cut.output_tokens} * dearest_output_rate(rates, cut));
  });
  const wide factor = wide{dearest_tier(at, requested)} * dearest_region(at) * dearest_period(at);
  return round_up(dearest * factor, fees_of(at, cut.web_searches, cut.requests));
}

cost_of_output::cost_of_output(const price& at, const call_bound& bound,
                               service_tier requested) noexcept
    : fees_nanodollars_(0) {
  const call_bound cut = within_plausible(bound);
  const wide factor = wide{dearest_tier(at, requested)} * dearest_region(at) * dearest_period(at);
  fees_nanodollars_ = fees_of(at, cut.web_searches, cut.requests);
  std::size_t used = 0;
  each_reachable_level(at, cut, [&](const token_rates& rates, std::int64_t prompt_tokens) {
    // Levels beyond what there is room for share the last line, which is dearer than each of them.
    line& into = lines_[std::min(used++, levels_max - 1)];
    into.fixed = std::max(into.fixed, dearest_prompt(rates, cut, prompt_tokens) * factor);
    into.each = std::max(into.each, wide{dearest_output_rate(rates, cut)} * factor);
  });
}

void cost_of_output::or_dearer(const cost_of_output& other) noexcept {
  for (std::size_t level = 0; level < levels_max; ++level) {
    lines_[level].fixed = std::max(lines_[level].fixed, other.lines_[level].fixed);
    lines_[level].each = std::max(lines_[level].each, other.lines_[level].each);
  }
  fees_nanodollars_ = std::max(fees_nanodollars_, other.fees_nanodollars_);
}

nanodollars cost_of_output::at(std::int64_t output_tokens) const noexcept {
  call_bound only_output;
  only_output.output_tokens = output_tokens;
  const std::int64_t tokens = within_plausible(only_output).output_tokens;
  wide dearest = 0;
  for (const line& each : lines_)
    dearest = std::max(dearest, each.fixed + each.each * tokens);
  return round_up(dearest, fees_nanodollars_);
}

std::int64_t cost_of_output::most_within(nanodollars room, std::int64_t tokens_max) const noexcept {
  const wide allowed = (wide{room.count()} - fees_nanodollars_) * billing_denominator;
  wide most = tokens_max;
  for (const line& each : lines_) {
    if (each.fixed > allowed) return -1;
    if (each.each > 0) most = std::min(most, (allowed - each.fixed) / each.each);
  }
  return static_cast<std::int64_t>(most);
}

}  // namespace stint
