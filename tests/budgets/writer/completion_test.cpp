#include "budgets/writer/completion.hpp"

#include <array>
#include <functional>
#include <memory>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(completion_suite)

BOOST_AUTO_TEST_CASE(what_can_only_be_moved_is_kept_and_called_with_the_answer) {
  auto owned = std::make_unique<int>(1);
  int seen = 0;
  completion<int> first = [held = std::move(owned), &seen](int answer) { seen = answer + *held; };
  completion<int> second = std::move(first);
  BOOST_TEST(!first);
  second(41);
  BOOST_TEST(seen == 42);
}

BOOST_AUTO_TEST_CASE(small_and_large_functions_are_destroyed_once) {
  const auto count = std::make_shared<int>(0);
  {
    completion<int> small = [count](int) {};
    completion<int> large = [count, padding = std::array<char, 200>{}](int) { (void)padding; };
    BOOST_TEST(count.use_count() == 3);
    completion<int> moved = std::move(large);
    small = std::move(moved);
    BOOST_TEST(count.use_count() == 2);
  }
  BOOST_TEST(count.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(an_empty_one_does_nothing) {
  completion<int> none;
  none(1);
  completion<int> null = nullptr;
  null(1);
  BOOST_TEST(!null);
}

BOOST_AUTO_TEST_CASE(a_standard_function_is_accepted) {
  int seen = 0;
  const std::function<void(int)> standard = [&](int answer) { seen = answer; };
  completion<int> wrapped = standard;
  wrapped(7);
  BOOST_TEST(seen == 7);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
