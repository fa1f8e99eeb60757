#include "budgets/records/alert.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(alert_suite)

BOOST_AUTO_TEST_CASE(a_percentage_is_reached_at_the_first_whole_unit_that_is_not_below_it) {
  BOOST_TEST(alert_position(100, 50) == 50);
  BOOST_TEST(alert_position(101, 50) == 51);
  BOOST_TEST(alert_position(3, 1) == 1);
  BOOST_TEST(alert_position(101, 1) == 2);
  BOOST_TEST(alert_position(99, 101) == 100);
  BOOST_TEST(alert_position(0, 100) == 1);
  BOOST_TEST(alert_position(no_alert_left, 100) == no_alert_left);
  BOOST_TEST(alert_position(no_alert_left, 1'000) == no_alert_left);
}

BOOST_AUTO_TEST_CASE(the_next_position_is_of_the_first_percentage_not_fired_yet) {
  const std::vector<int> percents = {50, 80, 100};
  BOOST_TEST(next_alert_position(percents, 1'000, 0) == 500);
  BOOST_TEST(next_alert_position(percents, 1'000, 50) == 800);
  BOOST_TEST(next_alert_position(percents, 1'000, 100) == no_alert_left);
  BOOST_TEST(next_alert_position({}, 1'000, 0) == no_alert_left);
}

BOOST_AUTO_TEST_CASE(the_percentage_reached_is_the_highest_at_or_below_what_is_posted) {
  const std::vector<int> percents = {50, 80, 100};
  BOOST_TEST(percent_reached(percents, 1'000, 499) == 0);
  BOOST_TEST(percent_reached(percents, 1'000, 500) == 50);
  BOOST_TEST(percent_reached(percents, 1'000, 999) == 80);
  BOOST_TEST(percent_reached(percents, 1'000, 5'000) == 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
