// Goal: a row that is told differently keeps what it was told before, as legs, and adds up.
#include "budgets/records/amendment.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(amendment_suite)

namespace {

[[nodiscard]] ledger_row unknown_row() {
  ledger_row row;
  row.id = numbered_id(1);
  row.charged = charged_to("acme");
  row.used = {.input_tokens = 10, .output_tokens = 500};
  row.cost = nanodollars{5'100};
  row.price_version = "2026-03-01";
  row.source = usage_source::counted;
  row.flags = row_flag::unknown | row_flag::counted;
  return row;
}

[[nodiscard]] amendment_order told(std::int64_t output, std::int64_t cost) {
  amendment_order order;
  order.correct = amendment_order::figures{.used = {.input_tokens = 10, .output_tokens = output},
                                           .cost = nanodollars{cost},
                                           .price_version = "2026-04-01"};
  return order;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_released_is_given_back_whole_by_a_leg) {
  ledger_row row = unknown_row();
  BOOST_TEST(!amend({}, row).has_value());
  BOOST_TEST((row.used == usage{}));
  BOOST_TEST(row.cost.count() == 0);
  BOOST_TEST(row.flags == (row_flag::counted | row_flag::corrected));
  BOOST_REQUIRE(row.legs.size() == 2U);
  BOOST_TEST((row.legs[0].why == leg_reason::answer));
  BOOST_TEST(row.legs[0].used.output_tokens == 500);
  BOOST_TEST(row.legs[0].cost.count() == 5'100);
  BOOST_TEST((row.legs[1].why == leg_reason::correction));
  BOOST_TEST(row.legs[1].model == row.charged.model);
  BOOST_TEST(row.legs[1].used.output_tokens == -500);
  BOOST_TEST(row.legs[1].cost.count() == -5'100);
  BOOST_TEST(row.legs[1].price_version == "2026-03-01");
}

BOOST_AUTO_TEST_CASE(what_is_known_cannot_be_released) {
  ledger_row row = unknown_row();
  row.flags = row_flag::counted;
  const ledger_row before = row;
  BOOST_TEST((amend({}, row) == amendment_refusal::not_unknown));
  BOOST_TEST((row == before));
}

BOOST_AUTO_TEST_CASE(what_a_provider_told_later_takes_the_place_of_what_was_charged) {
  ledger_row row = unknown_row();
  row.model_served = "gpt-5";
  BOOST_TEST(!amend(told(120, 1'300), row).has_value());
  BOOST_TEST(row.used.output_tokens == 120);
  BOOST_TEST(row.cost.count() == 1'300);
  BOOST_TEST((row.source == usage_source::provider));
  BOOST_TEST(row.flags == (row_flag::corrected | row_flag::over_hold));  // it held nothing
  BOOST_REQUIRE(row.legs.size() == 2U);
  BOOST_TEST(row.legs[1].model == "gpt-5");
  BOOST_TEST(row.legs[1].used.output_tokens == -380);
  BOOST_TEST(row.legs[1].cost.count() == -3'800);
  BOOST_TEST(row.legs[1].price_version == "2026-04-01");
}

BOOST_AUTO_TEST_CASE(an_unknown_end_may_be_confirmed_as_it_was_charged) {
  ledger_row row = unknown_row();
  row.held = {.input_tokens = 10, .output_tokens = 500, .cost = nanodollars{5'100}};
  BOOST_TEST(!amend(told(500, 5'100), row).has_value());
  BOOST_TEST(row.flags == row_flag::corrected);
  BOOST_TEST((amend(told(500, 5'100), row) == amendment_refusal::changes_nothing));
  BOOST_TEST(!amend(told(500, 5'099), row).has_value());
}

BOOST_AUTO_TEST_CASE(figures_that_no_call_can_have_are_refused) {
  ledger_row row = unknown_row();
  BOOST_TEST((amend(told(-1, 0), row) == amendment_refusal::implausible));
  // Nano-dollars that were taken for dollars.
  BOOST_TEST((amend(told(1, 1'000'000'000'000'001), row) == amendment_refusal::implausible));
  BOOST_TEST((amend(told(1, -1), row) == amendment_refusal::implausible));
  BOOST_TEST(row.legs.empty());
}

BOOST_AUTO_TEST_CASE(what_was_seen_and_is_not_there_any_more_is_not_corrected) {
  ledger_row row = unknown_row();
  amendment_order late = told(100, 1'100);
  late.seen = {.used = row.used, .cost = row.cost, .flags = row.flags};
  BOOST_TEST(!amend(told(90, 1'000), row).has_value());
  const ledger_row before = row;
  BOOST_TEST((amend(late, row) == amendment_refusal::told_meanwhile));
  BOOST_TEST((row == before));
  late.seen = {.used = row.used, .cost = nanodollars{1}, .flags = row.flags};
  BOOST_TEST((amend(late, row) == amendment_refusal::told_meanwhile));
  late.seen = {.used = row.used, .cost = row.cost, .flags = 0};
  BOOST_TEST((amend(late, row) == amendment_refusal::told_meanwhile));
  late.seen = {.used = row.used, .cost = row.cost, .flags = row.flags};
  BOOST_TEST(!amend(late, row).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_released_call_used_is_what_it_was_charged_for) {
  ledger_row row = unknown_row();
  const usage charged = row.used;
  BOOST_TEST((known_usage(row) == charged));
  BOOST_TEST(!amend({}, row).has_value());
  BOOST_TEST((known_usage(row) == charged));
  BOOST_TEST(!amend(told(100, 1'100), row).has_value());
  BOOST_TEST((known_usage(row) == row.used));
  amendment_order nothing;
  nothing.correct.emplace();
  BOOST_TEST(!amend(nothing, row).has_value());  // the provider itself says so
  BOOST_TEST((known_usage(row) == usage{}));
}

BOOST_AUTO_TEST_CASE(the_ninth_leg_is_added_to_the_eighth) {
  ledger_row row = unknown_row();
  for (std::int64_t n = 1; n <= 12; ++n)
    BOOST_TEST(!amend(told(500 - n, 5'100 - 10 * n), row).has_value());
  BOOST_TEST(row.legs.size() == legs_max);
  std::int64_t output = 0;
  std::int64_t cost = 0;
  for (const leg& each : row.legs) {
    output += each.used.output_tokens;
    cost += each.cost.count();
  }
  BOOST_TEST(output == 488);
  BOOST_TEST(cost == 4'980);
}

// Before: the eighth leg was called a correction, an advisor's as well.
BOOST_AUTO_TEST_CASE(a_correction_for_which_there_is_no_room_leaves_the_other_models_theirs) {
  ledger_row row = unknown_row();
  row.legs = legs_of(row);
  for (int n = 1; n < 8; ++n) {
    leg advice;
    advice.why = leg_reason::advisor;
    advice.model = "advisor-" + std::to_string(n);
    advice.cost = nanodollars{10};
    row.cost += advice.cost;
    row.legs.push_back(advice);
  }
  const std::vector<leg> before = row.legs;
  BOOST_TEST(!amend(told(400, 4'000), row).has_value());
  BOOST_TEST(has_sound_legs(row));
  BOOST_TEST_REQUIRE(row.legs.size() == 8U);
  BOOST_TEST(row.legs[0].used.output_tokens == 400);
  BOOST_TEST(row.legs[0].cost.count() == 4'000 - 7 * 10);
  for (std::size_t n = 1; n < 8; ++n)
    BOOST_TEST((row.legs[n] == before[n]));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
