// Goal: what is asked for is done, one at a time and never forgotten; a stop that takes too long is told of, and no other.
#include "gateway/cli/signal_threads.hpp"

#include <atomic>
#include <future>

#include <boost/test/unit_test.hpp>

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(signal_threads_suite)

BOOST_AUTO_TEST_CASE(what_is_asked_for_while_it_runs_is_done_once_more) {
  std::promise<void> first_began;
  std::promise<void> go_on;
  std::promise<void> second_done;
  int runs = 0;
  asked_work work([&] {
    if (++runs == 2) return second_done.set_value();
    first_began.set_value();
    go_on.get_future().wait();
  });
  work.ask();
  first_began.get_future().wait();
  work.ask();
  work.ask();
  go_on.set_value();
  second_done.get_future().wait();
  BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(nothing_is_done_unasked) {
  std::atomic<int> runs{0};
  {
    const asked_work work([&] { ++runs; });
  }
  BOOST_TEST(runs == 0);
}

BOOST_AUTO_TEST_CASE(a_stop_that_takes_too_long_is_told_of) {
  std::promise<void> late;
  stop_deadline deadline([&] { late.set_value(); });
  deadline.begin(std::chrono::milliseconds(1));
  late.get_future().wait();
}

BOOST_AUTO_TEST_CASE(a_stop_in_time_is_not) {
  std::atomic<bool> late{false};
  {
    stop_deadline deadline([&] { late = true; });
    deadline.begin(std::chrono::hours(1));
  }
  BOOST_TEST(!late);
  {
    const stop_deadline never_begun([&] { late = true; });
  }
  BOOST_TEST(!late);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
