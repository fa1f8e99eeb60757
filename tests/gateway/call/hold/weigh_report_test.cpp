// Goal: one wild report books nothing, a provider that passes its bound honestly is believed, and
// reasoning that only the cost tells of is charged. Method: reports as recorded, around each limit.
#include "gateway/call/hold/weigh_report.hpp"

#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(weigh_report_suite)

namespace {
// gemini-2.5-flash at its price, a bound of 20 tokens.
std::vector<price> one_model() {
  return {samples::plain_price("gemini-2.5-flash",
                               samples::plain_rates(30 * samples::cent, 250 * samples::cent))};
}

struct weighed_call {
  weighed_call() {
    call.provider = &provider;
    call.rates = &prices.prices().front();
    call.output_bound_tokens = 20;
    ended.report.emplace();
    ended.report->used.input_tokens = 61;
    ended.report->used.output_tokens = 10;
  }

  // Whether the report is still there.
  [[nodiscard]] bool believed(std::int64_t answer_bytes = 100) {
    call_end weighed = ended;
    weigh_report(prices, call, answer_bytes, weighed);
    BOOST_TEST(weighed.implausible == !weighed.report.has_value());
    return weighed.report.has_value();
  }

  price_book prices{"v", one_model(), {}};
  provider_config provider;
  examined_call call;
  call_end ended;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(output_beyond_the_bound_needs_the_bytes_for_it, weighed_call) {
  ended.report->used.output_tokens = 20;
  BOOST_TEST(believed(0));
  ended.report->used.output_tokens = 21;
  BOOST_TEST(!believed(20));
  BOOST_TEST(believed(21));
  ended.report->used.output_tokens = 3'466;  // for a bound of 16, seen with 12,792 bytes
  BOOST_TEST(believed(12'792));
  ended.report->used.output_tokens = 900'000'000;
  BOOST_TEST(!believed(12'792));
  ended.report->used.output_tokens = 10;
  ended.report->used.audio_output_tokens = 500;
  BOOST_TEST(!believed());
}

BOOST_FIXTURE_TEST_CASE(input_beyond_every_window_is_not_believed, weighed_call) {
  ended.report->used.input_tokens = 2'000'000;
  BOOST_TEST(believed());
  ended.report->used.input_tokens = 2'000'001;
  BOOST_TEST(!believed());
  ended.report->used.input_tokens = 1'000'000;
  ended.report->used.cached_input_tokens = 1'000'001;
  BOOST_TEST(!believed());
  // A provider that runs tools asks its model again and again; 950,648 for 116 bytes were seen.
  call.request.has_tools = true;
  BOOST_TEST(believed());
  ended.report->used.input_tokens = 900'000'000;
  BOOST_TEST(!believed());
  call.request.has_tools = false;
  call.prompt.upper_bound = 901'000'000;
  ended.report->used.cached_input_tokens = 0;
  BOOST_TEST(believed());
}

BOOST_FIXTURE_TEST_CASE(the_input_alone_is_weighed_too, weighed_call) {
  ended.report.reset();
  ended.input_report.emplace();
  ended.input_report->input_tokens = 2'000'000;
  weigh_report(prices, call, 100, ended);
  BOOST_TEST(ended.input_report.has_value());
  ended.input_report->input_tokens = 2'000'001;
  weigh_report(prices, call, 100, ended);
  BOOST_TEST(!ended.input_report.has_value());
  BOOST_TEST(ended.implausible);
}

BOOST_FIXTURE_TEST_CASE(searches_beyond_belief_are_none, weighed_call) {
  ended.report->used.web_searches = 1'000;
  BOOST_TEST(believed());
  ended.report->used.web_searches = 1'001;
  BOOST_TEST(!believed());
  call.request.web_searches_max = 1'001;
  BOOST_TEST(believed());
}

BOOST_FIXTURE_TEST_CASE(what_other_models_did_is_not_within_the_bound, weighed_call) {
  const auto part = [](leg_reason why, std::int64_t output) {
    usage_part one;
    one.why = why;
    one.used.output_tokens = output;
    return one;
  };
  ended.report->used.output_tokens = 5'020;
  ended.report->parts = {part(leg_reason::answer, 20), part(leg_reason::advisor, 5'000)};
  BOOST_TEST(believed());
  ended.report->parts = {part(leg_reason::answer, 101), part(leg_reason::advisor, 5'000)};
  BOOST_TEST(!believed());
  ended.report->parts = {part(leg_reason::answer, 60), part(leg_reason::fallback, 41)};
  BOOST_TEST(!believed());
  ended.report->parts = {part(leg_reason::answer, 20), part(leg_reason::compaction, 900'000'000)};
  BOOST_TEST(!believed());
  ended.report->parts = {part(leg_reason::answer, 20), part(leg_reason::advisor, 200'000)};
  BOOST_TEST(believed());
  ended.report->parts = {part(leg_reason::answer, 20), part(leg_reason::advisor, 200'001)};
  BOOST_TEST(!believed());
  BOOST_TEST(believed(200'001));
}

BOOST_FIXTURE_TEST_CASE(reasoning_that_the_cost_proves_is_added, weighed_call) {
  // Recorded of Vercel's gateway: 61 in, 10 out, 96 of reasoning in no total, and a cost of
  // 61 × 300 + 106 × 2,500 nano-dollars.
  usage_report& report = *ended.report;
  report.model = "gemini-2.5-flash";
  report.used.reasoning_tokens = 10;
  report.reasoning_beside_tokens = 96;
  report.stated_cost = nanodollars(283'300);
  call.output_bound_tokens = 4'096;
  weigh_report(prices, call, 100, ended);
  BOOST_TEST_REQUIRE(ended.report.has_value());
  BOOST_TEST(report.used.output_tokens == 106);
  BOOST_TEST(report.used.reasoning_tokens == 96);
}

BOOST_FIXTURE_TEST_CASE(the_cost_proves_reasoning_in_its_region_and_at_the_price_of_its_admission,
                        weighed_call) {
  std::vector<price> dear = one_model();
  dear.front().us_permille = 1'100;
  dear.front().periods = {
      {.from_minute = 12 * 60, .until_minute = 13 * 60, .multiplier_permille = 3'000}};
  const price_book book{"v", std::move(dear), {}};
  call.rates = &book.prices().front();
  call.priced_at = samples::any_time();
  ended.first_byte = call.priced_at + std::chrono::hours(5);
  call.output_bound_tokens = 4'096;
  usage_report& report = *ended.report;
  report.model = "gemini-2.5-flash";
  report.reasoning_beside_tokens = 96;
  report.region = inference_region::us;
  report.stated_cost = nanodollars(283'300 * 33 / 10);
  weigh_report(book, call, 100, ended);
  BOOST_TEST(report.used.output_tokens == 106);
}

// Half of the price, by the provider's own word for it.
BOOST_FIXTURE_TEST_CASE(the_cost_proves_reasoning_in_the_tier_that_the_provider_names,
                        weighed_call) {
  std::vector<price> tiered = one_model();
  const auto flex = static_cast<std::size_t>(service_tier::flex);
  tiered.front().tier_permille[flex] = 500;
  tiered.front().tier_listed[flex] = true;
  const price_book book{"v", std::move(tiered), {}};
  call.rates = &book.prices().front();
  call.output_bound_tokens = 4'096;
  provider.tiers = {{"economy", service_tier::flex}};
  usage_report& report = *ended.report;
  report.model = "gemini-2.5-flash";
  report.tier_word = "economy";
  report.reasoning_beside_tokens = 96;
  report.stated_cost = nanodollars(283'300 / 2);
  weigh_report(book, call, 100, ended);
  BOOST_TEST(report.used.output_tokens == 106);
}

BOOST_FIXTURE_TEST_CASE(reasoning_that_the_cost_does_not_prove_stays_out, weighed_call) {
  usage_report& report = *ended.report;
  report.reasoning_beside_tokens = 96;
  call.output_bound_tokens = 4'096;
  const auto output = [&] {
    weigh_report(prices, call, 100, ended);
    return report.used.output_tokens;
  };
  BOOST_TEST(output() == 10);  // nothing was stated
  report.stated_cost = nanodollars(61 * 300 + 10 * 2'500);
  BOOST_TEST(output() == 10);  // inside, and counted by another tokenizer
  report.stated_cost = nanodollars(200'000);
  BOOST_TEST(output() == 10);  // neither
  report.stated_cost = nanodollars(0);
  BOOST_TEST(output() == 10);
}

BOOST_FIXTURE_TEST_CASE(without_a_price_reasoning_far_above_the_output_is_beside_it, weighed_call) {
  usage_report& report = *ended.report;
  call.output_bound_tokens = 4'096;
  call.unpriced = true;
  report.stated_cost = nanodollars(283'300);
  const auto output = [&](std::int64_t reasoning) {
    report.used.output_tokens = 100;
    report.used.reasoning_tokens = 0;
    report.reasoning_beside_tokens = reasoning;
    weigh_report(prices, call, 100, ended);
    return report.used.output_tokens;
  };
  BOOST_TEST(output(108) == 100);  // as seen of Together
  BOOST_TEST(output(150) == 100);
  BOOST_TEST(output(151) == 251);
  call.rates = nullptr;
  BOOST_TEST(output(151) == 251);
  report.stated_cost.reset();
  BOOST_TEST(output(151) == 100);
}

// With the reasoning it is 283,300 nano-dollars by our prices, and a 200th of what is stated is 1,409.
BOOST_FIXTURE_TEST_CASE(a_cost_proves_what_it_comes_near_to_within_a_200th, weighed_call) {
  call.output_bound_tokens = 4'096;
  const auto output = [&](std::int64_t stated, std::int64_t answered, std::int64_t reasoning) {
    usage_report& report = *ended.report;
    report.used.output_tokens = answered;
    report.used.reasoning_tokens = 0;
    report.reasoning_beside_tokens = reasoning;
    report.stated_cost = nanodollars(stated);
    weigh_report(prices, call, 100, ended);
    return report.used.output_tokens;
  };
  BOOST_TEST(output(281'890, 10, 96) == 10);
  BOOST_TEST(output(281'891, 10, 96) == 106);
  BOOST_TEST(output(284'716, 10, 96) == 106);
  // As near to the one as to the other: it proves nothing.
  BOOST_TEST(output(61 * 300 + 1'000 * 2'500 + 1'250, 1'000, 1) == 1'000);
  BOOST_TEST(output(61 * 300 + 1'000 * 2'500 + 1'251, 1'000, 1) == 1'001);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
