// The lock of the open store: shared across threads, alone when nobody else has it.
#include "budgets/store/shared_use.hpp"

#include <atomic>
#include <future>
#include <shared_mutex>
#include <thread>

#include <boost/test/unit_test.hpp>

namespace stint::testing {

BOOST_AUTO_TEST_SUITE(shared_use_suite)

BOOST_AUTO_TEST_CASE(what_one_thread_took_another_may_give_back) {
  shared_use lock;
  std::shared_lock taken(lock);
  std::thread([given = std::move(taken)]() mutable { given.unlock(); }).join();
  const std::unique_lock alone(lock);
  BOOST_TEST(alone.owns_lock());
}

BOOST_AUTO_TEST_CASE(one_alone_waits_for_those_who_share_and_keeps_new_ones_out) {
  shared_use lock;
  std::shared_lock first(lock);
  std::atomic<bool> changed{false};
  auto writer = std::async(std::launch::async, [&] {
    const std::unique_lock alone(lock);
    changed = true;
  });
  BOOST_TEST(!changed.load());
  first.unlock();
  writer.get();
  const std::shared_lock second(lock);
  BOOST_TEST(changed.load());
}

BOOST_AUTO_TEST_CASE(sums_made_under_it_are_whole) {
  shared_use lock;
  int a = 0;
  int b = 0;
  std::atomic<int> torn{0};
  auto reader = std::async(std::launch::async, [&] {
    for (int i = 0; i < 2'000; ++i) {
      const std::shared_lock shared(lock);
      if (a != b) ++torn;
    }
  });
  for (int i = 0; i < 2'000; ++i) {
    const std::unique_lock alone(lock);
    ++a;
    ++b;
  }
  reader.get();
  BOOST_TEST(torn.load() == 0);
  BOOST_TEST(a == 2'000);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
