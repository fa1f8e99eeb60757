// Calls that wait in line: first come first served for each scope, bounded, answered in the end.
#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_waiting_suite)

namespace {

using std::chrono::milliseconds;

// One writer, and what became of each call.
struct fixture {
  scratch_directory scratch;
  std::vector<std::uint64_t> admitted;  // in the order of their answers
  std::vector<std::pair<std::uint64_t, refusal_reason>> refused;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::optional<driven_writer> books;

  void open(std::vector<cap> caps, std::size_t waiting_max = 100, std::size_t per_scope_max = 100) {
    ledger_options options;
    options.directory = scratch.sub("ledger");
    options.caps = std::move(caps);
    options.waiting_max = waiting_max;
    options.waiting_per_scope_max = per_scope_max;
    books.emplace(std::move(options));
  }
  [[nodiscard]] operation wish(std::uint64_t number, std::int64_t worst,
                               const std::string& tenant = "acme",
                               milliseconds patience = milliseconds{5'000}) {
    hold_operation what;
    what.request = std::make_unique<hold_request>(hold_of(number, worst, monday_ten, tenant));
    what.request->patience = patience;
    what.wait_until = start + patience;
    what.answer = [this, number](admission answer) {
      if (answer.refused) {
        refused.emplace_back(number, answer.refused->reason);
      } else {
        admitted.push_back(number);
      }
    };
    return what;
  }
  void hold(std::uint64_t number, std::int64_t worst, const std::string& tenant = "acme") {
    books->run(wish(number, worst, tenant));
  }
  void settle(std::uint64_t number, std::int64_t used) {
    BOOST_TEST(books->settle(settle_of(numbered_id(number), used)).recorded);
  }
  [[nodiscard]] std::size_t waiting() { return books->writer.health().waiting; }
};

const std::vector<std::uint64_t> nobody;

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_call_waits_for_others_holds_and_goes_when_they_are_given_back, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  BOOST_TEST(admitted == std::vector<std::uint64_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(waiting() == 1U);
  settle(1, 30);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
  BOOST_TEST(waiting() == 0U);
  BOOST_TEST(refused.empty());
}

BOOST_FIXTURE_TEST_CASE(spent_is_not_waited_for, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  settle(1, 50);
  hold(2, 60);
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST((refused[0].second == refusal_reason::budget_exceeded));
  // Waiting ends as soon as it is in vain.
  hold(3, 40);
  hold(4, 40);
  BOOST_TEST(waiting() == 1U);
  settle(3, 40);
  BOOST_TEST(waiting() == 0U);
  BOOST_REQUIRE(refused.size() == 2U);
  BOOST_TEST(refused[1].first == 4U);
  BOOST_TEST((refused[1].second == refusal_reason::budget_exceeded));
}

BOOST_FIXTURE_TEST_CASE(a_small_call_does_not_overtake_a_large_one_of_its_scope, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 90);
  hold(3, 10);  // would fit
  BOOST_TEST(waiting() == 2U);
  settle(1, 0);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_line_is_of_one_scope_and_holds_up_nobody_else, fixture) {
  cap per_tenant = usd_cap("tenant", 100);
  per_tenant.per = {dimension::tenant};
  open({per_tenant});
  hold(1, 60, "acme");
  hold(2, 60, "acme");
  hold(3, 60, "zeta");
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 3}), boost::test_tools::per_element());
  settle(3, 60);
  BOOST_TEST(waiting() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_call_does_not_overtake_an_earlier_one_by_way_of_another_line, fixture) {
  cap per_tenant = usd_cap("tenant", 100);
  per_tenant.per = {dimension::tenant};
  open({usd_cap("all", 150), per_tenant});
  hold(1, 70, "acme");
  hold(2, 80, "zeta");
  hold(3, 60, "acme");  // waits for the tenant
  hold(4, 10, "beta");  // waits for all
  hold(5, 20, "acme");  // would fit in the tenant, and waits for all behind the fourth
  BOOST_TEST(waiting() == 3U);
  settle(2, 0);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2, 4}), boost::test_tools::per_element());
  settle(1, 0);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2, 4, 3, 5}),
             boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_call_that_must_wait_for_two_caps_keeps_its_place_by_arrival, fixture) {
  cap per_tenant = usd_cap("tenant", 100);
  per_tenant.per = {dimension::tenant};
  open({per_tenant, usd_cap("all", 150)});
  hold(1, 100, "acme");
  hold(2, 80, "acme");  // waits for the tenant
  hold(3, 80, "zeta");  // waits for all
  BOOST_TEST(waiting() == 2U);
  settle(1, 10);  // 140 are left of all: the second call goes before the third
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
  settle(2, 10);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(patience_ends_with_busy, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  books->writer.upkeep(start + milliseconds{4'999});
  BOOST_TEST(waiting() == 1U);
  books->writer.upkeep(start + milliseconds{5'000});
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST((refused[0].second == refusal_reason::budget_busy));
  BOOST_TEST(waiting() == 0U);
  settle(1, 0);
  BOOST_TEST(admitted.size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(
    without_patience_a_call_is_busy_at_once_even_where_it_would_fit_past_the_line, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  books->run(wish(3, 10, "acme", milliseconds{0}));
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST(refused[0].first == 3U);
  BOOST_TEST((refused[0].second == refusal_reason::budget_busy));
}

BOOST_FIXTURE_TEST_CASE(the_line_is_bounded, fixture) {
  open({usd_cap("day", 100)}, 2);
  hold(1, 60);
  for (std::uint64_t i = 2; i < 6; ++i)
    hold(i, 60);
  BOOST_TEST(waiting() == 2U);
  BOOST_REQUIRE(refused.size() == 2U);
  BOOST_TEST(refused[0].first == 4U);
  BOOST_TEST((refused[0].second == refusal_reason::budget_busy));
}

BOOST_FIXTURE_TEST_CASE(a_client_that_goes_leaves_the_line_and_lets_the_next_one_go, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 90);
  hold(3, 30);
  books->run(abandon_operation{.id = numbered_id(2)});
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST(refused[0].first == 2U);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 3}), boost::test_tools::per_element());
  books->run(abandon_operation{.id = numbered_id(3)});  // it is not in line any more
  settle(3, 30);
}

BOOST_FIXTURE_TEST_CASE(a_window_that_ends_lets_the_line_in_and_charges_the_new_window, fixture) {
  open({usd_cap("hour", 100, window_kind::hour)});
  hold(1, 60);
  hold(2, 60);
  books->clock = monday_ten + std::chrono::hours{1};
  books->writer.upkeep(start + milliseconds{1});
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
  settle(1, 60);
  settle(2, 50);
  BOOST_TEST((books->committed.back().admitted == books->clock));
  const auto all = books->standings();
  BOOST_TEST(find_standing(all, "hour")->used == 50);
}

BOOST_FIXTURE_TEST_CASE(at_the_end_everybody_in_line_is_answered, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  hold(3, 60);
  books->writer.end_waiting();
  BOOST_TEST(refused.size() == 2U);
  BOOST_TEST(waiting() == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_call_that_can_never_be_admitted_does_not_join_the_line_behind_others,
                        fixture) {
  open({usd_cap("day", 100), token_cap("one", 70, window_kind::request)});
  hold(1, 60);
  hold(2, 60);
  hold(3, 90);  // over the cap of single calls: waiting helps nothing
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST(refused[0].first == 3U);
  BOOST_TEST((refused[0].second == refusal_reason::request_too_large));
  BOOST_TEST(waiting() == 1U);
}

BOOST_FIXTURE_TEST_CASE(requests_that_are_held_are_spent_and_not_waited_for, fixture) {
  cap calls = usd_cap("rpm", 2, window_kind::minute);
  calls.unit = cap_unit::requests;
  open({calls});
  for (std::uint64_t i = 1; i < 4; ++i)
    hold(i, 10);
  BOOST_TEST(admitted.size() == 2U);
  BOOST_REQUIRE(refused.size() == 1U);
  BOOST_TEST((refused[0].second == refusal_reason::budget_exceeded));
}

BOOST_FIXTURE_TEST_CASE(one_scope_does_not_take_every_place_of_the_line, fixture) {
  cap per_tenant = usd_cap("tenant", 100);
  per_tenant.per = {dimension::tenant};
  open({per_tenant}, 100, 2);
  for (std::uint64_t i = 1; i < 6; ++i)
    hold(i, 60, "acme");
  BOOST_TEST(waiting() == 2U);
  BOOST_TEST(refused.size() == 2U);
  hold(6, 60, "zeta");
  hold(7, 60, "zeta");
  BOOST_TEST(waiting() == 3U);
}

BOOST_FIXTURE_TEST_CASE(caps_change_after_a_window_began_while_calls_waited_in_vain, fixture) {
  open({usd_cap("hour", 100, window_kind::hour), usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  books->clock = monday_ten + std::chrono::hours{1};
  books->writer.upkeep(start + milliseconds{1});  // a new hour, and the day is still held
  BOOST_TEST(waiting() == 1U);
  bool told = false;
  books->run(reconfigure_operation{.caps = {usd_cap("day", 200)},
                                   .by = {},
                                   .answer = [&](reconfigured answer) { told = answer.recorded; }});
  BOOST_TEST(told);
}

// A window may end without any call saying so.
BOOST_FIXTURE_TEST_CASE(the_line_is_looked_at_every_quarter_of_a_second, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  books->writer.upkeep(start);
  BOOST_TEST((books->writer.next_upkeep() == start + milliseconds{250}));
}

BOOST_FIXTURE_TEST_CASE(who_stands_behind_one_that_leaves_is_served_at_once, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 90);
  books->run(wish(3, 30, "acme", milliseconds{10'000}));
  books->writer.upkeep(start + milliseconds{5'000});
  BOOST_TEST(refused.size() == 1U);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 3}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(the_least_patience_is_patience, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  books->run(wish(2, 60, "acme", milliseconds{1}));
  BOOST_TEST(waiting() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_raise_lets_the_line_in, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  adjustment_order order;
  order.cap = "day";
  order.by = 20;
  BOOST_TEST(!books->adjust(std::move(order)).refused);
  BOOST_TEST(admitted == (std::vector<std::uint64_t>{1, 2}), boost::test_tools::per_element());
}

// It asks whether there is room to spare, and does not wait for an answer.
BOOST_FIXTURE_TEST_CASE(a_prompt_that_is_not_counted_yet_finds_no_room_behind_a_line, fixture) {
  open({usd_cap("day", 100)});
  hold(1, 60);
  hold(2, 60);
  hold_operation uncounted;
  uncounted.request = std::make_unique<hold_request>(hold_of(3, 10));
  uncounted.request->patience = milliseconds{5'000};
  uncounted.request->room_share = 1;
  uncounted.wait_until = start + milliseconds{5'000};
  std::optional<admission> told;
  uncounted.answer = [&](admission answer) { told = std::move(answer); };
  books->run(std::move(uncounted));
  BOOST_REQUIRE(told.has_value());
  BOOST_TEST(told->beyond_share);
  BOOST_TEST(!told->refused);
  BOOST_TEST(waiting() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
