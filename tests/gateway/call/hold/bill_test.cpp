// Goal: a call is settled at what was used, by whoever knows it best, and at the price of the model and
// tier that served it. Method: calls and prices written out by hand, every amount worked out by hand.
#include "gateway/call/hold/bill.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"
#include "pricing/price_samples.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(bill)

namespace {
// A token of "asked" costs 2,000 nano-dollars, of output 8,000; of "other" half of that, until 2027.
std::vector<price> prices_to_bill_by() {
  price asked =
      samples::plain_price("asked", samples::plain_rates(2 * samples::dollar, 8 * samples::dollar));
  samples::set_tier(asked, service_tier::priority, 2'000);
  asked.web_search_nanodollars = samples::cent;
  price other =
      samples::plain_price("other", samples::plain_rates(samples::dollar, 4 * samples::dollar));
  other.valid_until = samples::utc(2027, 1, 1);
  price later =
      samples::plain_price("other", samples::plain_rates(samples::dollar, 100 * samples::dollar));
  later.valid_from = samples::utc(2027, 1, 1);
  return {asked, other, later};
}

struct call_to_bill {
  call_to_bill() {
    held.id = make_call_id(samples::any_time(), 1, 2);
    held.admitted = samples::any_time();
    held.known.input_tokens = 10;
    call.provider = &provider;
    call.rates = *prices.find("asked", held.admitted);
  }

  // The provider's own figures: 1,000 tokens in, 100 out.
  [[nodiscard]] static call_end reported_by(const std::string& model) {
    call_end ended;
    ended.outcome = call_outcome::completed;
    ended.status = 200;
    ended.generated = true;
    ended.counted_output_tokens = 7;
    ended.report.emplace();
    ended.report->model = model;
    ended.report->used.input_tokens = 1'000;
    ended.report->used.output_tokens = 100;
    return ended;
  }
  [[nodiscard]] settlement settled_at(const call_end& ended, const std::string& api = "openai") {
    billed_call of{prices, held, &call, *find_dialect(api)};
    of.held_output_tokens = 500;
    of.unknown_at_hold = unknown_at_hold;
    return bill_of(of, ended, now);
  }

  // Forwarded, with 20 tokens of the answer seen and not its end.
  [[nodiscard]] call_end not_seen_to_its_end() {
    held.worst.input_tokens = 25;
    held.worst.output_tokens = 500;
    call_bound bound;
    bound.prompt_tokens = 25;
    held.elastic.emplace().cost = cost_of_output(*call.rates, bound, service_tier::standard);
    held.worst.cost = held.elastic->cost.at(500);
    call_end ended;
    ended.outcome = call_outcome::upstream_gone;
    ended.status = 502;
    ended.generated = true;
    ended.unknown = true;
    ended.counted_output_tokens = 20;
    return ended;
  }

  bool unknown_at_hold = true;
  const wall_time now = samples::utc(2027, 3, 1);
  price_book prices{"book-7", prices_to_bill_by(), {}};
  provider_config provider;
  hold_request held;
  examined_call call;
};
}  // namespace

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
  provider.options_mark = '#';
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
