#include "budgets/writer/operation_queue.hpp"

#include <thread>

#include <boost/test/unit_test.hpp>

namespace stint {
BOOST_AUTO_TEST_SUITE(operation_queue_suite)

namespace {

[[nodiscard]] operation_queue::deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{30};
}
[[nodiscard]] operation_queue::deadline now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_may_be_refused_is_refused_when_full_and_what_may_not_still_enters) {
  operation_queue queue(2);
  BOOST_TEST(queue.push(hold_operation{}));
  BOOST_TEST(queue.push(hold_operation{}));
  BOOST_TEST(!queue.push(hold_operation{}));
  BOOST_TEST(queue.push_unbounded(settle_operation{}));
  BOOST_TEST(queue.depth() == 3U);
  std::vector<operation> taken;
  BOOST_TEST(queue.take(taken, now()));
  BOOST_TEST(taken.size() == 3U);
  BOOST_TEST(queue.depth() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_the_wait_with_nothing) {
  operation_queue queue(2);
  std::vector<operation> taken;
  BOOST_TEST(queue.take(taken, now()));
  BOOST_TEST(taken.empty());
}

BOOST_AUTO_TEST_CASE(a_closed_queue_gives_what_it_has_and_then_ends) {
  operation_queue queue(2);
  BOOST_TEST(queue.push(hold_operation{}));
  queue.close();
  BOOST_TEST(!queue.push(hold_operation{}));
  BOOST_TEST(!queue.push_unbounded(settle_operation{}));
  std::vector<operation> taken;
  BOOST_TEST(queue.take(taken, soon()));
  BOOST_TEST(taken.size() == 1U);
  taken.clear();
  BOOST_TEST(!queue.take(taken, soon()));
}

// Four threads push 5,000 each while one takes: every operation arrives once, and the taker never
// misses a wake-up (it would then wait for its deadline, and the test for its time-out).
BOOST_AUTO_TEST_CASE(nothing_is_lost_between_threads) {
  operation_queue queue(100'000);
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 5'000;
  std::vector<std::jthread> pushers;
  for (std::size_t i = 0; i < threads; ++i) {
    pushers.emplace_back([&] {
      for (std::size_t n = 0; n < each; ++n)
        (void)queue.push(hold_operation{});
    });
  }
  std::size_t seen = 0;
  std::vector<operation> taken;
  while (seen < threads * each) {
    BOOST_REQUIRE(queue.take(taken, soon()));
    BOOST_REQUIRE(!taken.empty());
    seen += taken.size();
    taken.clear();
  }
  BOOST_TEST(seen == threads * each);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
