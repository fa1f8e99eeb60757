// Goal: what nobody saw of an answer is charged at what the provider may have generated, and at no
// more than the call held. Method: cases worked out by hand.
#include "gateway/call/hold/unseen_output.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(unseen_output_suite)

namespace {
using namespace std::chrono_literals;

// A stream of which 40 tokens were seen, in a hold of 1,000.
unseen_output seen_in_part() {
  unseen_output of;
  of.held_tokens = 1'000;
  of.seen_tokens = 40;
  of.ahead_tokens = 32;
  of.stops_at_hang_up = true;
  of.since_forwarded = 2'500ms;
  of.tokens_per_second = 100;
  return of;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_stream_that_shows_all_is_what_came_and_what_is_on_its_way) {
  BOOST_TEST(most_generated(seen_in_part()) == 72);
}

BOOST_AUTO_TEST_CASE(what_is_generated_unseen_is_bounded_by_the_time_it_had) {
  unseen_output of = seen_in_part();
  of.hides_output = true;
  BOOST_TEST(most_generated(of) == 250);
  of.since_forwarded = 2'500ms + 1us;  // a millisecond that was begun counts
  BOOST_TEST(most_generated(of) == 251);
  of.since_forwarded = 100ms;
  BOOST_TEST(most_generated(of) == 40);  // as many were seen
  of.since_forwarded = 500ms;
  of.ahead_tokens = 900;  // all of an answer comes at once behind its reasoning
  BOOST_TEST(most_generated(of) == 50);
}

BOOST_AUTO_TEST_CASE(no_more_than_the_call_held_is_charged) {
  unseen_output of = seen_in_part();
  of.hides_output = true;
  of.since_forwarded = 11s;
  BOOST_TEST(most_generated(of) == 1'000);
  of.since_forwarded = std::chrono::hours{24 * 365 * 100};
  of.tokens_per_second = 1'000'000'000;
  BOOST_TEST(most_generated(of) == 1'000);
  of = seen_in_part();
  of.held_tokens = 60;
  BOOST_TEST(most_generated(of) == 60);
}

BOOST_AUTO_TEST_CASE(what_was_seen_is_charged_even_above_the_hold) {
  unseen_output of = seen_in_part();
  of.held_tokens = 30;
  BOOST_TEST(most_generated(of) == 40);
  of.stops_at_hang_up = false;
  BOOST_TEST(most_generated(of) == 40);
}

BOOST_AUTO_TEST_CASE(what_goes_on_to_its_end_may_take_all_that_is_held) {
  unseen_output of = seen_in_part();
  of.stops_at_hang_up = false;
  BOOST_TEST(most_generated(of) == 1'000);
}

BOOST_AUTO_TEST_CASE(a_clock_that_went_back_bounds_nothing) {
  unseen_output of = seen_in_part();
  of.hides_output = true;
  of.since_forwarded = -5s;
  BOOST_TEST(most_generated(of) == 40);
}

BOOST_AUTO_TEST_CASE(what_is_generated_unseen_begins_at_nothing_and_ends_after_a_week) {
  unseen_output of = seen_in_part();
  of.hides_output = true;
  of.held_tokens = 1'000'000;
  of.seen_tokens = 0;
  of.tokens_per_second = 1;
  of.since_forwarded = 0ms;
  BOOST_TEST(most_generated(of) == 0);
  of.since_forwarded = 1ms;
  BOOST_TEST(most_generated(of) == 1);
  of.since_forwarded = std::chrono::hours{24 * 365};
  BOOST_TEST(most_generated(of) == 7 * 86'400);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
