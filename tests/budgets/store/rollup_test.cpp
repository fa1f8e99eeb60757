#include "budgets/store/rollup.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/records/row.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(rollup_suite)

BOOST_AUTO_TEST_CASE(sums_add_field_by_field) {
  rollup_sums a;
  a.calls = 1;
  a.used.input_tokens = 10;
  a.used.web_searches = 3;
  a.cost = nanodollars{7};
  rollup_sums b = a;
  b.flagged = 1;
  b += a;
  BOOST_TEST(b.calls == 2);
  BOOST_TEST(b.flagged == 1);
  BOOST_TEST(b.used.input_tokens == 20);
  BOOST_TEST(b.used.web_searches == 6);
  BOOST_TEST(b.cost.count() == 14);
}

BOOST_AUTO_TEST_CASE(an_estimate_alone_does_not_flag_a_call) {
  ledger_row row;
  row.flags = row_flag::estimated;
  BOOST_TEST(sums_of(row).flagged == 0);
  row.flags |= row_flag::unpriced;
  BOOST_TEST(sums_of(row).flagged == 1);
}

BOOST_AUTO_TEST_CASE(periods_start_at_whole_utc_hours_and_days_also_before_the_epoch) {
  const wall_time at{std::chrono::seconds{1'772'449'199}};  // 2026-03-02 10:59:59
  BOOST_TEST(period_start(at, seconds_per_hour) == 1'772'445'600);
  BOOST_TEST(period_start(at, seconds_per_day) == 1'772'409'600);
  BOOST_TEST(period_start(wall_time{std::chrono::seconds{-1}}, seconds_per_hour) == -3'600);
}

BOOST_AUTO_TEST_CASE(sums_of_the_first_version_tell_of_no_requests) {
  rollup_sums sums;
  sums.requests = 3;
  BOOST_TEST(amounts_of(sums).requests == 3);
  sums.requests.reset();
  BOOST_TEST(amounts_of(sums).requests == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
