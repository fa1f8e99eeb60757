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

[[nodiscard]] cap rolling(std::chrono::seconds length) {
  cap each = usd_cap("rolling", 1'000, window_kind::rolling);
  each.window.length = length;
  each.per = {dimension::tenant};
  return each;
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

BOOST_AUTO_TEST_CASE(a_sweep_of_one_looks_at_one_counter) {
  auto counters = split_by_tenant();
  counters.advance(monday_ten);
  for (const char* tenant : {"acme", "beta"})
    counters.find_or_open(tenant);
  counters.advance(monday_ten + a_day);
  std::size_t budget = 1;
  counters.sweep(budget);
  BOOST_TEST(budget == 0U);
  BOOST_TEST(counters.counters_in_memory() == 1U);
}

BOOST_AUTO_TEST_CASE(a_sweep_of_rolling_counters_looks_at_no_more_than_it_may) {
  cap_counters counters(rolling(std::chrono::minutes{1}), 0, 1);
  counters.advance(monday_ten);
  for (int i = 0; i < 5; ++i) {
    counter& at = counters.find_or_open(std::to_string(i));
    const wall_time start = counters.start_of_calls(at);
    counters.hold(at, start, 1);
    counters.give_back(at, start, 1);
  }
  counters.advance(monday_ten + std::chrono::hours{1});
  const auto left_after = [&](std::size_t may, std::size_t unused) {
    counters.sweep(may);
    BOOST_TEST(may == unused);
    return counters.counters_in_memory();
  };
  BOOST_TEST(left_after(2, 0) == 3U);
  BOOST_TEST(left_after(1, 0) == 2U);
  BOOST_TEST(left_after(10, 8) == 0U);
}

BOOST_AUTO_TEST_CASE(an_alert_at_one_percent_is_armed_from_the_first_and_anew_by_a_reset) {
  cap each = usd_cap("day", 1'000);
  each.alert_percent = {1};
  cap_counters counters(each, 0, 1);
  counters.advance(monday_ten);
  counter& at = counters.find_or_open("");
  BOOST_TEST(at.next_alert_at == 10);
  at.posted = 10;
  at.threshold = 1;
  BOOST_TEST(counters.aim(at, 2'000));
  BOOST_TEST(at.threshold == 0);
  BOOST_TEST(counters.aim(at, 1'000));
  BOOST_TEST(at.threshold == 1);  // it had fired at this limit
  counters.forgive(at);
  BOOST_TEST(at.next_alert_at == 10);
  BOOST_TEST(at.forgiven() == 10);
}

// Only then there is something to write.
BOOST_AUTO_TEST_CASE(a_new_limit_changes_a_counter_where_an_alert_had_fired_or_has_now) {
  auto counters = split_by_tenant();
  counters.advance(monday_ten);
  counter& at = counters.find_or_open("acme");
  BOOST_TEST(!counters.aim(at, 2'000));  // none had
  BOOST_TEST(at.threshold == 0);
  BOOST_TEST(!counters.aim(at, 1'000));
  at.posted = 850;
  at.threshold = 80;
  BOOST_TEST(!counters.aim(at, 1'000));  // that is no other limit
  BOOST_TEST(counters.aim(at, 1'700));
  BOOST_TEST(at.threshold == 50);
  BOOST_TEST(counters.aim(at, 100'000));
  BOOST_TEST(at.threshold == 0);
  BOOST_TEST(counters.aim(at, 1'000));
  BOOST_TEST(at.threshold == 80);
  BOOST_TEST(at.next_alert_at == 1'000);
  counters.forgive(at);
  BOOST_TEST(!counters.aim(at, 3'000));
  BOOST_TEST(at.threshold == 0);
}

BOOST_AUTO_TEST_CASE(what_fired_is_remembered_over_eight_other_limits) {
  const auto fired_after = [](int others) {
    auto counters = split_by_tenant();
    counters.advance(monday_ten);
    counter& at = counters.find_or_open("acme");
    at.posted = 850;
    at.threshold = 80;
    for (int i = 0; i < others; ++i)
      (void)counters.aim(at, 1'700 - i);  // half of each is spent
    (void)counters.aim(at, 1'000);
    return at.threshold;
  };
  BOOST_TEST(fired_after(8) == 80);
  BOOST_TEST(fired_after(9) == 50);
}

BOOST_AUTO_TEST_CASE(an_open_window_gets_the_present_limit_and_a_closed_one_keeps_its_own) {
  auto counters = split_by_tenant();
  const auto open = counters.advance(monday_ten);
  const counter& at = counters.restore(
      {.start = open.start, .scope = "acme", .posted = 850, .threshold = 50, .limit = 1'500});
  BOOST_TEST(at.limit == 1'000);
  BOOST_TEST(at.threshold == 50);
  BOOST_TEST(at.next_alert_at == 800);
  const counter& closed = counters.restore({.start = open.start - a_day,
                                            .scope = "acme",
                                            .posted = 850,
                                            .threshold = 50,
                                            .limit = 1'500});
  BOOST_TEST(closed.limit == 1'500);
  BOOST_TEST(closed.next_alert_at == 1'200);
  cap_counters rolls(rolling(a_day), 0, 1);
  rolls.advance(monday_ten);
  const counter& present = rolls.restore(
      {.start = monday_ten, .scope = "acme", .posted = 850, .threshold = 50, .limit = 1'500});
  BOOST_TEST(present.limit == 1'000);
}

// An older version did not say at which limit an alert had fired.
BOOST_AUTO_TEST_CASE(without_its_limit_only_what_the_present_one_explains_has_fired) {
  auto counters = split_by_tenant();
  const auto open = counters.advance(monday_ten);
  for (const auto& [stored, expected] : {std::pair{100, 80}, std::pair{50, 50}}) {
    const std::string scope = "at-" + std::to_string(stored);
    const counter& at =
        counters.restore({.start = open.start, .scope = scope, .posted = 850, .threshold = stored});
    BOOST_TEST(at.threshold == expected);
  }
}

BOOST_AUTO_TEST_CASE(only_the_window_that_lacks_rows_is_incomplete) {
  auto days = split_by_tenant();
  const window today = days.advance(monday_ten);
  BOOST_TEST(!days.is_incomplete(today));
  days.set_incomplete(today.start);
  BOOST_TEST(days.is_incomplete(today));
  BOOST_TEST(!days.is_incomplete(days.advance(monday_ten + a_day)));
}

BOOST_AUTO_TEST_CASE(a_rolling_window_is_incomplete_until_what_is_missing_has_left_it) {
  cap_counters rolls(rolling(a_day), 0, 1);
  window at = rolls.advance(monday_ten);
  BOOST_TEST(!rolls.is_incomplete(at));
  rolls.set_incomplete(at.start);
  BOOST_TEST(rolls.is_incomplete(at));
  at.start += a_day;
  BOOST_TEST(rolls.is_incomplete(at));
  at.start += std::chrono::microseconds{1};
  BOOST_TEST(!rolls.is_incomplete(at));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
