// Goal: each thing that waited for the settlement is written as what it is, once, with the figures
// of the bill that its head can still carry. Method: a client that remembers what it was written.
#include "gateway/call/relay/deliver.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/relay/fake_answer.hpp"
#include "gateway/call/run_to_end.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(deliver_suite)

namespace {
struct delivery {
  void deliver_it(unsent_answer unsent) {
    run_to_end(context, deliver(std::move(unsent), bill, to));
  }

  asio::io_context context;
  told_bill bill;
  fake_client client;
  fake_sink to{*find_dialect("openai"), client};
};

told_bill a_bill() {
  told_bill bill;
  bill.metered = true;
  bill.cost = nanodollars(1'500'000);
  bill.used.input_tokens = 7;
  bill.used.cached_input_tokens = 4;
  bill.used.output_tokens = 5;
  bill.output_limit_tokens = 64;
  cap_standing tightest;
  tightest.cap = "day";
  tightest.unit = cap_unit::tokens;
  tightest.limit = 100;
  tightest.used = 16;
  bill.tightest = tightest;
  return bill;
}

whole_answer an_answer() {
  whole_answer whole;
  whole.status = 201;
  whole.fields = "content-type: application/json\r\n";
  whole.body = "{}";
  return whole;
}

// Of a stream that has passed something on.
stream_end an_end() {
  stream_end last;
  last.meter = std::make_unique<fake_meter>();
  return last;
}
}  // namespace

BOOST_FIXTURE_TEST_CASE(a_whole_answer_says_its_limit_its_cost_and_the_budget_behind_its_own_fields,
                        delivery) {
  bill = a_bill();
  deliver_it(an_answer());
  BOOST_TEST(to.wholes == 1);
  BOOST_TEST(to.status == 201);
  BOOST_TEST(to.body == "{}");
  BOOST_TEST(to.fields ==
             "content-type: application/json\r\nx-stint-output-limit: 64\r\n"
             "x-stint-cost-usd: 0.0015\r\nx-stint-input-tokens: 11\r\nx-stint-output-tokens: 5\r\n"
             "x-stint-budget-cap: day\r\nx-stint-budget-unit: tokens\r\n"
             "x-stint-budget-remaining: 84\r\n");
  BOOST_TEST(to.chunks.empty());
  BOOST_TEST(to.refusals.empty());
}

BOOST_FIXTURE_TEST_CASE(what_was_not_metered_has_no_cost_and_still_a_budget, delivery) {
  bill = a_bill();
  bill.metered = false;
  bill.output_limit_tokens = 0;
  deliver_it(an_answer());
  BOOST_TEST(to.fields ==
             "content-type: application/json\r\nx-stint-budget-cap: day\r\n"
             "x-stint-budget-unit: tokens\r\nx-stint-budget-remaining: 84\r\n");
}

BOOST_FIXTURE_TEST_CASE(an_answer_without_a_cap_says_nothing_of_a_budget, delivery) {
  bill.metered = true;
  deliver_it(an_answer());
  BOOST_TEST(to.fields ==
             "content-type: application/json\r\nx-stint-cost-usd: 0.00\r\n"
             "x-stint-input-tokens: 0\r\nx-stint-output-tokens: 0\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_problem_is_refused_and_nothing_else_is_written, delivery) {
  bill = a_bill();
  deliver_it(make_problem(problem_kind::upstream_reset, "went away"));
  BOOST_TEST_REQUIRE(to.refusals.size() == 1U);
  BOOST_TEST(to.refusals.front().message == "went away");
  BOOST_TEST(to.refusals.front().status == 502);
  // What may have been generated is charged, and said as of any answer.
  BOOST_TEST(to.refusals.front().fields ==
             "x-stint-cost-usd: 0.0015\r\nx-stint-input-tokens: 11\r\nx-stint-output-tokens: 5\r\n"
             "x-stint-budget-cap: day\r\nx-stint-budget-unit: tokens\r\n"
             "x-stint-budget-remaining: 84\r\n");
  BOOST_TEST(to.wholes == 0);
  BOOST_TEST(to.chunks.empty());
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_ended_gets_what_was_kept_back_of_it, delivery) {
  bill = a_bill();
  deliver_it(an_end());
  BOOST_TEST(to.chunks == std::vector<std::string>{"[the rest]"}, boost::test_tools::per_element());
  BOOST_TEST(to.lasts == 1);
  BOOST_TEST(to.begun == 0);
  BOOST_TEST(to.wholes == 0);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_was_cut_ends_as_its_api_would_at_what_is_billed, delivery) {
  bill = a_bill();
  stream_end last = an_end();
  last.cut = true;
  deliver_it(std::move(last));
  BOOST_TEST(to.passed() == "[ended at 5]");
  BOOST_TEST(to.lasts == 1);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_broke_off_gets_an_error_event_alone, delivery) {
  stream_end last = an_end();
  last.broken = make_problem(problem_kind::upstream_reset, "broke off");
  deliver_it(std::move(last));
  BOOST_TEST_REQUIRE(to.chunks.size() == 1U);
  BOOST_TEST(to.passed() ==
             to.error_event(make_problem(problem_kind::upstream_reset, "broke off")));
  BOOST_TEST(to.lasts == 1);
  BOOST_TEST(to.refusals.empty());
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_was_passed_through_is_ended_with_nothing_added, delivery) {
  stream_end last;
  last.broken = make_problem(problem_kind::upstream_reset, "broke off");
  last.cut = true;
  deliver_it(std::move(last));
  BOOST_TEST(to.chunks.size() == 1U);
  BOOST_TEST(to.passed() == "");
  BOOST_TEST(to.lasts == 1);
}

BOOST_FIXTURE_TEST_CASE(where_there_is_nobody_left_nothing_is_written, delivery) {
  bill = a_bill();
  deliver_it(std::monostate());
  BOOST_TEST(to.wholes + to.begun + to.lasts == 0);
  BOOST_TEST(to.chunks.empty());
  BOOST_TEST(to.refusals.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
