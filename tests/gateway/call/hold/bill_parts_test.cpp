// Goal: what several models did for one answer is charged at the price of each, a cost that its provider
// states takes the place of ours where it is trusted, and the legs of a row always add up to it.
// Method: calls and prices written out by hand, every amount worked out by hand.
#include <limits>

#include <boost/test/unit_test.hpp>

#include "gateway/call/hold/bill_fixture.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(bill_parts)

namespace {
usage_part part_of(leg_reason why, const std::string& model, std::int64_t input,
                   std::int64_t output) {
  usage_part part;
  part.why = why;
  part.model = model;
  part.used.input_tokens = input;
  part.used.output_tokens = output;
  return part;
}
}  // namespace

BOOST_FIXTURE_TEST_CASE(each_part_of_an_answer_is_charged_at_its_own_model, call_to_bill) {
  held.charged.provider = "claude";
  call_end ended = reported_by("asked");
  ended.report->parts = {part_of(leg_reason::answer, "", 600, 60),
                         part_of(leg_reason::advisor, "other", 300, 30),
                         part_of(leg_reason::answer, "", 100, 10)};
  const settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST((bill.used == ended.report->used));
  BOOST_TEST_REQUIRE(bill.legs.size() == 2U);
  BOOST_TEST((bill.legs[0].why == leg_reason::answer));
  BOOST_TEST(bill.legs[0].model == "asked");
  BOOST_TEST(bill.legs[0].provider == "claude");
  BOOST_TEST(bill.legs[0].price_version == "book-7");
  BOOST_TEST(bill.legs[0].used.input_tokens == 700);
  BOOST_TEST(bill.legs[0].cost.count() == 700 * 2'000 + 70 * 8'000);
  BOOST_TEST((bill.legs[1].why == leg_reason::advisor));
  BOOST_TEST(bill.legs[1].model == "other");
  BOOST_TEST(bill.legs[1].cost.count() == 300 * 1'000 + 30 * 4'000);
  BOOST_TEST(bill.cost.count() == bill.legs[0].cost.count() + bill.legs[1].cost.count());
  BOOST_TEST(settled_at(reported_by("asked")).legs.empty());
}

BOOST_FIXTURE_TEST_CASE(a_part_whose_model_has_no_price_is_charged_as_the_one_that_was_asked,
                        call_to_bill) {
  call_end ended = reported_by("asked");
  ended.report->parts = {part_of(leg_reason::answer, "", 900, 90),
                         part_of(leg_reason::compaction, "mystery", 100, 10)};
  BOOST_TEST(settled_at(ended, "anthropic").cost.count() == 1'000 * 2'000 + 100 * 8'000);
}

BOOST_FIXTURE_TEST_CASE(more_parts_than_a_row_has_room_for_are_all_charged, call_to_bill) {
  call_end ended = reported_by("asked");
  ended.report->used = {};
  for (int n = 0; n < 20; ++n) {
    ended.report->parts.push_back(
        part_of(leg_reason::advisor, "model-" + std::to_string(n), 10, 1));
    ended.report->used.input_tokens += 10;
    ended.report->used.output_tokens += 1;
  }
  const settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.legs.size() == legs_max);
  std::int64_t cost = 0;
  std::int64_t input = 0;
  for (const leg& each : bill.legs) {
    cost += each.cost.count();
    input += each.used.input_tokens;
  }
  BOOST_TEST(cost == bill.cost.count());
  BOOST_TEST(cost == 20 * (10 * 2'000 + 8'000));
  BOOST_TEST(input == 200);
}

BOOST_FIXTURE_TEST_CASE(a_stated_cost_is_charged_where_its_provider_is_trusted, call_to_bill) {
  call_end ended = reported_by("asked");
  ended.report->stated_cost = nanodollars(12'345);
  const std::int64_t ours = 1'000 * 2'000 + 100 * 8'000;
  BOOST_TEST(settled_at(ended).cost.count() == ours);
  provider.trust_stated_cost = true;
  BOOST_TEST(settled_at(ended).cost.count() == 12'345);
  BOOST_TEST(settled_at(ended).flags == 0U);
  ended.report->stated_cost = nanodollars(0);
  BOOST_TEST(settled_at(ended).cost.count() == 0);
  ended.report->stated_cost.reset();
  BOOST_TEST(settled_at(ended).cost.count() == ours);
}

BOOST_FIXTURE_TEST_CASE(one_wild_statement_of_a_cost_empties_no_budget, call_to_bill) {
  provider.trust_stated_cost = true;
  call_end ended = reported_by("asked");
  const std::int64_t ours = 1'000 * 2'000 + 100 * 8'000;
  ended.report->stated_cost = nanodollars(16 * ours + 10 * samples::dollar);
  BOOST_TEST(settled_at(ended).cost.count() == 16 * ours + 10 * samples::dollar);
  ended.report->stated_cost = nanodollars(16 * ours + 10 * samples::dollar + 1);
  BOOST_TEST(settled_at(ended).cost.count() == ours);
  BOOST_TEST(settled_at(ended).flags == row_flag::implausible);
  call.rates = nullptr;
  call.unpriced = true;
  ended.report->stated_cost = nanodollars(100 * samples::dollar);
  BOOST_TEST(settled_at(ended).cost.count() == 100 * samples::dollar);
  ended.report->stated_cost = nanodollars(100 * samples::dollar + 1);
  BOOST_TEST(settled_at(ended).cost.count() == 0);
}

// Sixteen times the hold would be more than an amount can be; half of all there is must do.
BOOST_FIXTURE_TEST_CASE(what_is_believed_of_a_cost_that_was_held_can_be_counted, call_to_bill) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  provider.trust_stated_cost = true;
  held.worst.cost = nanodollars(most);
  call_end ended = reported_by("asked");
  ended.report->stated_cost = nanodollars(most / 2);
  BOOST_TEST(settled_at(ended).cost.count() == most / 2);
  ended.report->stated_cost = nanodollars(most / 2 + 11 * samples::dollar);
  BOOST_TEST(settled_at(ended).flags == row_flag::implausible);
}

BOOST_FIXTURE_TEST_CASE(the_legs_of_a_stated_cost_add_up_to_it, call_to_bill) {
  provider.trust_stated_cost = true;
  call_end ended = reported_by("asked");
  ended.report->parts = {part_of(leg_reason::answer, "", 900, 90),
                         part_of(leg_reason::advisor, "other", 100, 10)};
  const std::int64_t advice = 100 * 1'000 + 10 * 4'000;
  ended.report->stated_cost = nanodollars(advice + 5);
  const settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST_REQUIRE(bill.legs.size() == 2U);
  BOOST_TEST(bill.legs[0].cost.count() == 5);
  BOOST_TEST(bill.legs[1].cost.count() == advice);
  BOOST_TEST(bill.cost.count() == advice + 5);
  ended.report->stated_cost = nanodollars(advice);
  BOOST_TEST_REQUIRE(settled_at(ended, "anthropic").legs.size() == 2U);
  BOOST_TEST(settled_at(ended, "anthropic").legs[0].cost.count() == 0);
  ended.report->stated_cost = nanodollars(advice - 1);
  BOOST_TEST(settled_at(ended, "anthropic").legs.empty());
  BOOST_TEST(settled_at(ended, "anthropic").cost.count() == advice - 1);
}

BOOST_FIXTURE_TEST_CASE(what_a_provider_does_not_bill_by_its_terms_costs_nothing_and_says_so,
                        call_to_bill) {
  call_end ended = reported_by("asked");
  ended.report->is_free = true;
  ended.report->parts = {part_of(leg_reason::answer, "", 900, 90),
                         part_of(leg_reason::advisor, "other", 100, 10)};
  const settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST(bill.cost.count() == 0);
  BOOST_TEST(bill.flags == row_flag::no_answer);
  BOOST_TEST(bill.used.input_tokens == 1'000);
  for (const leg& each : bill.legs)
    BOOST_TEST(each.cost.count() == 0);
}

// Before: where the first model had refused for nothing, the row had no legs, and the other model's spend
// stayed under the name of the first.
BOOST_FIXTURE_TEST_CASE(a_model_that_stood_in_for_all_of_a_call_is_a_leg, call_to_bill) {
  held.charged.model = "asked";
  held.charged.provider = "claude";
  call_end ended = reported_by("other");
  usage_part& part = ended.report->parts.emplace_back();
  part.why = leg_reason::fallback;
  part.model = "other";
  part.used = ended.report->used;
  settlement bill = settled_at(ended, "anthropic");
  BOOST_TEST_REQUIRE(bill.legs.size() == 2U);
  BOOST_TEST((bill.legs[0].why == leg_reason::fallback));
  BOOST_TEST(bill.legs[0].model == "other");
  BOOST_TEST((bill.legs[0].cost == bill.cost));
  BOOST_TEST((bill.legs[1].why == leg_reason::answer));
  BOOST_TEST(bill.legs[1].model == "asked");
  BOOST_TEST(bill.legs[1].provider == "claude");
  BOOST_TEST(bill.legs[1].used.total() == 0);
  BOOST_TEST(bill.legs[1].cost.count() == 0);
  provider.trust_stated_cost = true;
  ended.report->stated_cost = nanodollars{5};
  bill = settled_at(ended, "anthropic");
  BOOST_TEST_REQUIRE(bill.legs.size() == 2U);
  BOOST_TEST(bill.legs[0].cost.count() == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
