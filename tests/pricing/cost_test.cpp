// Goal: each provider's billing formula gives the exact figure. Method: examples worked by hand; a
// rate of $1 per million is 1,000 nano-dollars a token, so each line of a sum below is tokens ×
// that.
#include "pricing/cost.hpp"

#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

using namespace stint;
using namespace stint::samples;

BOOST_AUTO_TEST_SUITE(cost_of_a_call)

namespace {

std::int64_t cost(const price& at, const usage& used, service_tier tier = service_tier::standard,
                  wall_time when = any_time()) {
  return cost_of(at, used, tier, when).count();
}

// gpt-5.6-sol: 4 / 0.4 / write 5 / 20; from 272,000 tokens 8 / 0.8 / 10 / 30.
price openai_price() {
  token_rates base = plain_rates(4 * dollar, 20 * dollar);
  base.cached_input = 40 * cent;
  base.cache_write_5m = base.cache_write_1h = 5 * dollar;
  token_rates longer = plain_rates(8 * dollar, 30 * dollar);
  longer.cached_input = 80 * cent;
  longer.cache_write_5m = longer.cache_write_1h = 10 * dollar;
  price sample = plain_price("openai", base);
  sample.steps = {{.first_tokens = 272'000, .rates = longer}};
  set_tier(sample, service_tier::flex, 500);
  set_tier(sample, service_tier::batch, 500);
  set_tier(sample, service_tier::priority, 2000);
  set_tier(sample, service_tier::fast, 2000);
  return sample;
}

// claude-opus-5-5: 4 / read 0.2 / writes 5 and 8 / 20, a search one cent.
price anthropic_price() {
  token_rates base = plain_rates(4 * dollar, 20 * dollar);
  base.cached_input = 20 * cent;
  base.cache_write_5m = 5 * dollar;
  base.cache_write_1h = 8 * dollar;
  price sample = plain_price("anthropic", base);
  sample.web_search_nanodollars = cent;
  set_tier(sample, service_tier::batch, 500);
  return sample;
}

// deepseek-v4-pro off-peak: 0.66 / 0.022 / 1.98, twice that at the peak hours of Beijing's
// weekdays.
price deepseek_price() {
  token_rates base = plain_rates(66 * cent, 198 * cent);
  base.cached_input = 22 * cent / 10;
  price sample = plain_price("deepseek", base);
  for (const auto& [from, until] : {std::pair{60, 240}, std::pair{360, 600}}) {
    sample.periods.push_back({.from_minute = from,
                              .until_minute = until,
                              .weekdays_only = true,
                              .weekday_offset_minutes = 480,
                              .multiplier_permille = 2000});
  }
  return sample;
}

}  // namespace

BOOST_AUTO_TEST_CASE(openai_bills_cached_and_written_tokens_instead_of_input) {
  // prompt 10,000 of which 6,000 cached and 1,500 written; completion 800 of which 300 reasoning.
  const usage used{.input_tokens = 2'500,
                   .cached_input_tokens = 6'000,
                   .cache_write_5m_tokens = 1'500,
                   .output_tokens = 800,
                   .reasoning_tokens = 300};
  // 2,500×4,000 = 10,000,000; 6,000×400 = 2,400,000; 1,500×5,000 = 7,500,000; 800×20,000 =
  // 16,000,000
  BOOST_TEST(cost(openai_price(), used) == 35'900'000);
}

BOOST_AUTO_TEST_CASE(openai_write_replaces_the_input_rate_as_observed_for_18014_tokens) {
  // laravel/ai#846: 18,014 prompt tokens were 3 of input and 18,011 written.
  const usage used{.input_tokens = 3, .cache_write_5m_tokens = 18'011};
  BOOST_TEST(used.input_total() == 18'014);
  // 3×4,000 = 12,000; 18,011×5,000 = 90,055,000
  BOOST_TEST(cost(openai_price(), used) == 90'067'000);
}

BOOST_AUTO_TEST_CASE(openai_tiers_multiply_the_whole_sum) {
  const usage used{.input_tokens = 2'500,
                   .cached_input_tokens = 6'000,
                   .cache_write_5m_tokens = 1'500,
                   .output_tokens = 800};
  BOOST_TEST(cost(openai_price(), used, service_tier::standard) == 35'900'000);
  BOOST_TEST(cost(openai_price(), used, service_tier::flex) == 17'950'000);
  BOOST_TEST(cost(openai_price(), used, service_tier::batch) == 17'950'000);
  BOOST_TEST(cost(openai_price(), used, service_tier::priority) == 71'800'000);
  BOOST_TEST(cost(openai_price(), used, service_tier::fast) == 71'800'000);

  // o3: 2 / 8, priority 1.75×: (1,000×2,000 + 100×8,000) × 1.75
  price o3 = plain_price("o3", plain_rates(2 * dollar, 8 * dollar));
  set_tier(o3, service_tier::priority, 1750);
  BOOST_TEST(cost(o3, {.input_tokens = 1'000, .output_tokens = 100}, service_tier::priority) ==
             4'900'000);
}

BOOST_AUTO_TEST_CASE(openai_long_prompts_bill_the_whole_request_dearer) {
  const auto at = [](std::int64_t prompt) {
    return cost(openai_price(), {.input_tokens = prompt - 200'000,
                                 .cached_input_tokens = 150'000,
                                 .cache_write_5m_tokens = 50'000,
                                 .output_tokens = 1'000});
  };
  // below: 71,999×4,000 = 287,996,000; 150,000×400 = 60,000,000; 50,000×5,000 = 250,000,000;
  // 1,000×20,000
  BOOST_TEST(at(271'999) == 617'996'000);
  // at: 72,000×8,000 = 576,000,000; 150,000×800 = 120,000,000; 50,000×10,000 = 500,000,000;
  // 1,000×30,000
  BOOST_TEST(at(272'000) == 1'226'000'000);
  BOOST_TEST(at(272'001) == 1'226'008'000);
}

BOOST_AUTO_TEST_CASE(output_does_not_count_towards_the_long_prompt) {
  // 271,999×4,000 + 100,000×20,000
  BOOST_TEST(cost(openai_price(), {.input_tokens = 271'999, .output_tokens = 100'000}) ==
             3'087'996'000);
}

BOOST_AUTO_TEST_CASE(the_last_step_reached_bills_the_whole_request) {
  // qwen3-max: 1.2/6, from 32,001 2.4/12, from 128,001 3/15.
  price qwen = plain_price("qwen", plain_rates(120 * cent, 6 * dollar));
  qwen.steps = {{.first_tokens = 32'001, .rates = plain_rates(240 * cent, 12 * dollar)},
                {.first_tokens = 128'001, .rates = plain_rates(3 * dollar, 15 * dollar)}};
  BOOST_TEST(cost(qwen, {.input_tokens = 32'000, .output_tokens = 10}) == 38'400'000 + 60'000);
  BOOST_TEST(cost(qwen, {.input_tokens = 32'001, .output_tokens = 10}) == 76'802'400 + 120'000);
  BOOST_TEST(cost(qwen, {.input_tokens = 128'000, .output_tokens = 10}) == 307'200'000 + 120'000);
  BOOST_TEST(cost(qwen, {.input_tokens = 128'001, .output_tokens = 10}) == 384'003'000 + 150'000);
}

BOOST_AUTO_TEST_CASE(anthropic_bills_reads_both_writes_and_searches) {
  const usage used{.input_tokens = 1'200,
                   .cached_input_tokens = 50'000,
                   .cache_write_5m_tokens = 3'000,
                   .cache_write_1h_tokens = 2'000,
                   .output_tokens = 700,
                   .reasoning_tokens = 650,
                   .web_searches = 2};
  // 1,200×4,000 = 4,800,000; 50,000×200 = 10,000,000; 3,000×5,000 = 15,000,000; 2,000×8,000 =
  // 16,000,000; 700×20,000 = 14,000,000: tokens 59,800,000; 2 searches at a cent = 20,000,000
  BOOST_TEST(cost(anthropic_price(), used) == 79'800'000);
  // Half of the tokens; the searches stay.
  BOOST_TEST(cost(anthropic_price(), used, service_tier::batch) == 29'900'000 + 20'000'000);
}

BOOST_AUTO_TEST_CASE(gemini_adds_tool_use_to_input_and_thoughts_to_output) {
  // gemini-2.5-flash: 0.3 / 0.03 / audio 1 / 2.5. promptTokenCount 5,000 with 2,000 cached and
  // 1,000 of audio, toolUsePromptTokenCount 400, candidates 300, thoughts 900.
  token_rates rates = plain_rates(30 * cent, 250 * cent);
  rates.cached_input = 3 * cent;
  rates.audio_input = dollar;
  const usage used{.input_tokens = 2'000 + 400,
                   .cached_input_tokens = 2'000,
                   .audio_input_tokens = 1'000,
                   .output_tokens = 300 + 900,
                   .reasoning_tokens = 900};
  // 2,400×300 = 720,000; 2,000×30 = 60,000; 1,000×1,000 = 1,000,000; 1,200×2,500 = 3,000,000
  BOOST_TEST(cost(plain_price("gemini", rates), used) == 4'780'000);
}

BOOST_AUTO_TEST_CASE(audio_in_and_out_have_rates_of_their_own) {
  // gpt-audio: 2.5 / 10, audio 32 / 64: 100×2,500 + 1,000×32,000 + 50×10,000 + 2,000×64,000
  token_rates rates = plain_rates(250 * cent, 10 * dollar);
  rates.audio_input = 32 * dollar;
  rates.audio_output = 64 * dollar;
  const usage used{.input_tokens = 100,
                   .audio_input_tokens = 1'000,
                   .output_tokens = 50,
                   .audio_output_tokens = 2'000};
  BOOST_TEST(cost(plain_price("audio", rates), used) == 160'750'000);
}

BOOST_AUTO_TEST_CASE(xai_bills_the_whole_request_dearer_from_200000_tokens) {
  // grok-4.5: 2 / 0.3 / 6, from 200,000 4 / 0.6 / 12; completion 500 + reasoning 1,500, which xAI
  // reports apart.
  token_rates base = plain_rates(2 * dollar, 6 * dollar);
  base.cached_input = 30 * cent;
  token_rates longer = plain_rates(4 * dollar, 12 * dollar);
  longer.cached_input = 60 * cent;
  price grok = plain_price("grok", base);
  grok.steps = {{.first_tokens = 200'000, .rates = longer}};
  usage used{.input_tokens = 49'999,
             .cached_input_tokens = 150'000,
             .output_tokens = 2'000,
             .reasoning_tokens = 1'500};
  // 49,999×2,000 = 99,998,000; 150,000×300 = 45,000,000; 2,000×6,000 = 12,000,000
  BOOST_TEST(cost(grok, used) == 156'998'000);
  used.input_tokens = 50'000;
  // 50,000×4,000 = 200,000,000; 150,000×600 = 90,000,000; 2,000×12,000 = 24,000,000
  BOOST_TEST(cost(grok, used) == 314'000'000);
}

BOOST_AUTO_TEST_CASE(deepseek_costs_twice_at_the_peak_of_beijings_weekdays) {
  const usage used{.input_tokens = 2'000, .cached_input_tokens = 8'000, .output_tokens = 1'000};
  const auto at = [&](wall_time when) {
    return cost(deepseek_price(), used, service_tier::standard, when);
  };
  // 2,000×660 = 1,320,000; 8,000×22 = 176,000; 1,000×1,980 = 1,980,000
  constexpr std::int64_t off_peak = 3'476'000;
  constexpr std::int64_t peak = 6'952'000;
  // Friday 2026-11-20: each edge to the microsecond.
  BOOST_TEST(at(utc(2026, 11, 20, 0, 59, 59, 999'999)) == off_peak);
  BOOST_TEST(at(utc(2026, 11, 20, 1)) == peak);
  BOOST_TEST(at(utc(2026, 11, 20, 3, 59, 59, 999'999)) == peak);
  BOOST_TEST(at(utc(2026, 11, 20, 4)) == off_peak);
  BOOST_TEST(at(utc(2026, 11, 20, 5, 59, 59, 999'999)) == off_peak);
  BOOST_TEST(at(utc(2026, 11, 20, 6)) == peak);
  BOOST_TEST(at(utc(2026, 11, 20, 9, 59, 59, 999'999)) == peak);
  BOOST_TEST(at(utc(2026, 11, 20, 10)) == off_peak);
  // Saturday and Sunday, then Monday.
  BOOST_TEST(at(utc(2026, 11, 21, 2)) == off_peak);
  BOOST_TEST(at(utc(2026, 11, 22, 7)) == off_peak);
  BOOST_TEST(at(utc(2026, 11, 23, 2)) == peak);
}

BOOST_AUTO_TEST_CASE(a_weekday_is_that_of_the_periods_own_offset) {
  price sample = plain_price("late", plain_rates(dollar, dollar));
  sample.periods = {{.from_minute = 960,
                     .until_minute = 1440,
                     .weekdays_only = true,
                     .weekday_offset_minutes = 480,
                     .multiplier_permille = 3000}};
  const auto at = [&](wall_time when) {
    return cost(sample, {.input_tokens = 1}, service_tier::standard, when);
  };
  BOOST_TEST(at(utc(2026, 11, 20, 17)) == 1'000);          // Friday in London, Saturday in Beijing
  BOOST_TEST(at(utc(2026, 11, 22, 17)) == 3'000);          // Sunday in London, Monday in Beijing
  BOOST_TEST(at(utc(2026, 11, 22, 23, 59, 59)) == 3'000);  // until 24:00
  BOOST_TEST(at(utc(2026, 11, 23, 0)) == 1'000);
}

BOOST_AUTO_TEST_CASE(tier_and_period_multiply_each_other) {
  price sample = deepseek_price();
  set_tier(sample, service_tier::batch, 500);
  const usage used{.input_tokens = 2'000, .cached_input_tokens = 8'000, .output_tokens = 1'000};
  BOOST_TEST(cost(sample, used, service_tier::batch, utc(2026, 11, 20, 2)) == 3'476'000);
}

BOOST_AUTO_TEST_CASE(a_call_is_rounded_up_once_and_not_each_kind) {
  // $0.0125 per million is 12.5 nano-dollars a token, $0.3125 is 312.5.
  token_rates rates = plain_rates(3125 * dollar / 10'000, 0);
  rates.cached_input = 125 * dollar / 10'000;
  const price sample = plain_price("fine", rates);
  BOOST_TEST(cost(sample, {.input_tokens = 1, .cached_input_tokens = 1}) == 325);
  BOOST_TEST(cost(sample, {.cached_input_tokens = 1}) == 13);
  BOOST_TEST(cost(sample, {.cached_input_tokens = 2}) == 25);
  // The smallest rate there is: a millionth of a nano-dollar a token.
  const price least = plain_price("least", plain_rates(1, 0));
  BOOST_TEST(cost(least, {.input_tokens = 1}) == 1);
  BOOST_TEST(cost(least, {.input_tokens = 1'000'000}) == 1);
  BOOST_TEST(cost(least, {.input_tokens = 1'000'001}) == 2);
}

BOOST_AUTO_TEST_CASE(half_of_a_fraction_is_still_rounded_up_once) {
  token_rates rates = plain_rates(125 * dollar / 10'000, 0);
  price sample = plain_price("half", rates);
  set_tier(sample, service_tier::batch, 500);
  // 12.5 × 0.5 = 6.25; four of them are 25 exactly.
  BOOST_TEST(cost(sample, {.input_tokens = 1}, service_tier::batch) == 7);
  BOOST_TEST(cost(sample, {.input_tokens = 4}, service_tier::batch) == 25);
}

BOOST_AUTO_TEST_CASE(the_smallest_amount_above_nothing_costs_a_nanodollar) {
  // 1 token × a millionth of a nano-dollar × 0.001 × 0.001
  price sample = plain_price("dust", plain_rates(1, 0));
  set_tier(sample, service_tier::batch, 1);
  sample.periods = {{.from_minute = 0, .until_minute = 1440, .multiplier_permille = 1}};
  BOOST_TEST(cost(sample, {.input_tokens = 1}, service_tier::batch) == 1);
  BOOST_TEST(cost(sample, {.input_tokens = 0}, service_tier::batch) == 0);
}

BOOST_AUTO_TEST_CASE(inference_in_the_us_costs_its_factor_on_tokens_and_on_nothing_else) {
  price sample = anthropic_price();
  sample.us_permille = 1100;
  const usage used{.input_tokens = 1'000,
                   .cached_input_tokens = 500,
                   .cache_write_1h_tokens = 100,
                   .output_tokens = 200,
                   .web_searches = 2};
  // 1,000×4,000 + 500×200 + 100×8,000 + 200×20,000 = 8,900,000, × 1.1 = 9,790,000
  const auto in_us =
      cost_of(sample, used, service_tier::standard, any_time(), inference_region::us);
  BOOST_TEST(in_us.count() == 9'790'000 + 2 * cent);
  BOOST_TEST(cost(sample, used) == 8'900'000 + 2 * cent);
  BOOST_TEST(cost_of(sample, used, service_tier::batch, any_time(), inference_region::us).count() ==
             4'895'000 + 2 * cent);
}

BOOST_AUTO_TEST_CASE(a_fee_for_each_request_is_added_and_no_factor_applies_to_it) {
  price sample = plain_price("sonar", plain_rates(dollar, dollar));
  sample.request_nanodollars = cent / 2;
  set_tier(sample, service_tier::priority, 2000);
  // 4,384 + 3 tokens at $1 per million, and $0.005
  const usage used{.input_tokens = 4'384, .output_tokens = 3, .requests = 1};
  BOOST_TEST(cost(sample, used) == 4'387'000 + 5'000'000);
  BOOST_TEST(cost(sample, used, service_tier::priority) == 2 * 4'387'000 + 5'000'000);
}

BOOST_AUTO_TEST_CASE(a_twelve_hour_write_has_a_rate_of_its_own) {
  price sample = openai_price();
  sample.base.cache_write_12h = 9 * dollar;
  BOOST_TEST(cost(sample, {.cache_write_12h_tokens = 1'000}) == 9'000'000);
  BOOST_TEST(cost(sample, {.cache_write_1h_tokens = 1'000}) == 5'000'000);
}

BOOST_AUTO_TEST_CASE(a_cheaper_tier_that_no_answer_named_is_charged_as_standard) {
  const price sample = openai_price();
  for (const service_tier cheap : {service_tier::flex, service_tier::batch})
    BOOST_TEST((tier_unless_told(sample, cheap) == service_tier::standard));
  for (const service_tier dear :
       {service_tier::standard, service_tier::priority, service_tier::fast})
    BOOST_TEST((tier_unless_told(sample, dear) == dear));
  // The same price: it may keep its name.
  BOOST_TEST((tier_unless_told(plain_price("m", plain_rates(1, 1)), service_tier::flex) ==
              service_tier::flex));
}

BOOST_AUTO_TEST_CASE(nothing_used_costs_nothing) {
  BOOST_TEST(cost(openai_price(), {}) == 0);
  BOOST_TEST(cost(anthropic_price(), {.web_searches = 3}) == 3 * cent);
}

BOOST_AUTO_TEST_CASE(the_dearest_plausible_usage_at_the_price_limits_fits) {
  price limit = plain_price("limit", plain_rates(rate_max, rate_max));
  limit.web_search_nanodollars = web_search_nanodollars_max;
  set_tier(limit, service_tier::fast, multiplier_permille_max);
  limit.periods = {
      {.from_minute = 0, .until_minute = 1440, .multiplier_permille = multiplier_permille_max}};
  const std::int64_t n = usage_count_max;
  usage used{n, n, n, n, n, n, n, n, n};
  used.cache_write_12h_tokens = used.requests = n;
  limit.request_nanodollars = request_nanodollars_max;
  // 8 kinds × 1e9 × 1e13/1e6 × 10 × 10 + 1e9 × 1e9 + 1e9 × 2e8
  BOOST_TEST(cost(limit, used, service_tier::fast) == 9'200'000'000'000'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
