// Goal: no usage within a bound costs more than worst_case, and worst_case is no larger than it
// must be. Method: on small bounds, every usage is priced and the dearest compared; on large ones,
// random usages within random bounds; worked examples.
#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "pricing/cost.hpp"
#include "pricing/price_samples.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(worst_case_of_a_call)

namespace {

using engine = std::mt19937_64;

std::int64_t draw(engine& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>{low, high}(random);
}

bool flip(engine& random) {
  return draw(random, 0, 1) == 1;
}

token_rates random_rates(engine& random) {
  // Any order of kinds: also cached reads and long prompts that are the dearest.
  const auto rate = [&] {
    return flip(random) ? draw(random, 0, 999) : draw(random, 0, 50 * dollar);
  };
  return {rate(), rate(), rate(), rate(), rate(), rate(), rate(), rate()};
}

price random_price(engine& random, std::int64_t prompt_max) {
  price sample = plain_price("random", random_rates(random));
  std::int64_t first = 0;
  for (std::int64_t left = draw(random, 0, 3); left > 0; --left) {
    first += draw(random, 1, std::max<std::int64_t>(1, prompt_max / 2));
    sample.steps.push_back({.first_tokens = first, .rates = random_rates(random)});
  }
  for (std::int64_t& permille : sample.tier_permille)
    permille = draw(random, 1, 6000);
  set_tier(sample, service_tier::standard, 1000);
  for (int period = 0, minute = 0; period < static_cast<int>(draw(random, 0, 2)); ++period) {
    const int from = minute + static_cast<int>(draw(random, 0, 300));
    minute = from + static_cast<int>(draw(random, 1, 300));
    sample.periods.push_back({.from_minute = from,
                              .until_minute = minute,
                              .weekdays_only = flip(random),
                              .weekday_offset_minutes = static_cast<int>(draw(random, -720, 840)),
                              .multiplier_permille = draw(random, 1, 3000)});
  }
  sample.us_permille = draw(random, 1, 1600);
  sample.web_search_nanodollars = draw(random, 0, cent);
  sample.request_nanodollars = draw(random, 0, cent);
  return sample;
}

call_bound random_bound(engine& random, std::int64_t tokens_max) {
  return {.prompt_tokens = draw(random, 0, tokens_max),
          .audio_input_tokens = flip(random) ? draw(random, 0, tokens_max) : 0,
          .output_tokens = draw(random, 0, tokens_max),
          .output_may_be_audio = flip(random),
          .cache_write_5m = flip(random),
          .cache_write_1h = flip(random),
          .web_searches = draw(random, 0, 5),
          .requests = draw(random, 0, 2)};
}

// Takes part of what is left; often all of it, because the edges are where a bound breaks.
std::int64_t take(engine& random, std::int64_t& left, std::int64_t most) {
  const std::int64_t limit = std::min(left, most);
  const std::int64_t taken = draw(random, 0, 3) == 0 ? limit : draw(random, 0, limit);
  left -= taken;
  return taken;
}

usage random_usage(engine& random, const call_bound& bound) {
  usage used;
  std::int64_t prompt = bound.prompt_tokens;
  used.audio_input_tokens = take(random, prompt, bound.audio_input_tokens);
  if (bound.cache_write_1h) used.cache_write_1h_tokens = take(random, prompt, prompt);
  if (bound.cache_write_1h) used.cache_write_12h_tokens = take(random, prompt, prompt);
  if (bound.cache_write_5m) used.cache_write_5m_tokens = take(random, prompt, prompt);
  used.cached_input_tokens = take(random, prompt, prompt);
  used.input_tokens = take(random, prompt, prompt);
  std::int64_t output = bound.output_tokens;
  if (bound.output_may_be_audio) used.audio_output_tokens = take(random, output, output);
  used.output_tokens = take(random, output, output);
  used.reasoning_tokens = draw(random, 0, used.output_tokens);
  used.web_searches = draw(random, 0, bound.web_searches);
  used.requests = draw(random, 0, bound.requests);
  return used;
}

// The tiers at which a provider may serve a request: standard may always happen; the economy tiers
// too; priority when it or fast was asked for; fast only when asked for.
std::vector<service_tier> tiers_served(service_tier requested) {
  std::vector<service_tier> served{service_tier::standard, service_tier::flex, service_tier::batch};
  if (requested == service_tier::priority) served.push_back(service_tier::priority);
  if (requested == service_tier::fast) {
    served.push_back(service_tier::priority);
    served.push_back(service_tier::fast);
  }
  return served;
}

constexpr service_tier all_tiers[] = {service_tier::standard, service_tier::flex,
                                      service_tier::batch, service_tier::priority,
                                      service_tier::fast};

std::vector<wall_time> instants_of(const price& at) {
  // A Wednesday everywhere on Earth at noon UTC, and inside each period on it.
  std::vector<wall_time> instants{utc(2026, 11, 18, 23, 59, 59)};
  for (const daily_period& period : at.periods) {
    instants.push_back(utc(2026, 11, 18) + std::chrono::minutes{period.from_minute});
  }
  return instants;
}

// Every usage within a bound of a few tokens, with all the searches and requests that it allows.
template <typename Visit>
void every_usage(const call_bound& bound, Visit visit) {
  const std::int64_t p = bound.prompt_tokens;
  const std::int64_t w5 = bound.cache_write_5m ? p : 0;
  const std::int64_t w1 = bound.cache_write_1h ? p : 0;
  const std::int64_t oa = bound.output_may_be_audio ? bound.output_tokens : 0;
  for (std::int64_t in = 0; in <= p; ++in)
    for (std::int64_t cached = 0; cached <= p - in; ++cached)
      for (std::int64_t five = 0; five <= std::min(w5, p - in - cached); ++five)
        for (std::int64_t hour = 0; hour <= std::min(w1, p - in - cached - five); ++hour)
          for (std::int64_t audio = 0;
               audio <= std::min(bound.audio_input_tokens, p - in - cached - five - hour); ++audio)
            for (std::int64_t spoken = 0; spoken <= oa; ++spoken)
              for (std::int64_t out = 0; out <= bound.output_tokens - spoken; ++out) {
                usage used{in, cached, five, hour, audio, out, 0, spoken, bound.web_searches};
                used.requests = bound.requests;
                visit(used);
                // A write lives for one hour or for twelve.
                std::swap(used.cache_write_1h_tokens, used.cache_write_12h_tokens);
                visit(used);
              }
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_is_exactly_the_dearest_of_all_usages_of_a_small_bound) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      engine random{seed};
      price sample = random_price(random, 4);
      // Weekdays alone would leave the dearest period out of the instants tried here.
      for (daily_period& period : sample.periods)
        period.weekdays_only = false;
      const call_bound bound = random_bound(random, 4);
      const service_tier requested = all_tiers[draw(random, 0, 4)];
      nanodollars dearest;
      for (const service_tier tier : tiers_served(requested)) {
        for (const wall_time when : instants_of(sample)) {
          every_usage(bound, [&](const usage& used) {
            for (const inference_region region : {inference_region::any, inference_region::us})
              dearest = std::max(dearest, cost_of(sample, used, tier, when, region));
          });
        }
      }
      BOOST_REQUIRE_EQUAL(worst_case(sample, bound, requested).count(), dearest.count());
    }
  }
}

BOOST_AUTO_TEST_CASE(no_usage_within_a_random_bound_costs_more) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      engine random{seed};
      const std::int64_t tokens_max = flip(random) ? 2'000'000 : 50;
      const price sample = random_price(random, tokens_max);
      const call_bound bound = random_bound(random, tokens_max);
      const service_tier requested = all_tiers[draw(random, 0, 4)];
      const nanodollars held = worst_case(sample, bound, requested);
      const auto served = tiers_served(requested);
      for (int i = 0; i < 50; ++i) {
        const usage used = random_usage(random, bound);
        const auto tier = served[static_cast<std::size_t>(draw(random, 0, std::ssize(served) - 1))];
        const wall_time when = utc(2026, 11, 16) + std::chrono::minutes{draw(random, 0, 14 * 1440)};
        const auto region = flip(random) ? inference_region::us : inference_region::any;
        BOOST_REQUIRE_LE(cost_of(sample, used, tier, when, region).count(), held.count());
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_larger_bound_is_never_cheaper) {
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      engine random{seed};
      const price sample = random_price(random, 1'000);
      const call_bound bound = random_bound(random, 1'000);
      const service_tier requested = all_tiers[draw(random, 0, 4)];
      const std::int64_t held = worst_case(sample, bound, requested).count();
      for (std::int64_t call_bound::*count :
           {&call_bound::prompt_tokens, &call_bound::audio_input_tokens, &call_bound::output_tokens,
            &call_bound::web_searches, &call_bound::requests}) {
        call_bound larger = bound;
        larger.*count += draw(random, 1, 1'000);
        BOOST_REQUIRE_LE(held, worst_case(sample, larger, requested).count());
      }
      for (bool call_bound::*flag : {&call_bound::output_may_be_audio, &call_bound::cache_write_5m,
                                     &call_bound::cache_write_1h}) {
        call_bound larger = bound;
        larger.*flag = true;
        BOOST_REQUIRE_LE(held, worst_case(sample, larger, requested).count());
      }
      const std::int64_t priority = worst_case(sample, bound, service_tier::priority).count();
      BOOST_REQUIRE_LE(worst_case(sample, bound, service_tier::standard).count(), priority);
      BOOST_REQUIRE_LE(priority, worst_case(sample, bound, service_tier::fast).count());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_request_is_held_by_hand_worked_figures) {
  // 4 / cached 0.4 / write 5 / 20; from 272,000 8 / 0.8 / 10 / 30; flex half, priority twice.
  token_rates base = plain_rates(4 * dollar, 20 * dollar);
  base.cached_input = 40 * cent;
  base.cache_write_5m = 5 * dollar;
  token_rates longer = plain_rates(8 * dollar, 30 * dollar);
  longer.cache_write_5m = 10 * dollar;
  price sample = plain_price("openai", base);
  sample.steps = {{.first_tokens = 272'000, .rates = longer}};
  set_tier(sample, service_tier::flex, 500);
  set_tier(sample, service_tier::priority, 2000);
  set_tier(sample, service_tier::fast, 2000);
  sample.web_search_nanodollars = cent;
  const auto held = [&](call_bound bound, service_tier tier = service_tier::standard) {
    return worst_case(sample, bound, tier).count();
  };
  // 1,000×4,000 + 100×20,000; writes possible: 1,000×5,000 + 100×20,000
  BOOST_TEST(held({.prompt_tokens = 1'000, .output_tokens = 100}) == 6'000'000);
  BOOST_TEST(held({.prompt_tokens = 1'000, .output_tokens = 100, .cache_write_5m = true}) ==
             7'000'000);
  // flex may fall back to standard; priority is held at twice.
  BOOST_TEST(held({.prompt_tokens = 1'000, .output_tokens = 100}, service_tier::flex) == 6'000'000);
  BOOST_TEST(held({.prompt_tokens = 1'000, .output_tokens = 100}, service_tier::priority) ==
             12'000'000);
  // Just below the step, and at it: 271,999×4,000 and 272,000×8,000.
  BOOST_TEST(held({.prompt_tokens = 271'999}) == 1'087'996'000);
  BOOST_TEST(held({.prompt_tokens = 272'000}) == 2'176'000'000);
  BOOST_TEST(held({.prompt_tokens = 10, .web_searches = 3}) == 40'000 + 3 * cent);
  BOOST_TEST(held({}) == 0);
}

BOOST_AUTO_TEST_CASE(a_cheaper_step_does_not_lower_what_a_shorter_prompt_may_cost) {
  price sample = plain_price("falling", plain_rates(10 * dollar, 0));
  sample.steps = {{.first_tokens = 101, .rates = plain_rates(dollar, 0)}};
  // A prompt bound of 200 may turn out as 100 tokens at 10,000 each: dearer than 200 at 1,000.
  BOOST_TEST(worst_case(sample, {.prompt_tokens = 200}, service_tier::standard).count() ==
             1'000'000);
}

BOOST_AUTO_TEST_CASE(bounds_beyond_any_plausible_usage_do_not_overflow) {
  price limit = plain_price("limit", plain_rates(rate_max, rate_max));
  limit.web_search_nanodollars = web_search_nanodollars_max;
  limit.request_nanodollars = request_nanodollars_max;
  set_tier(limit, service_tier::fast, multiplier_permille_max);
  limit.periods = {
      {.from_minute = 0, .until_minute = 1440, .multiplier_permille = multiplier_permille_max}};
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const call_bound bound{.prompt_tokens = huge,
                         .audio_input_tokens = huge,
                         .output_tokens = huge,
                         .output_may_be_audio = true,
                         .cache_write_5m = true,
                         .cache_write_1h = true,
                         .web_searches = huge,
                         .requests = huge};
  BOOST_TEST(worst_case(limit, bound, service_tier::fast).count() == 9'200'000'000'000'000'000);
}

BOOST_AUTO_TEST_CASE(cost_of_output_is_the_worst_case_at_every_bound_and_finds_the_most_that_fits) {
  engine random(23);
  for (int round = 0; round < 2'000; ++round) {
    const price sample = random_price(random, 100);
    call_bound bound = random_bound(random, 200);
    const auto tier = static_cast<service_tier>(draw(random, 0, service_tier_count - 1));
    const cost_of_output cost(sample, bound, tier);
    for (const std::int64_t tokens : {std::int64_t{0}, std::int64_t{1}, draw(random, 0, 5'000)}) {
      bound.output_tokens = tokens;
      BOOST_TEST(cost.at(tokens).count() == worst_case(sample, bound, tier).count());
    }
    const nanodollars room = cost.at(draw(random, 0, 5'000));
    const std::int64_t most = cost.most_within(room, 5'000);
    BOOST_TEST(most >= 0);
    BOOST_TEST((cost.at(most) <= room));
    if (most < 5'000) BOOST_TEST((cost.at(most + 1) > room));
    if (cost.at(0).count() > 0)
      BOOST_TEST(cost.most_within(cost.at(0) - nanodollars(1), 5'000) == -1);
  }
}

BOOST_AUTO_TEST_CASE(room_for_the_prompt_alone_leaves_no_output_and_is_no_refusal) {
  const price sample = plain_price("plain", plain_rates(2 * dollar, 8 * dollar));
  const cost_of_output cost(sample, {.prompt_tokens = 10}, service_tier::standard);
  BOOST_TEST(cost.most_within(nanodollars(10 * 2'000), 5'000) == 0);
  BOOST_TEST(cost.most_within(nanodollars(10 * 2'000 - 1), 5'000) == -1);
  BOOST_TEST(cost.most_within(nanodollars(10 * 2'000 + 8'000), 5'000) == 1);
}

BOOST_AUTO_TEST_CASE(of_two_models_the_dearer_is_held_at_every_bound) {
  engine random(31);
  for (int round = 0; round < 1'000; ++round) {
    const price first = random_price(random, 100);
    const price second = random_price(random, 100);
    const call_bound bound = random_bound(random, 200);
    const auto tier = static_cast<service_tier>(draw(random, 0, service_tier_count - 1));
    cost_of_output either(first, bound, tier);
    either.or_dearer(cost_of_output(second, bound, tier));
    for (const std::int64_t tokens : {std::int64_t{0}, draw(random, 0, 5'000)}) {
      BOOST_TEST((either.at(tokens) >= cost_of_output(first, bound, tier).at(tokens)));
      BOOST_TEST((either.at(tokens) >= cost_of_output(second, bound, tier).at(tokens)));
    }
    cost_of_output same(first, bound, tier);
    same.or_dearer(cost_of_output(first, bound, tier));
    BOOST_TEST((same.at(77) == cost_of_output(first, bound, tier).at(77)));
  }
}

BOOST_AUTO_TEST_CASE(cost_of_output_of_a_price_with_more_levels_than_it_keeps_is_never_too_low) {
  engine random(29);
  for (int round = 0; round < 500; ++round) {
    price sample = random_price(random, 20);
    for (std::int64_t first = 1'000; first < 9'000; first += 1'000)
      sample.steps.push_back({.first_tokens = first, .rates = random_rates(random)});
    call_bound bound = random_bound(random, 10'000);
    const cost_of_output cost(sample, bound, service_tier::standard);
    bound.output_tokens = draw(random, 0, 5'000);
    BOOST_TEST((cost.at(bound.output_tokens) >= worst_case(sample, bound, service_tier::standard)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
