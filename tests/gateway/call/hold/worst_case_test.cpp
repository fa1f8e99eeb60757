// Goal: a hold is what the call may cost at the worst, in every unit, and a stream's first hold is no more
// than it needs. Method: calls written out by hand, every figure worked out by hand.
#include "gateway/call/hold/worst_case.hpp"

#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(worst_case_of_a_call)

namespace {
// 8 to 10 tokens of text in, at most 10,000 out in a stream, at 2,000 and 8,000 nano-dollars each.
struct call_to_hold {
  call_to_hold() {
    rates.web_search_nanodollars = samples::cent;
    samples::set_tier(rates, service_tier::priority, 2'000);
    call.rates = &rates;
    call.request.stream = true;
    call.output_bound_tokens = 10'000;
    call.expected.tokens = 100;
    call.expected.burst_tokens = 1;
    call.provider = &provider;
    call.prompt.expected = 8;
    call.prompt.upper_bound = 10;
  }

  [[nodiscard]] hold_request held() {
    const hold_terms terms{make_call_id(samples::any_time(), 1, 2), samples::any_time(), how,
                           "book-7"};
    return worst_case_hold(terms, what_for, call);
  }
  [[nodiscard]] elastic_output elastic() { return *held().elastic; }

  price rates =
      samples::plain_price("asked", samples::plain_rates(2 * samples::dollar, 8 * samples::dollar));
  admission_config how;
  purpose what_for;
  provider_config provider;
  examined_call call;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_hold_says_whose_call_it_is_and_under_which_terms, call_to_hold) {
  what_for.charged.tenant = "acme";
  what_for.tags = {{"session", "s1"}};
  how.wait_ms = 1'234;
  const hold_request worst = held();
  BOOST_TEST((worst.id == make_call_id(samples::any_time(), 1, 2)));
  BOOST_TEST((worst.admitted == samples::any_time()));
  BOOST_TEST((worst.charged == what_for.charged));
  BOOST_TEST((worst.tags == what_for.tags));
  BOOST_TEST(worst.streaming);
  BOOST_TEST((worst.patience == std::chrono::milliseconds(1'234)));
  BOOST_TEST(worst.price_version == "book-7");
  BOOST_TEST(worst.room_share == 0);
  BOOST_TEST(worst.worst.requests == 1);
  call.request.stream = false;
  BOOST_TEST(!held().streaming);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_nobody_can_stop_is_held_whole, call_to_hold) {
  BOOST_TEST(elastic().first_tokens < 10'000);
  provider.on_hang_up = hang_up_policy::finishes;
  BOOST_TEST(elastic().first_tokens == 10'000);
}

BOOST_FIXTURE_TEST_CASE(the_worst_is_the_whole_prompt_and_the_whole_bound, call_to_hold) {
  const hold_request worst = held();
  BOOST_TEST(worst.worst.input_tokens == 10);
  BOOST_TEST(worst.worst.output_tokens == 10'000);
  BOOST_TEST(worst.worst.cost.count() == 10 * 2'000 + 10'000 * 8'000);
  BOOST_TEST(worst.elastic->cost.at(10'000).count() == worst.worst.cost.count());
  BOOST_TEST(worst.elastic->cost.at(50).count() == 10 * 2'000 + 50 * 8'000);
  BOOST_TEST(worst.known.input_tokens == 8);
  BOOST_TEST(worst.known.total() == 8);
  BOOST_TEST(worst.known_cost.count() == 8 * 2'000);
}

BOOST_FIXTURE_TEST_CASE(a_faster_tier_is_held_at_its_price, call_to_hold) {
  call.request.tier = service_tier::priority;
  const hold_request worst = held();
  BOOST_TEST(worst.worst.cost.count() == 2 * (10 * 2'000 + 10'000 * 8'000));
  BOOST_TEST(worst.known_cost.count() == 2 * 8 * 2'000);
}

BOOST_FIXTURE_TEST_CASE(a_cheaper_tier_is_held_and_known_at_the_standard_price, call_to_hold) {
  samples::set_tier(rates, service_tier::flex, 500);
  call.request.tier = service_tier::flex;
  const hold_request worst = held();
  BOOST_TEST(worst.worst.cost.count() == 10 * 2'000 + 10'000 * 8'000);
  BOOST_TEST(worst.known_cost.count() == 8 * 2'000);
}

BOOST_FIXTURE_TEST_CASE(a_region_that_an_account_may_choose_is_held_at_its_price, call_to_hold) {
  rates.us_permille = 1'100;
  BOOST_TEST(held().worst.cost.count() == (10 * 2'000 + 10'000 * 8'000) * 11 / 10);
  BOOST_TEST(held().known_cost.count() == 8 * 2'000);
  call.request.region = inference_region::us;
  BOOST_TEST(held().known_cost.count() == 8 * 2'200);
}

BOOST_FIXTURE_TEST_CASE(a_model_that_may_take_over_is_held_at_its_price, call_to_hold) {
  const price dearer = samples::plain_price(
      "other", samples::plain_rates(10 * samples::dollar, 50 * samples::dollar));
  const price cheaper =
      samples::plain_price("cheap", samples::plain_rates(samples::dollar, samples::dollar));
  call.other_rates = {&cheaper};
  BOOST_TEST(held().worst.cost.count() == 10 * 2'000 + 10'000 * 8'000);
  call.other_rates = {&cheaper, &dearer};
  BOOST_TEST(held().worst.cost.count() == 10 * 10'000 + 10'000 * 50'000);
  BOOST_TEST(held().known_cost.count() == 8 * 2'000);
}

// Before: an advisor's price and its prompts, and a conversation that was summed up, passed every hold.
BOOST_FIXTURE_TEST_CASE(an_advisor_is_held_at_its_own_price_and_the_prompt_as_often_as_it_is_read,
                        call_to_hold) {
  const price dearer = samples::plain_price(
      "advisor", samples::plain_rates(10 * samples::dollar, 50 * samples::dollar));
  side_work advice;
  advice.times = 2;
  advice.added_tokens = 5;
  advice.output_tokens = 100;
  advice.answers_anew = true;
  call.beside = {{&dearer, advice}};
  rates.web_search_nanodollars = samples::cent;
  call.request.web_searches_max = 1;
  const hold_request worst = held();
  const std::int64_t answer = 10 * 2'000 + 10'000 * 8'000 + samples::cent;
  const std::int64_t each = 15 * 10'000 + 100 * 50'000 + 115 * 2'000;
  BOOST_TEST(worst.worst.cost.count() == answer + 2 * each);
  BOOST_TEST(worst.elastic->cost.at(0).count() == answer - 10'000 * 8'000 + 2 * each);
  BOOST_TEST(worst.worst.input_tokens == 10 + 2 * (15 + 115));
  BOOST_TEST(worst.worst.output_tokens == 10'000);
  BOOST_TEST(worst.side_output_tokens == 2 * 100);
  BOOST_TEST(worst.known.total() == 8);
  call.beside.front().rates = nullptr;  // no price is known of it
  BOOST_TEST(held().worst.cost.count() == answer + 2 * (15 * 2'000 + 100 * 8'000 + 115 * 2'000));
}

BOOST_FIXTURE_TEST_CASE(a_call_that_names_a_model_without_a_price_says_so, call_to_hold) {
  BOOST_TEST((held().flags & row_flag::unpriced) == 0U);
  call.others_unpriced = true;
  BOOST_TEST((held().flags & row_flag::unpriced) != 0U);
}

BOOST_FIXTURE_TEST_CASE(a_prompt_is_held_again_from_where_it_may_be_summed_up, call_to_hold) {
  side_work summing;
  summing.times = 1;
  summing.output_tokens = 4;
  summing.from_prompt_tokens = 11;
  call.beside = {{nullptr, summing}};
  BOOST_TEST(held().worst.input_tokens == 10);
  call.prompt.upper_bound = 11;
  BOOST_TEST(held().worst.input_tokens == 11 + 11);
  BOOST_TEST(held().side_output_tokens == 4);
  BOOST_TEST(held().worst.cost.count() == 22 * 2'000 + 10'004 * 8'000);
  call.beside.front().what.prompt_parts = 2;
  BOOST_TEST(held().worst.input_tokens == 11 + 5);
  BOOST_TEST(held().worst.cost.count() == 16 * 2'000 + 10'004 * 8'000);
  // Before: half was held where nearly all of it were tools, which are not summed up.
  call.beside.front().what.prompt_tokens_min = 9;
  BOOST_TEST(held().worst.input_tokens == 11 + 9);
  call.beside.front().what.prompt_tokens_min = 90;  // an estimate: no more than there is
  BOOST_TEST(held().worst.input_tokens == 11 + 11);
  call.beside.front().what.prompt_parts = 1;
  call.rates = nullptr;  // nothing is priced, and yet there are caps of tokens
  BOOST_TEST(held().worst.input_tokens == 11 + 11);
  BOOST_TEST(held().side_output_tokens == 4);
  BOOST_TEST(held().worst.cost.count() == 0);
}

// Before: what worked beside a model without a price was added once more with each count of the prompt.
BOOST_FIXTURE_TEST_CASE(a_prompt_that_is_counted_bounds_the_cost_anew, call_to_hold) {
  const price dearer = rates;
  side_work advice;
  advice.times = 1;
  advice.output_tokens = 100;
  call.beside = {{&dearer, advice}};
  call.rates = nullptr;
  hold_request worst = held();
  BOOST_TEST(worst.worst.cost.count() == 10 * 2'000 + 100 * 8'000);
  call.prompt.upper_bound = 9;
  bound_prompt(worst, call);
  BOOST_TEST(worst.worst.cost.count() == 9 * 2'000 + 100 * 8'000);
  BOOST_TEST(worst.elastic->cost.at(50).count() == 9 * 2'000 + 100 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(work_beside_the_answer_that_no_number_can_hold_is_held_at_the_most,
                        call_to_hold) {
  side_work endless;
  endless.times = usage_count_max;
  endless.added_tokens = usage_count_max;
  endless.output_tokens = usage_count_max;
  call.beside = {{nullptr, endless}};
  BOOST_TEST(held().worst.input_tokens == 8 * usage_count_max);
  BOOST_TEST(held().side_output_tokens == 8 * usage_count_max);
  BOOST_TEST(held().worst.cost.count() > 900'000'000 * samples::dollar / 1'000);
}

BOOST_FIXTURE_TEST_CASE(a_fee_for_the_request_is_held, call_to_hold) {
  BOOST_TEST(held().known.requests == 0);
  rates.request_nanodollars = samples::cent;
  BOOST_TEST(held().worst.cost.count() == 10 * 2'000 + 10'000 * 8'000 + samples::cent);
  BOOST_TEST(held().known.requests == 1);  // the cost of what is known has it, too
  BOOST_TEST(held().known_cost.count() == 8 * 2'000 + samples::cent);
}

BOOST_FIXTURE_TEST_CASE(what_is_known_costs_what_it_costs_at_its_admission, call_to_hold) {
  rates.periods = {{.from_minute = 12 * 60, .until_minute = 13 * 60, .multiplier_permille = 3'000}};
  BOOST_TEST(held().known_cost.count() == 3 * 8 * 2'000);
}

BOOST_FIXTURE_TEST_CASE(every_kind_that_a_token_can_be_is_held_at_the_dearest, call_to_hold) {
  call.output_bound_tokens = 100;
  const std::int64_t usual = 10 * 2'000 + 100 * 8'000;
  rates.base.audio_input = 40 * samples::dollar;
  rates.base.audio_output = 80 * samples::dollar;
  rates.base.cache_write_5m = 3 * samples::dollar;
  rates.base.cache_write_1h = 4 * samples::dollar;
  BOOST_TEST(held().worst.cost.count() == usual);
  call.request.output_may_be_audio = true;
  BOOST_TEST(held().worst.cost.count() == 10 * 2'000 + 100 * 80'000);
  call.request.output_may_be_audio = false;
  call.request.cache_write_5m = true;
  BOOST_TEST(held().worst.cost.count() == 10 * 3'000 + 100 * 8'000);
  call.request.cache_write_1h = true;
  BOOST_TEST(held().worst.cost.count() == 10 * 4'000 + 100 * 8'000);
  call.request.cache_write_1h = call.request.cache_write_5m = false;
  call.prompt.audio_tokens = 4;
  BOOST_TEST(held().worst.cost.count() == 6 * 2'000 + 4 * 40'000 + 100 * 8'000);
  call.prompt.audio_tokens = 0;
  call.request.web_searches_max = 3;
  BOOST_TEST(held().worst.cost.count() == usual + 3 * samples::cent);
}

BOOST_FIXTURE_TEST_CASE(audio_in_a_prompt_is_known_as_audio, call_to_hold) {
  call.prompt.audio_tokens = 3;
  usage known = known_prompt(call.prompt);
  BOOST_TEST(known.audio_input_tokens == 3);
  BOOST_TEST(known.input_tokens == 5);
  call.prompt.audio_tokens = 9;  // of the bound, above what is expected
  known = known_prompt(call.prompt);
  BOOST_TEST(known.audio_input_tokens == 8);
  BOOST_TEST(known.input_tokens == 0);
}

BOOST_FIXTURE_TEST_CASE(without_a_price_tokens_are_held_and_no_money, call_to_hold) {
  call.rates = nullptr;
  call.unpriced = true;
  const hold_request worst = held();
  BOOST_TEST(worst.worst.input_tokens == 10);
  BOOST_TEST(worst.worst.output_tokens == 10'000);
  BOOST_TEST(worst.worst.cost.count() == 0);
  BOOST_TEST(worst.known_cost.count() == 0);
  BOOST_TEST(worst.known.input_tokens == 8);
  BOOST_TEST((worst.flags & row_flag::unpriced) != 0U);
}

BOOST_FIXTURE_TEST_CASE(a_hold_is_flagged_for_what_is_uncertain_of_it, call_to_hold) {
  BOOST_TEST(held().flags == row_flag::estimated);
  call.prompt.hidden_input = true;
  BOOST_TEST(held().flags == (row_flag::estimated | row_flag::hidden_input));
  call.unpriced = true;
  call.prompt.exact = true;
  BOOST_TEST(held().flags == (row_flag::hidden_input | row_flag::unpriced));
}

BOOST_FIXTURE_TEST_CASE(an_exact_count_takes_the_place_of_an_estimate_and_of_its_flags,
                        call_to_hold) {
  call.unpriced = true;
  call.prompt.hidden_input = true;
  hold_request worst = held();
  call.prompt = tokenizer::prompt_tokens();
  call.prompt.exact = true;
  call.prompt.expected = call.prompt.upper_bound = 5;
  bound_prompt(worst, call);
  BOOST_TEST(worst.flags == row_flag::unpriced);
  BOOST_TEST(worst.worst.input_tokens == 5);
  BOOST_TEST(worst.worst.output_tokens == 10'000);
  BOOST_TEST(worst.worst.cost.count() == 5 * 2'000 + 10'000 * 8'000);
  BOOST_TEST(worst.elastic->cost.at(50).count() == 5 * 2'000 + 50 * 8'000);
  BOOST_TEST(worst.known.input_tokens == 5);
  BOOST_TEST(worst.known_cost.count() == 5 * 2'000);
}

// Then it is never to be extended: margin and half a step are there when the last token came.
BOOST_FIXTURE_TEST_CASE(a_stream_that_is_followed_holds_its_margin_and_half_a_step_beside,
                        call_to_hold) {
  output_prediction expected;
  BOOST_TEST(followed_hold(how, expected, 10, 1) == 10 + 32 + 16);
  BOOST_TEST(followed_hold(how, expected, 100, 1) == 132 + (132 / 7 + 1));
  BOOST_TEST(followed_hold(how, expected, 100, 3) == 332 + (332 / 7 + 1));
  expected.burst_tokens = 20;  // two bursts of each choice are more than the margin
  BOOST_TEST(followed_hold(how, expected, 100, 2) == 280 + (280 / 7 + 1));
  how.stream_margin_tokens = 100;
  BOOST_TEST(followed_hold(how, expected, 100, 2) == 300 + (300 / 7 + 1));
}

// A single write of it may be more than what its kind usually takes.
BOOST_FIXTURE_TEST_CASE(the_first_streams_of_a_model_hold_their_bound, call_to_hold) {
  call.expected.burst_tokens = 0;
  BOOST_TEST(elastic().first_tokens == 10'000);
  BOOST_TEST(elastic().ample_tokens < 10'000);
}

BOOST_FIXTURE_TEST_CASE(a_stream_holds_at_first_what_its_kind_usually_takes, call_to_hold) {
  BOOST_TEST(elastic().first_tokens == 151);
  call.request.choices = 3;
  BOOST_TEST(elastic().first_tokens == 380);
  call.output_bound_tokens = 120;
  BOOST_TEST(elastic().first_tokens == 120);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_followed_holds_its_whole_bound, call_to_hold) {
  call.request.stream = false;
  BOOST_TEST(elastic().first_tokens == 10'000);
  call.request.stream = true;
  call.request.hides_output = true;
  BOOST_TEST(elastic().first_tokens == 10'000);
  call.request.hides_output = false;
  call.expected.hides_output = true;
  BOOST_TEST(elastic().first_tokens == 10'000);
  call.expected.hides_output = false;
  how.learned_holds = false;
  BOOST_TEST(elastic().first_tokens == 10'000);
  BOOST_TEST(elastic().ample_tokens == 0);
}

BOOST_FIXTURE_TEST_CASE(ample_is_what_a_call_of_its_kind_hardly_ever_passes, call_to_hold) {
  call.expected.ample_tokens = 200;
  BOOST_TEST(elastic().ample_tokens == 232 + (232 / 7 + 1));
  call.request.choices = 2;
  BOOST_TEST(elastic().ample_tokens == 432 + (432 / 7 + 1));
  call.request.choices = 1;
  call.request.stream = false;  // its bound may be lowered so far
  BOOST_TEST(elastic().ample_tokens == 266);
  call.output_bound_tokens = 250;
  BOOST_TEST(elastic().ample_tokens == 250);
}

BOOST_FIXTURE_TEST_CASE(of_a_new_kind_of_call_four_times_its_first_hold_is_ample, call_to_hold) {
  BOOST_TEST(elastic().ample_tokens == 2'080 + (2'080 / 7 + 1));  // 4 × 512
  call.expected.tokens = 600;
  BOOST_TEST(elastic().ample_tokens == 2'432 + (2'432 / 7 + 1));
  call.expected.ample_tokens = 1;  // is known, and low
  BOOST_TEST(elastic().ample_tokens == 33 + 16);
}

BOOST_FIXTURE_TEST_CASE(no_bound_is_lowered_below_its_thinking_and_some_tokens_of_each_choice,
                        call_to_hold) {
  BOOST_TEST(elastic().least_tokens == 16);
  call.request.choices = 3;
  BOOST_TEST(elastic().least_tokens == 48);
  call.request.thinking_tokens = 1'024;
  BOOST_TEST(elastic().least_tokens == 3 * 1'040);
  call.output_bound_tokens = 2'000;
  BOOST_TEST(elastic().least_tokens == 2'000);
  how.learned_holds = false;
  BOOST_TEST(elastic().least_tokens == 2'000);
}

// Embeddings.
BOOST_FIXTURE_TEST_CASE(a_call_that_generates_nothing_holds_its_prompt_alone, call_to_hold) {
  call.output_bound_tokens = 0;
  call.request.output_bound_tokens = 0;
  for (const bool stream : {false, true}) {
    call.request.stream = stream;
    const hold_request worst = held();
    BOOST_TEST(worst.worst.output_tokens == 0);
    BOOST_TEST(worst.worst.input_tokens == 10);
    BOOST_TEST(worst.worst.cost.count() == 10 * 2'000);
    BOOST_TEST(worst.elastic->first_tokens == 0);
    BOOST_TEST(worst.elastic->least_tokens == 0);
    BOOST_TEST(worst.elastic->ample_tokens == 0);
  }
}

BOOST_FIXTURE_TEST_CASE(what_passes_unmetered_holds_one_request_and_nothing_else, call_to_hold) {
  what_for.charged.tenant = "acme";
  what_for.charged.feature = "chat";
  what_for.tags = {{"session", "s1"}};
  passthrough_config rule;
  rule.provider = "files";
  const hold_terms terms{make_call_id(samples::any_time(), 1, 2), samples::any_time(), how,
                         "book-7"};
  const hold_request one = unmetered_hold(terms, what_for, rule);
  BOOST_TEST((one.id == terms.id));
  BOOST_TEST((one.admitted == samples::any_time()));
  BOOST_TEST(one.charged.tenant == "acme");
  BOOST_TEST(one.charged.feature == "chat");
  BOOST_TEST(one.charged.model == "unmetered");
  BOOST_TEST(one.charged.provider == "files");
  BOOST_TEST((one.tags == what_for.tags));
  BOOST_TEST(one.price_version == "book-7");
  BOOST_TEST(one.flags == row_flag::unmetered);
  BOOST_TEST((one.worst == amounts()));
  BOOST_TEST(!one.elastic.has_value());
  BOOST_TEST(!one.streaming);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
