// What the ledger says about where its caps stand, with neither disk nor thread.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/state/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_standings_suite)

BOOST_AUTO_TEST_CASE(the_tightest_cap_has_the_smallest_share_left_after_what_is_posted_and_held) {
  auto books = ledger_of({usd_cap("money", 100), token_cap("tokens", 100)});
  ledger_row spent;
  spent.id = numbered_id(9);
  spent.admitted = monday_ten;
  spent.cost = nanodollars{60};
  BOOST_TEST(books.record(spent).recorded);
  BOOST_TEST(books.hold(hold_of(1, 10)).tightest->cap == "money");
  hold_request tokens = hold_of(2, 65);
  tokens.worst.cost = nanodollars{};
  BOOST_TEST(books.hold(std::move(tokens)).tightest->cap == "tokens");
}

BOOST_AUTO_TEST_CASE(
    of_equally_tight_caps_the_first_is_named_and_one_without_a_limit_before_others) {
  auto equal = ledger_of({usd_cap("first", 100), token_cap("second", 100)});
  BOOST_TEST(equal.hold(hold_of(1, 10)).tightest->cap == "first");
  auto none = ledger_of({usd_cap("none", 0), token_cap("nothing", 0), token_cap("some", 100)});
  BOOST_TEST(none.hold(hold_of(1, 0)).tightest->cap == "none");
  auto last = ledger_of({token_cap("some", 100), usd_cap("none", 0)});
  BOOST_TEST(last.hold(hold_of(1, 0)).tightest->cap == "none");
  hold_request tokens = hold_of(1, 50);
  tokens.worst.cost = nanodollars{};
  auto one = ledger_of({usd_cap("one", 1), token_cap("half", 100)});
  BOOST_TEST(one.hold(hold_request(tokens)).tightest->cap == "half");
  auto other = ledger_of({token_cap("half", 100), usd_cap("one", 1)});
  BOOST_TEST(other.hold(hold_request(tokens)).tightest->cap == "half");
}

BOOST_AUTO_TEST_CASE(a_window_that_just_ended_is_told_for_what_it_holds_beside_the_one_that_began) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 10)).refused);
  const wall_time midnight = monday_ten + std::chrono::hours{14};
  BOOST_TEST(books.standings(midnight - std::chrono::microseconds{1}).size() == 1U);
  const auto both = books.standings(midnight);
  BOOST_REQUIRE(both.size() == 2U);
  BOOST_TEST(both[0].held == 10);
  BOOST_TEST((both[1].window.start == midnight));
  BOOST_TEST(both[1].held == 0);
}

BOOST_AUTO_TEST_CASE(a_window_that_just_ended_and_holds_nothing_is_told_no_more) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 10)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 10)).recorded);
  const wall_time midnight = monday_ten + std::chrono::hours{14};
  const auto all = books.standings(midnight);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST((all[0].window.start == midnight));
  BOOST_TEST(all[0].used == 0);
}

// Of simulated calls, say: they cost nothing, fill their caps first, and hid the scopes of real ones.
BOOST_AUTO_TEST_CASE(of_too_many_scopes_those_that_yield_their_place_are_left_out_first) {
  cap real = usd_cap("real", 1'000);
  cap tried = usd_cap("tried", 100);
  real.per = tried.per = {dimension::tenant};
  tried.yields_place = true;
  for (const bool tried_first : {false, true}) {
    auto books = tried_first ? ledger_of({tried, real}) : ledger_of({real, tried});
    for (std::uint64_t i = 1; i <= 8; ++i) {
      hold_request call = hold_of(i, static_cast<std::int64_t>(i) * 10);
      call.charged.tenant = "t" + std::to_string(i);
      BOOST_TEST(!books.hold(std::move(call)).refused);
    }
    standings_walk walk;
    walk.count_max = 10;
    auto budget = standings_walk::all;
    BOOST_TEST(books.walk_standings(walk, monday_ten, budget));
    BOOST_TEST(std::ranges::count(walk.found, "real", &cap_standing::cap) == 8);
    BOOST_TEST(walk.left_out == 6U);
    for (const cap_standing& each : walk.found)
      BOOST_TEST((each.cap == "real" || each.held >= 70));
  }
}

BOOST_AUTO_TEST_CASE(each_group_looks_at_1024_counters_of_closed_windows_and_no_more) {
  cap split = usd_cap("tenant", 100);
  split.per = {dimension::tenant};
  auto books = ledger_of({split});
  constexpr std::uint64_t tenants = 1'024 + 2;
  for (std::uint64_t i = 0; i < tenants; ++i) {
    BOOST_TEST_REQUIRE(!books.hold(hold_of(i, 1, monday_ten, std::to_string(i))).refused);
    BOOST_TEST_REQUIRE(books.settle(settle_of(numbered_id(i), 1)).recorded);
  }
  books.written();
  BOOST_TEST(books.caps().front().counters_in_memory() == tenants);
  BOOST_TEST(!books.hold(hold_of(tenants, 1, monday_ten + std::chrono::hours{24})).refused);
  books.written();
  BOOST_TEST(books.caps().front().counters_in_memory() == 3U);  // two of them, and today's
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
