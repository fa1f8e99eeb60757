// Goal: who waits for the ledger is answered once, by it or by the clock, and a late answer reaches nobody. Method: an
// operation that is answered when the test says so; sweeps by hand.
#include "gateway/call/hold/ledger_wait.hpp"

#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/writer/completion.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(ledger_wait_suite)

namespace {

namespace asio = boost::asio;

int nothing_heard() {
  return -1;
}

struct one_wait {
  one_wait() {
    auto enqueue = [this](auto answer) { ledger.emplace(std::move(answer)); };
    auto waiting = wait_for_ledger<int>(context, enqueue, std::chrono::seconds(10), nothing_heard);
    asio::co_spawn(context, std::move(waiting),
                   [this](const std::exception_ptr&, int answer) { heard.push_back(answer); });
    run();
  }
  void run() {
    context.restart();
    context.poll();
  }
  void sweep(int times) {
    for (int i = 0; i < times; ++i)
      end_late_waits();
    run();
  }

  asio::io_context context;
  std::optional<completion<int>> ledger;
  std::vector<int> heard;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_answer_in_time_is_heard_once, one_wait) {
  sweep(199);
  BOOST_TEST(heard.empty());
  (*ledger)(7);
  run();
  BOOST_TEST(heard == std::vector<int>{7});
  sweep(300);
  BOOST_TEST(heard.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(without_an_answer_the_wait_ends, one_wait) {
  sweep(201);
  BOOST_TEST(heard == std::vector<int>{-1});
  (*ledger)(7);
  run();
  BOOST_TEST(heard.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_answer_that_is_on_its_way_is_the_one_that_counts, one_wait) {
  (*ledger)(7);
  for (int i = 0; i < 300; ++i)
    end_late_waits();
  run();
  BOOST_TEST(heard == std::vector<int>{7});
}

BOOST_AUTO_TEST_CASE(a_late_answer_may_come_when_the_loop_is_gone) {
  std::optional<completion<int>> kept;
  {
    one_wait waited;
    waited.sweep(201);
    kept = std::move(waited.ledger);
  }
  (*kept)(7);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
