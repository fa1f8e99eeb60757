#include "budgets/state/counters/cap_counters.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(cap_counters_suite)

namespace {

constexpr auto a_day = std::chrono::hours{24};

[[nodiscard]] cap_counters split_by_tenant() {
  cap each = usd_cap("day", 1'000);
  each.per = {dimension::tenant};
  return {each, 0, 1};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_new_window_starts_every_scope_from_nothing) {
  auto counters = split_by_tenant();
  counters.advance(monday_ten);
  counters.find_or_open("acme").posted = 7;
  BOOST_TEST(counters.find("acme")->posted == 7);
  counters.advance(monday_ten + a_day);
  BOOST_TEST(counters.find("acme") == nullptr);
}

BOOST_AUTO_TEST_CASE(an_earlier_time_does_not_reopen_a_window) {
  auto counters = split_by_tenant();
  const auto later = counters.advance(monday_ten + a_day);
  BOOST_TEST((counters.advance(monday_ten) == later));
}

BOOST_AUTO_TEST_CASE(a_closed_counter_stays_while_a_hold_refers_to_it_and_no_longer) {
  auto counters = split_by_tenant();
  counters.advance(monday_ten);
  counter& held = counters.find_or_open("acme");
  held.holds = 1;
  for (int i = 0; i < 100; ++i)
    counters.find_or_open("tenant-" + std::to_string(i));
  counters.advance(monday_ten + a_day);
  BOOST_TEST(counters.counters_in_memory() == 101U);
  std::size_t budget = 60;
  counters.sweep(budget);
  BOOST_TEST(budget == 0U);
  BOOST_TEST(counters.counters_in_memory() >= 41U);
  budget = 1'000;
  counters.sweep(budget);
  BOOST_TEST(counters.counters_in_memory() == 1U);
  BOOST_TEST(&held == counters.find_at(held.window.start, "acme"));
  held.holds = 0;
  counters.written(held);
  BOOST_TEST(counters.counters_in_memory() == 0U);
}

// Releases and sweeps in every interleaving of a few hundred counters: the place where the sweep
// stands may be the one released.
BOOST_AUTO_TEST_CASE(releasing_while_the_sweep_is_under_way_loses_nothing) {
  for (std::size_t step = 1; step < 40; ++step) {
    auto counters = split_by_tenant();
    counters.advance(monday_ten);
    std::vector<counter*> held;
    for (int i = 0; i < 120; ++i) {
      counter& at = counters.find_or_open(std::to_string(i));
      if (i % 3 != 0) continue;
      at.holds = 1;
      held.push_back(&at);
    }
    counters.advance(monday_ten + a_day);
    for (counter* each : held) {
      std::size_t budget = step;
      counters.sweep(budget);
      each->holds = 0;
      counters.written(*each);
    }
    std::size_t budget = 1'000;
    counters.sweep(budget);
    BOOST_TEST(counters.counters_in_memory() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(restoring_brings_back_usage_and_what_has_fired) {
  auto counters = split_by_tenant();
  const auto open = counters.advance(monday_ten);
  const counter& at =
      counters.restore({.start = open.start, .scope = "acme", .posted = 850, .threshold = 80});
  BOOST_TEST(&at == counters.find("acme"));
  BOOST_TEST(at.next_alert_at == 1'000);
  const counter& closed =
      counters.restore({.start = open.start - a_day, .scope = "acme", .posted = 5, .threshold = 0});
  BOOST_TEST(closed.posted == 5);
  BOOST_TEST((closed.window.end == open.start));
  BOOST_TEST(&closed == counters.find_at(open.start - a_day, "acme"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
