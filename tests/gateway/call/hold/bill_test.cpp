// Goal: a call is settled at what was used, by whoever knows it best, and at the price of the model and
// tier that served it. Method: calls and prices written out by hand, every amount worked out by hand.
#include "gateway/call/hold/bill.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/hold/bill_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(bill)

BOOST_FIXTURE_TEST_CASE(what_the_provider_reports_is_charged_at_the_price_of_the_call,
                        call_to_bill) {
  call_end ended = reported_by("");
  ended.first_byte = samples::utc(2026, 11, 20, 13);
  const settlement bill = settled_at(ended);
  BOOST_TEST((bill.id == held.id));
  BOOST_TEST((bill.outcome == call_outcome::completed));
  BOOST_TEST((bill.source == usage_source::provider));
  BOOST_TEST((bill.used == ended.report->used));
  BOOST_TEST(bill.cost.count() == 1'000 * 2'000 + 100 * 8'000);
  BOOST_TEST(bill.price_version == "book-7");
  BOOST_TEST(bill.model_served == "");
  BOOST_TEST(bill.flags == 0U);
  BOOST_TEST(bill.status == 200);
  BOOST_TEST((bill.tier == service_tier::standard));
  BOOST_TEST((bill.first_byte == ended.first_byte));
  BOOST_TEST((bill.ended == now));
}

BOOST_FIXTURE_TEST_CASE(an_end_that_nobody_saw_is_charged_all_that_was_held, call_to_bill) {
  const settlement bill = settled_at(not_seen_to_its_end());
  BOOST_TEST((bill.source == usage_source::counted));
  BOOST_TEST(bill.flags == (row_flag::unknown | row_flag::counted));
  BOOST_TEST(bill.used.input_tokens == 25);  // the bound: the count was never confirmed
  BOOST_TEST(bill.used.output_tokens == 500);
  BOOST_TEST(bill.cost.count() == 25 * 2'000 + 500 * 8'000);
  call_end part_of_a_whole = not_seen_to_its_end();
  part_of_a_whole.counted_output_tokens = 600;  // its bytes, and what is JSON of them
  BOOST_TEST(settled_at(part_of_a_whole).used.output_tokens == 500);
}

BOOST_FIXTURE_TEST_CASE(less_is_charged_where_less_is_certain, call_to_bill) {
  call_end ended = not_seen_to_its_end();
  ended.most_output_tokens = 60;
  settlement bill = settled_at(ended);
  BOOST_TEST(bill.used.output_tokens == 60);
  BOOST_TEST(bill.cost.count() == 25 * 2'000 + 60 * 8'000);
  ended.most_output_tokens = 10;  // less than was seen
  bill = settled_at(ended);
  BOOST_TEST(bill.used.output_tokens == 20);
}

BOOST_FIXTURE_TEST_CASE(a_prompt_that_the_provider_told_is_charged_as_it_was_told, call_to_bill) {
  call_end ended = not_seen_to_its_end();
  ended.most_output_tokens = 60;
  ended.input_report.emplace().cached_input_tokens = 9;
  const settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.used.input_total() == 9);
  BOOST_TEST(bill.used.cached_input_tokens == 9);
  BOOST_TEST(bill.cost.count() == 9 * 2'000 + 60 * 8'000);
}

namespace {
// With an advisor that reads the prompt of 25 tokens and writes 100, twice: 150 in and 200 out, held with
// the rest.
struct advised_call : call_to_bill {
  advised_call() {
    side_work advice;
    advice.times = 2;
    advice.output_tokens = 100;
    advice.added_tokens = 50;
    call.beside = {{*prices.find("other", held.admitted), advice}};
    call.prompt.upper_bound = 25;
    call.request.stream = true;
    provider.on_hang_up = hang_up_policy::stops;
    ended = not_seen_to_its_end();
    held.worst.input_tokens += 2 * 75;
    held.side_output_tokens = 2 * 100;
    held.elastic->cost.add_fixed(nanodollars{2 * of_advice});
    held.worst.cost += nanodollars{2 * of_advice};
    ended.most_output_tokens = 60;
    ended.side_work_seen = 0;
  }

  static constexpr std::int64_t of_advice = 75 * 1'000 + 100 * 4'000;
  call_end ended;
};
}  // namespace

// Before: a stream that was left had its advisors for nothing as soon as the provider had told the prompt.
BOOST_FIXTURE_TEST_CASE(advice_that_may_have_been_given_is_charged_beside_a_prompt_that_was_told,
                        advised_call) {
  ended.input_report.emplace().input_tokens = 9;
  settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.used.input_tokens == 9 + 75);
  BOOST_TEST(bill.used.output_tokens == 60 + 100);
  BOOST_TEST(bill.cost.count() == 9 * 2'000 + 60 * 8'000 + of_advice);
  ended.side_work_seen = 1;  // and a second may have begun
  bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.used.output_tokens == 60 + 200);
  BOOST_TEST(bill.cost.count() == 9 * 2'000 + 60 * 8'000 + 2 * of_advice);
  ended.side_work_seen = 9;  // never more than was held
  BOOST_TEST((settled_at(ended, "anthropic").cost == bill.cost));
}

BOOST_FIXTURE_TEST_CASE(where_the_provider_stops_not_all_advice_is_charged, advised_call) {
  settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.used.input_tokens == 25 + 75);
  BOOST_TEST(bill.used.output_tokens == 60 + 100);
  BOOST_TEST(bill.cost.count() == 25 * 2'000 + 60 * 8'000 + of_advice);
  provider.on_hang_up = hang_up_policy::finishes;
  bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.used.input_tokens == held.worst.input_tokens);
  BOOST_TEST(bill.used.output_tokens == 60 + 200);
  BOOST_TEST(bill.cost.count() == 25 * 2'000 + 60 * 8'000 + 2 * of_advice);
  provider.on_hang_up = hang_up_policy::stops;
  ended.side_work_seen.reset();  // nobody read it as a stream
  BOOST_TEST((settled_at(ended, "anthropic").cost == bill.cost));
}

BOOST_FIXTURE_TEST_CASE(advice_is_charged_beside_an_answer_that_we_counted, advised_call) {
  ended.unknown = false;
  ended.input_report.emplace().input_tokens = 9;
  settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.used.output_tokens == 20 + 100);
  BOOST_TEST(bill.cost.count() == 9 * 2'000 + 20 * 8'000 + of_advice);
  unknown_at_hold = false;
  ended.unknown = true;
  ended.side_work_seen.reset();
  BOOST_TEST((settled_at(ended, "anthropic").cost == bill.cost));
}

BOOST_FIXTURE_TEST_CASE(a_report_makes_the_end_known, call_to_bill) {
  call_end ended = reported_by("asked");
  ended.unknown = true;
  const settlement bill = settled_at(ended);
  BOOST_TEST((bill.source == usage_source::provider));
  BOOST_TEST(bill.flags == 0U);
  BOOST_TEST(bill.used.output_tokens == 100);
}

BOOST_FIXTURE_TEST_CASE(who_prefers_it_is_charged_what_was_seen_and_still_told_that_it_is_unknown,
                        call_to_bill) {
  unknown_at_hold = false;
  const settlement bill = settled_at(not_seen_to_its_end());
  BOOST_TEST(bill.flags == (row_flag::unknown | row_flag::counted));
  BOOST_TEST(bill.used.input_tokens == 10);
  BOOST_TEST(bill.used.output_tokens == 20);
  BOOST_TEST(bill.cost.count() == 10 * 2'000 + 20 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(searches_that_nobody_saw_are_charged_as_allowed, call_to_bill) {
  call.request.web_searches_max = 3;
  const settlement bill = settled_at(not_seen_to_its_end(), "anthropic");
  BOOST_TEST(bill.used.web_searches == 3);
}

BOOST_FIXTURE_TEST_CASE(another_model_that_served_is_charged_at_its_own_price, call_to_bill) {
  const settlement bill = settled_at(reported_by("other-2026-01-31"));
  BOOST_TEST(bill.cost.count() == 1'000 * 1'000 + 100 * 4'000);
  BOOST_TEST(bill.model_served == "other-2026-01-31");
}

BOOST_FIXTURE_TEST_CASE(the_price_is_that_of_the_call_s_admission, call_to_bill) {
  held.admitted = samples::utc(2027, 1, 1);
  BOOST_TEST(settled_at(reported_by("other")).cost.count() == 1'000 * 1'000 + 100 * 100'000);
}

BOOST_FIXTURE_TEST_CASE(a_served_model_without_a_price_is_charged_as_the_one_that_was_asked,
                        call_to_bill) {
  const settlement bill = settled_at(reported_by("mystery"));
  BOOST_TEST(bill.cost.count() == 1'000 * 2'000 + 100 * 8'000);
  BOOST_TEST(bill.model_served == "mystery");
}

BOOST_FIXTURE_TEST_CASE(an_option_in_the_served_name_does_not_hide_its_price, call_to_bill) {
  provider.options_marks = "#";
  BOOST_TEST(settled_at(reported_by("other#slow")).cost.count() == 1'000 * 1'000 + 100 * 4'000);
}

BOOST_FIXTURE_TEST_CASE(an_unpriced_call_is_charged_at_the_ceiling_whoever_served_it,
                        call_to_bill) {
  const price ceiling = samples::plain_price(
      "ceiling", samples::plain_rates(10 * samples::dollar, 20 * samples::dollar));
  call.unpriced = true;
  call.rates = &ceiling;
  BOOST_TEST(settled_at(reported_by("other")).cost.count() == 1'000 * 10'000 + 100 * 20'000);
  call.rates = nullptr;
  const settlement bill = settled_at(reported_by("other"));
  BOOST_TEST(bill.cost.count() == 0);
  BOOST_TEST(bill.used.input_tokens == 1'000);
}

BOOST_FIXTURE_TEST_CASE(the_tier_that_served_is_charged_not_the_one_that_was_asked, call_to_bill) {
  call.request.tier = service_tier::priority;
  call_end ended = reported_by("asked");
  BOOST_TEST((settled_at(ended).tier == service_tier::priority));
  BOOST_TEST(settled_at(ended).cost.count() == 2 * (1'000 * 2'000 + 100 * 8'000));
  ended.report->tier = service_tier::standard;
  BOOST_TEST((settled_at(ended).tier == service_tier::standard));
  BOOST_TEST(settled_at(ended).cost.count() == 1'000 * 2'000 + 100 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(a_client_that_asks_for_a_cheaper_tier_does_not_get_it_by_asking,
                        call_to_bill) {
  call.request.tier = service_tier::flex;
  const std::int64_t standard = 1'000 * 2'000 + 100 * 8'000;
  call_end ended = reported_by("asked");
  BOOST_TEST(settled_at(ended).cost.count() == standard);
  BOOST_TEST((settled_at(ended).tier == service_tier::standard));
  ended.report->tier = service_tier::flex;
  BOOST_TEST(settled_at(ended).cost.count() == standard / 2);
  BOOST_TEST((settled_at(ended).tier == service_tier::flex));
  ended.report.reset();
  BOOST_TEST(settled_at(ended).cost.count() == 10 * 2'000 + 7 * 8'000);
  // An account may have it as its default.
  call.request.tier = service_tier::standard;
  ended = reported_by("asked");
  ended.report->tier = service_tier::flex;
  BOOST_TEST(settled_at(ended).cost.count() == standard / 2);
}

// Asked for as the provider calls it, and answered in its words.
BOOST_FIXTURE_TEST_CASE(a_tier_is_charged_by_the_word_of_the_provider_that_answers, call_to_bill) {
  const std::int64_t standard = 1'000 * 2'000 + 100 * 8'000;
  provider.tiers = {{"economy", service_tier::flex},
                    {"performance", service_tier::priority},
                    {"priority", service_tier::standard}};
  const auto cost = [&](const char* word, std::optional<service_tier> usual = {}) {
    call_end ended = reported_by("asked");
    ended.report->tier_word = word;
    ended.report->tier = usual;
    return settled_at(ended).cost.count();
  };
  BOOST_TEST(cost("economy") == standard / 2);
  BOOST_TEST(cost("performance") == standard * 2);
  BOOST_TEST(cost("priority", service_tier::priority) == standard);
  BOOST_TEST(cost("default", service_tier::standard) == standard);
  BOOST_TEST(cost("provisioned", service_tier::flex) == standard / 2);  // by another name of it
  call.request.tier = service_tier::priority;
  BOOST_TEST(cost("provisioned") == standard * 2);
  BOOST_TEST(cost("economy") == standard / 2);
}

BOOST_FIXTURE_TEST_CASE(where_it_was_computed_is_charged_as_the_answer_says, call_to_bill) {
  price dearer = *call.rates;
  dearer.us_permille = 1'100;
  call.rates = &dearer;
  const std::int64_t usual = 1'000 * 2'000 + 100 * 8'000;
  call_end ended = reported_by("");
  BOOST_TEST(settled_at(ended).cost.count() == usual);
  ended.report->region = inference_region::us;
  BOOST_TEST(settled_at(ended).cost.count() == usual * 11 / 10);
  BOOST_TEST((settled_at(ended).region == inference_region::us));
  ended.report->region.reset();
  call.request.region = inference_region::us;
  BOOST_TEST(settled_at(ended).cost.count() == usual * 11 / 10);
  ended.report->region = inference_region::any;
  BOOST_TEST(settled_at(ended).cost.count() == usual);
}

BOOST_FIXTURE_TEST_CASE(a_fee_for_each_request_is_charged_once, call_to_bill) {
  price with_fee = *call.rates;
  with_fee.request_nanodollars = samples::cent;
  call.rates = &with_fee;
  const settlement bill = settled_at(reported_by(""));
  BOOST_TEST(bill.used.requests == 1);
  BOOST_TEST(bill.cost.count() == 1'000 * 2'000 + 100 * 8'000 + samples::cent);
  call_end unanswered;
  BOOST_TEST(settled_at(unanswered).used.requests == 0);
  BOOST_TEST(settled_at(unanswered).cost.count() == 0);
  BOOST_TEST(settled_at(not_seen_to_its_end()).used.requests == 1);
  with_fee.request_nanodollars = 1;  // as little as there is
  BOOST_TEST(settled_at(reported_by("")).used.requests == 1);
  BOOST_TEST(settled_at(not_seen_to_its_end()).used.requests == 1);
  with_fee.request_nanodollars = 0;
  BOOST_TEST(settled_at(reported_by("")).used.requests == 0);
  BOOST_TEST(settled_at(not_seen_to_its_end()).used.requests == 0);
}

BOOST_FIXTURE_TEST_CASE(a_success_that_is_no_answer_costs_nothing_and_says_so, call_to_bill) {
  call_end ended;
  ended.outcome = call_outcome::completed;
  ended.status = 200;
  ended.no_answer = true;
  const settlement bill = settled_at(ended);
  BOOST_TEST((bill.source == usage_source::none));
  BOOST_TEST((bill.used == usage()));
  BOOST_TEST(bill.cost.count() == 0);
  BOOST_TEST(bill.flags == row_flag::no_answer);
}

BOOST_FIXTURE_TEST_CASE(searches_that_an_answer_reports_are_charged_as_reported, call_to_bill) {
  call.request.web_searches_max = 3;
  call_end ended = reported_by("asked");
  ended.report->tells_searches = true;
  ended.report->used.web_searches = 1;
  BOOST_TEST(settled_at(ended, "openai").used.web_searches == 1);
  ended.report->used.web_searches = 0;
  BOOST_TEST(settled_at(ended, "openai").used.web_searches == 0);
}

BOOST_FIXTURE_TEST_CASE(an_answer_without_a_report_is_charged_at_our_count, call_to_bill) {
  call.request.tier = service_tier::priority;
  call_end ended;
  ended.outcome = call_outcome::client_gone;
  ended.status = 200;
  ended.generated = true;
  ended.counted_output_tokens = 7;
  const settlement bill = settled_at(ended);
  BOOST_TEST((bill.outcome == call_outcome::client_gone));
  BOOST_TEST((bill.source == usage_source::counted));
  BOOST_TEST(bill.flags == row_flag::counted);
  BOOST_TEST(bill.used.input_tokens == 10);
  BOOST_TEST(bill.used.output_tokens == 7);
  BOOST_TEST((bill.tier == service_tier::priority));
  BOOST_TEST(bill.cost.count() == 2 * (10 * 2'000 + 7 * 8'000));
}

BOOST_FIXTURE_TEST_CASE(a_report_of_the_output_alone_is_charged_with_our_count_of_the_prompt,
                        call_to_bill) {
  call_end ended;
  ended.outcome = call_outcome::completed;
  ended.generated = true;
  ended.report.emplace();
  ended.report->tells_input = false;
  ended.report->used.input_tokens = 3;  // what a tool found
  ended.report->used.output_tokens = 76;
  ended.report->used.reasoning_tokens = 58;
  const settlement bill = settled_at(ended);
  BOOST_TEST((bill.source == usage_source::counted));
  BOOST_TEST(bill.flags == row_flag::counted);
  BOOST_TEST(bill.used.input_tokens == 13);
  BOOST_TEST(bill.used.output_tokens == 76);
  BOOST_TEST(bill.used.reasoning_tokens == 58);
  BOOST_TEST(bill.cost.count() == 13 * 2'000 + 76 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(the_provider_s_figures_for_the_prompt_go_before_our_count, call_to_bill) {
  call_end ended;
  ended.generated = true;
  ended.counted_output_tokens = 7;
  ended.input_report.emplace();
  ended.input_report->input_tokens = 5;
  ended.input_report->cached_input_tokens = 6;
  const settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST((bill.source == usage_source::counted));
  BOOST_TEST(bill.used.input_tokens == 5);
  BOOST_TEST(bill.used.cached_input_tokens == 6);
  BOOST_TEST(bill.used.output_tokens == 7);
  BOOST_TEST(bill.cost.count() == 11 * 2'000 + 7 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_was_never_answered_costs_nothing, call_to_bill) {
  call.request.web_searches_max = 3;
  call_end ended;
  ended.outcome = call_outcome::upstream_gone;
  ended.status = 502;
  ended.counted_output_tokens = 7;
  const settlement bill = settled_at(ended);
  BOOST_TEST((bill.outcome == call_outcome::upstream_gone));
  BOOST_TEST((bill.source == usage_source::none));
  BOOST_TEST((bill.used == usage()));
  BOOST_TEST(bill.cost.count() == 0);
  BOOST_TEST(bill.flags == 0U);
  BOOST_TEST(bill.status == 502);
}

BOOST_FIXTURE_TEST_CASE(an_implausible_report_is_flagged_and_our_count_is_charged, call_to_bill) {
  call_end ended;
  ended.outcome = call_outcome::completed;
  ended.generated = true;
  ended.implausible = true;
  ended.counted_output_tokens = 7;
  BOOST_TEST(settled_at(ended).flags == (row_flag::counted | row_flag::implausible));
  BOOST_TEST(settled_at(ended).cost.count() == 10 * 2'000 + 7 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(searches_that_are_not_reported_are_charged_as_allowed, call_to_bill) {
  call.request.web_searches_max = 3;
  call_end ended = reported_by("asked");
  ended.report->used.web_searches = 2;
  const std::int64_t tokens_cost = 1'000 * 2'000 + 100 * 8'000;
  const settlement assumed = settled_at(ended, "openai");
  BOOST_TEST(assumed.used.web_searches == 3);
  BOOST_TEST(assumed.cost.count() == tokens_cost + 3 * samples::cent);
  const settlement reported = settled_at(ended, "anthropic");
  BOOST_TEST(reported.used.web_searches == 2);
  BOOST_TEST(reported.cost.count() == tokens_cost + 2 * samples::cent);
  ended.report.reset();
  BOOST_TEST(settled_at(ended, "openai").used.web_searches == 3);
}

BOOST_FIXTURE_TEST_CASE(a_pass_through_costs_nothing_and_is_called_unmetered, call_to_bill) {
  held.flags = row_flag::unmetered;
  const billed_call of{prices, held, nullptr, *find_dialect("openai")};
  call_end ended = reported_by("asked");
  ended.implausible = true;
  const settlement bill = bill_of(of, ended, now);
  BOOST_TEST((bill.id == held.id));
  BOOST_TEST((bill.outcome == call_outcome::unmetered));
  BOOST_TEST((bill.source == usage_source::none));
  BOOST_TEST((bill.used == usage()));
  BOOST_TEST(bill.cost.count() == 0);
  BOOST_TEST(bill.flags == 0U);
  BOOST_TEST(bill.status == 200);
  BOOST_TEST(bill.price_version == "book-7");
  BOOST_TEST((bill.ended == now));
  ended.outcome = call_outcome::client_gone;
  BOOST_TEST((bill_of(of, ended, now).outcome == call_outcome::client_gone));
}

BOOST_FIXTURE_TEST_CASE(a_served_name_is_recorded_as_far_as_names_of_models_go, call_to_bill) {
  BOOST_TEST(settled_at(reported_by(std::string(300, 'x'))).model_served ==
             std::string(model_bytes_max, 'x'));
}

BOOST_FIXTURE_TEST_CASE(a_running_call_has_cost_what_is_known_of_it, call_to_bill) {
  usage known;
  known.input_tokens = 10;
  known.output_tokens = 5;
  BOOST_TEST(cost_so_far(&call, known, held.admitted).count() == 10 * 2'000 + 5 * 8'000);
  call.request.tier = service_tier::priority;
  BOOST_TEST(cost_so_far(&call, known, held.admitted).count() == 2 * (10 * 2'000 + 5 * 8'000));
  call.rates = nullptr;
  BOOST_TEST(cost_so_far(&call, known, held.admitted).count() == 0);
  BOOST_TEST(cost_so_far(nullptr, known, held.admitted).count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
