// The rules of the state machine, one by one, with neither disk nor thread.
#include "budgets/state/ledger/ledger.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

#include "aborts.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/state/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_suite)

namespace {

[[nodiscard]] hold_request modest_hold(std::uint64_t number, std::int64_t worst) {
  hold_request request = hold_of(number, worst);
  request.room_share = 4;
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_hold_is_refused_when_posted_held_and_requested_pass_the_limit) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  BOOST_TEST(!books.hold(hold_of(2, 40)).refused);
  const auto busy = books.hold(hold_of(3, 1)).refused;
  BOOST_REQUIRE(busy);
  BOOST_TEST((busy->reason == refusal_reason::budget_busy));
  BOOST_TEST(busy->standing.held == 100);
  BOOST_TEST(busy->requested == 1);
  (void)books.settle(settle_of(numbered_id(1), 60));
  (void)books.settle(settle_of(numbered_id(2), 40));
  const auto spent = books.hold(hold_of(4, 1)).refused;
  BOOST_REQUIRE(spent);
  BOOST_TEST((spent->reason == refusal_reason::budget_exceeded));
  BOOST_TEST(spent->standing.cap == "day");
  BOOST_TEST(spent->standing.used == 100);
}

BOOST_AUTO_TEST_CASE(a_refused_call_touches_no_cap_at_all) {
  cap per_tenant = usd_cap("tenant", 1'000);
  per_tenant.per = {dimension::tenant};
  auto books = ledger_of({per_tenant, token_cap("tokens", 10)});
  BOOST_TEST(books.hold(hold_of(1, 50)).refused.has_value());
  BOOST_TEST(find_standing(books.standings(monday_ten), "tenant", "acme") == nullptr);
  BOOST_TEST(standing(books, "tokens").held == 0);
  BOOST_TEST(books.changes().counters.empty());
  BOOST_TEST(books.changes().holds_put.empty());
}

BOOST_AUTO_TEST_CASE(a_call_alone_over_a_request_cap_is_too_large_and_occupies_nothing_there) {
  auto books = ledger_of({token_cap("runaway", 100, window_kind::request)});
  const auto refused = books.hold(hold_of(1, 101)).refused;
  BOOST_REQUIRE(refused);
  BOOST_TEST((refused->reason == refusal_reason::request_too_large));
  for (std::uint64_t i = 2; i < 20; ++i)
    BOOST_TEST(!books.hold(hold_of(i, 100)).refused);
}

BOOST_AUTO_TEST_CASE(of_several_caps_that_refuse_the_one_is_named_that_waiting_helps_least) {
  auto books = ledger_of({usd_cap("busy", 100), token_cap("spent", 100, window_kind::month)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  ledger_row row;
  row.id = numbered_id(9);
  row.admitted = monday_ten;
  row.used.input_tokens = 80;
  (void)books.record(row);
  const auto refused = books.hold(hold_of(2, 60)).refused;
  BOOST_REQUIRE(refused);
  BOOST_TEST(refused->standing.cap == "spent");
}

BOOST_AUTO_TEST_CASE(a_warning_cap_reports_and_never_refuses) {
  cap warns = usd_cap("soft", 10);
  warns.mode = cap_mode::warn;
  auto books = ledger_of({warns, usd_cap("hard", 1'000)});
  const auto answer = books.hold(hold_of(1, 50));
  BOOST_TEST(!answer.refused);
  BOOST_REQUIRE(answer.warned.size() == 1U);
  BOOST_TEST(answer.warned.front() == "soft");
  BOOST_TEST(standing(books, "soft").held == 50);
  BOOST_TEST(answer.tightest->cap == "hard");  // what can stop a call is named before what cannot
}

BOOST_AUTO_TEST_CASE(a_hold_that_must_leave_room_takes_at_most_its_share_of_what_is_left) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 20)).refused);
  const auto beyond = books.hold(modest_hold(2, 21));
  BOOST_TEST(beyond.beyond_share);
  BOOST_TEST(!beyond.refused);
  BOOST_TEST(standing(books, "day").held == 20);
  const auto within = books.hold(modest_hold(3, 20));
  BOOST_TEST(!within.beyond_share);
  BOOST_TEST(standing(books, "day").held == 40);
  BOOST_TEST(books.hold(modest_hold(4, 16)).beyond_share);  // 60 are left now
  // The same id may ask again without that wish, as a call does once it was counted.
  BOOST_TEST(!books.hold(hold_of(2, 60)).refused);
}

BOOST_AUTO_TEST_CASE(what_is_spent_is_no_room_to_share) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  (void)books.settle(settle_of(numbered_id(1), 60));
  BOOST_TEST(books.hold(modest_hold(2, 11)).beyond_share);  // 40 are left: at most 10
  BOOST_TEST(!books.hold(modest_hold(3, 10)).beyond_share);
  BOOST_TEST(standing(books, "day").held == 10);
}

BOOST_AUTO_TEST_CASE(
    a_call_that_takes_exactly_what_is_unspent_waits_for_others_and_is_not_exceeded) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 40)).refused);
  (void)books.settle(settle_of(numbered_id(1), 40));
  BOOST_TEST(!books.hold(hold_of(2, 10)).refused);
  const auto busy = books.hold(hold_of(3, 60)).refused;
  BOOST_REQUIRE(busy);
  BOOST_TEST((busy->reason == refusal_reason::budget_busy));
  const auto spent = books.hold(hold_of(4, 61)).refused;
  BOOST_REQUIRE(spent);
  BOOST_TEST((spent->reason == refusal_reason::budget_exceeded));
}

BOOST_AUTO_TEST_CASE(a_hold_that_grows_to_exactly_what_is_unspent_is_busy_and_beyond_it_exceeded) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 40)).refused);
  (void)books.settle(settle_of(numbered_id(1), 40));
  BOOST_TEST(!books.hold(hold_of(2, 10)).refused);
  const auto mine = hold_of(3, 20);
  BOOST_TEST(!books.hold(hold_of(3, 20)).refused);
  hold_extension more{.id = mine.id, .to = mine.worst, .known = {}, .known_cost = {}};
  const auto reason = [&](std::int64_t amount) {
    more.to.cost = nanodollars{amount};
    return books.extend(more).refused.value().reason;
  };
  BOOST_TEST((reason(60) == refusal_reason::budget_busy));
  BOOST_TEST((reason(61) == refusal_reason::budget_exceeded));
  more.to.cost = nanodollars{50};
  BOOST_TEST(books.extend(more).granted);
}

BOOST_AUTO_TEST_CASE(how_long_holds_last_is_averaged_over_calls_that_ended_by_themselves) {
  auto books = ledger_of({usd_cap("day", 100)});
  std::uint64_t number = 0;
  const auto last = [&](std::chrono::milliseconds time, call_outcome how) {
    BOOST_TEST_REQUIRE(!books.hold(hold_of(++number, 10)).refused);
    settlement what = settle_of(numbered_id(number), 0, monday_ten + time);
    what.outcome = how;
    BOOST_TEST_REQUIRE(books.settle(what).recorded);
  };
  const auto told = [&] {
    BOOST_TEST_REQUIRE(!books.hold(hold_of(++number, 90)).refused);
    const auto busy = books.hold(hold_of(number + 1'000, 11)).refused;
    BOOST_TEST_REQUIRE(busy.has_value());
    books.withdraw(numbered_id(number));
    return busy->retry_after.count();
  };
  BOOST_TEST(told() == 0);  // nothing is known yet
  last(std::chrono::seconds{6}, call_outcome::completed);
  BOOST_TEST(told() == 6'000);
  last(std::chrono::seconds{22}, call_outcome::completed);
  BOOST_TEST(told() == 7'000);  // a sixteenth of the way
  last(std::chrono::seconds{0}, call_outcome::completed);
  last(std::chrono::seconds{-5}, call_outcome::completed);
  last(std::chrono::hours{30}, call_outcome::orphaned);
  BOOST_TEST(told() == 7'000);
  last(std::chrono::milliseconds{600}, call_outcome::completed);
  BOOST_TEST(told() == 6'600);
}

BOOST_AUTO_TEST_CASE(room_is_shared_only_where_the_prompt_weighs) {
  cap calls = usd_cap("calls", 2);
  calls.unit = cap_unit::requests;
  cap output = usd_cap("output", 12);
  output.unit = cap_unit::output_tokens;
  auto books = ledger_of({calls, output, token_cap("alone", 20, window_kind::request)});
  BOOST_TEST(!books.hold(modest_hold(1, 20)).beyond_share);
  BOOST_TEST(books.hold(modest_hold(2, 20)).beyond_share);  // 2 output tokens are left
  BOOST_TEST(books.hold(modest_hold(3, 22)).beyond_share);  // too large for one call
  BOOST_TEST(!books.hold(modest_hold(4, 4)).beyond_share);
  BOOST_TEST(books.hold(modest_hold(5, 0)).beyond_share);  // no call is left
}

BOOST_AUTO_TEST_CASE(a_hold_that_must_leave_room_passes_no_warning_cap_unseen) {
  cap warns = usd_cap("soft", 10);
  warns.mode = cap_mode::warn;
  auto books = ledger_of({warns, usd_cap("hard", 1'000)});
  BOOST_TEST(books.hold(modest_hold(1, 11)).beyond_share);
  BOOST_TEST(standing(books, "hard").held == 0);
}

BOOST_AUTO_TEST_CASE(a_repeated_hold_is_admitted_again_and_held_once) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  const auto again = books.hold(hold_of(1, 60));
  BOOST_TEST(!again.refused);
  BOOST_REQUIRE(again.tightest);
  BOOST_TEST(again.tightest->held == 60);
}

BOOST_AUTO_TEST_CASE(a_resolved_call_cannot_be_held_again) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  (void)books.settle(settle_of(numbered_id(1), 10));
  BOOST_TEST(books.hold(hold_of(1, 60)).refused.has_value());
  BOOST_TEST(standing(books, "day").held == 0);
}

BOOST_AUTO_TEST_CASE(the_first_resolution_wins) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 10)).recorded);
  const settled second = books.settle(settle_of(numbered_id(1), 50));
  BOOST_TEST(!second.recorded);
  BOOST_TEST(second.already_resolved);
  BOOST_TEST(standing(books, "day").used == 10);
  BOOST_TEST(books.changes().rows.size() == 1U);
  books.written();
  BOOST_TEST(books.settle(settle_of(numbered_id(1), 50)).already_resolved);
}

BOOST_AUTO_TEST_CASE(more_used_than_held_is_posted_in_full_and_flagged) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 60)).refused);
  (void)books.settle(settle_of(numbered_id(1), 130));
  BOOST_TEST(standing(books, "day").used == 130);
  BOOST_TEST((books.changes().rows.front().flags & row_flag::over_hold) != 0U);
}

BOOST_AUTO_TEST_CASE(the_row_says_what_the_hold_and_the_settlement_said) {
  auto books = ledger_of({});
  hold_request request = hold_of(1, 60);
  request.flags = row_flag::estimated;
  request.streaming = true;
  request.tags = {{"prompt_version", "7"}};
  BOOST_TEST(!books.hold(hold_request(request)).refused);
  settlement what = settle_of(numbered_id(1), 10);
  what.flags = row_flag::counted;
  what.model_served = "gpt-5-2026";
  what.outcome = call_outcome::client_gone;
  what.source = usage_source::counted;
  (void)books.settle(what);
  const ledger_row& row = books.changes().rows.front();
  BOOST_TEST((row.charged == request.charged));
  BOOST_TEST((row.held == request.worst));
  BOOST_TEST(row.flags == (row_flag::estimated | row_flag::counted));
  BOOST_TEST(row.streaming);
  BOOST_TEST((row.tags == request.tags));
  BOOST_TEST(row.price_version == "2026-03-01");  // the settlement named none
  BOOST_TEST(row.model_served == "gpt-5-2026");
  BOOST_TEST((row.outcome == call_outcome::client_gone));
}

BOOST_AUTO_TEST_CASE(one_call_may_cross_several_thresholds_and_each_fires_once) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 90)).refused);
  (void)books.settle(settle_of(numbered_id(1), 85));
  BOOST_REQUIRE(books.changes().alerts.size() == 2U);
  BOOST_TEST(books.changes().alerts[0].percent == 50);
  BOOST_TEST(books.changes().alerts[1].percent == 80);
  BOOST_TEST(books.changes().alerts[1].used == 85);
  books.written();
  BOOST_TEST(!books.hold(hold_of(2, 10)).refused);
  (void)books.settle(settle_of(numbered_id(2), 5));
  BOOST_TEST(books.changes().alerts.empty());
  BOOST_TEST(standing(books, "day").threshold_reached == 80);
}

BOOST_AUTO_TEST_CASE(each_scope_has_its_own_counter_and_alerts) {
  cap split = usd_cap("tenant", 100);
  split.per = {dimension::tenant};
  split.alert_percent = {100};
  auto books = ledger_of({split});
  BOOST_TEST(!books.hold(hold_of(1, 100, monday_ten, "acme")).refused);
  BOOST_TEST(!books.hold(hold_of(2, 100, monday_ten, "globex")).refused);
  (void)books.settle(settle_of(numbered_id(1), 100));
  (void)books.settle(settle_of(numbered_id(2), 100));
  BOOST_REQUIRE(books.changes().alerts.size() == 2U);
  BOOST_TEST(books.changes().alerts[0].scope == "acme");
  BOOST_TEST(books.changes().alerts[1].scope == "globex");
}

BOOST_AUTO_TEST_CASE(a_call_that_spans_midnight_is_charged_to_the_day_that_admitted_it) {
  auto books = ledger_of({usd_cap("day", 100)});
  const auto evening = monday_ten + std::chrono::hours{13};
  const auto morning = monday_ten + std::chrono::hours{15};
  BOOST_TEST(!books.hold(hold_of(1, 80, evening)).refused);
  books.written();
  BOOST_TEST(!books.hold(hold_of(2, 90, morning)).refused);  // a new day, from nothing
  books.written();
  (void)books.settle(settle_of(numbered_id(1, evening), 80, morning));
  const auto all = books.standings(morning);
  BOOST_REQUIRE(all.size() == 1U);
  BOOST_TEST(all.front().used == 0);
  BOOST_REQUIRE(books.changes().counters.size() == 1U);
  BOOST_TEST((books.changes().counters.front()->window.end == monday_ten + std::chrono::hours{14}));
  BOOST_TEST(books.changes().counters.front()->posted == 80);
  books.written();
  BOOST_TEST(books.caps().front().counters_in_memory() == 1U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_stays_in_the_window_it_came_from) {
  auto books = ledger_of({usd_cap("day", 100)});
  const auto tomorrow = monday_ten + std::chrono::hours{24};
  BOOST_TEST(!books.hold(hold_of(1, 60, tomorrow)).refused);
  BOOST_TEST(!books.hold(hold_of(2, 40, monday_ten)).refused);
  BOOST_TEST(books.hold(hold_of(3, 1, monday_ten)).refused.has_value());
  (void)books.settle(settle_of(numbered_id(2, monday_ten), 40));
  BOOST_TEST((books.changes().rows.front().admitted == tomorrow));
}

BOOST_AUTO_TEST_CASE(a_recorded_call_counts_only_when_it_carries_usage) {
  cap requests = usd_cap("requests", 10);
  requests.unit = cap_unit::requests;
  auto books = ledger_of({usd_cap("day", 100), requests});
  ledger_row row;
  row.id = numbered_id(1);
  row.admitted = monday_ten;
  row.outcome = call_outcome::refused;
  BOOST_TEST(books.record(row).recorded);
  BOOST_TEST(standing(books, "requests").used == 0);
  row.id = numbered_id(2);
  row.cost = nanodollars{30};
  BOOST_TEST(books.record(row).recorded);
  BOOST_TEST(standing(books, "day").used == 30);
  BOOST_TEST(standing(books, "requests").used == 1);
  BOOST_TEST(books.record(row).already_resolved);
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_admits_what_costs_nothing) {
  auto books = ledger_of({usd_cap("none", 0)});
  BOOST_TEST(!books.hold(hold_of(1, 0)).refused);
  BOOST_TEST(books.hold(hold_of(2, 1)).refused.has_value());
  (void)books.settle(settle_of(numbered_id(1), 0));
  BOOST_TEST(books.changes().alerts.empty());
}

BOOST_AUTO_TEST_CASE(sums_near_the_end_of_64_bits_refuse_and_do_not_wrap) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  auto books = ledger_of({usd_cap("huge", most)});
  hold_request request = hold_of(1, 10);
  request.worst.cost = nanodollars{most - 5};
  BOOST_TEST(!books.hold(std::move(request)).refused);
  BOOST_TEST(books.hold(hold_of(2, 10)).refused.has_value());
  BOOST_TEST(!books.hold(hold_of(3, 5)).refused);
}

BOOST_AUTO_TEST_CASE(the_tightest_cap_is_the_one_with_the_smallest_share_left) {
  auto books = ledger_of({usd_cap("wide", 1'000), usd_cap("narrow", 50, window_kind::hour),
                          usd_cap("big", 1'000'000)});
  BOOST_TEST(books.hold(hold_of(1, 20)).tightest->cap == "narrow");
}

BOOST_AUTO_TEST_CASE(a_cap_that_selects_others_is_not_touched) {
  cap other = usd_cap("globex", 10);
  other.match = {{dimension::tenant, "globex"}};
  auto books = ledger_of({other});
  BOOST_TEST(!books.hold(hold_of(1, 500)).refused);
  BOOST_TEST(standing(books, "globex").held == 0);
}

BOOST_AUTO_TEST_CASE(standings_list_open_windows_and_what_is_still_held) {
  cap split = usd_cap("tenant", 100);
  split.per = {dimension::tenant};
  auto books = ledger_of({split, usd_cap("all", 1'000)});
  BOOST_TEST(!books.hold(hold_of(1, 10, monday_ten, "globex")).refused);
  BOOST_TEST(!books.hold(hold_of(2, 10, monday_ten, "acme")).refused);
  auto all = books.standings(monday_ten);
  BOOST_REQUIRE(all.size() == 3U);
  BOOST_TEST(all[0].cap == "all");
  BOOST_TEST(all[1].scope == "acme");
  BOOST_TEST(all[2].scope == "globex");
  (void)books.settle(settle_of(numbered_id(1), 10));
  books.written();
  // No call since, but the day is over: only what is held from yesterday, and today's unsplit cap
  // from nothing.
  all = books.standings(monday_ten + std::chrono::hours{24});
  BOOST_REQUIRE(all.size() == 3U);
  BOOST_TEST(all[0].held == 10);
  BOOST_TEST(all[1].used == 0);
  BOOST_TEST(all[1].held == 0);
  BOOST_TEST(all[2].scope == "acme");
}

BOOST_AUTO_TEST_CASE(an_amount_below_nothing_is_a_defect_and_never_held) {
  const auto held = [](const auto& change) {
    auto books = ledger_of({usd_cap("day", 100)});
    hold_request request = hold_of(1, 10);
    change(request.worst);
    return aborts([&] { (void)books.hold(std::move(request)); });
  };
  BOOST_TEST(!held([](amounts& worst) { worst.requests = 0; }));
  BOOST_TEST(held([](amounts& worst) { worst.input_tokens = -1; }));
  BOOST_TEST(held([](amounts& worst) { worst.output_tokens = -1; }));
  BOOST_TEST(held([](amounts& worst) { worst.cost = nanodollars{-1}; }));
  BOOST_TEST(held([](amounts& worst) { worst.requests = -1; }));
}

BOOST_AUTO_TEST_CASE(a_window_begins_with_the_very_instant_at_which_the_last_one_ends) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
  const wall_time midnight = monday_ten + std::chrono::hours{14};
  BOOST_TEST(
      books.hold(hold_of(2, 100, midnight - std::chrono::microseconds{1})).refused.has_value());
  BOOST_TEST(!books.hold(hold_of(3, 100, midnight)).refused);
}

BOOST_AUTO_TEST_CASE(only_what_passes_the_hold_is_flagged_whatever_its_kind) {
  const auto flagged = [](std::int64_t input, std::int64_t output, std::int64_t cost) {
    auto books = ledger_of({usd_cap("day", 1'000)});
    BOOST_TEST_REQUIRE(!books.hold(hold_of(1, 60)).refused);
    settlement what = settle_of(numbered_id(1), 0);
    what.used.input_tokens = input;
    what.used.output_tokens = output;
    what.cost = nanodollars{cost};
    (void)books.settle(what);
    return (books.changes().rows.front().flags & row_flag::over_hold) != 0U;
  };
  BOOST_TEST(!flagged(30, 30, 60));
  BOOST_TEST(flagged(31, 30, 60));
  BOOST_TEST(flagged(30, 31, 60));
  BOOST_TEST(flagged(30, 30, 61));
}

BOOST_AUTO_TEST_CASE(a_recorded_call_was_never_held_and_counts_only_where_a_cap_selects_it) {
  cap others = usd_cap("others", 100);
  others.match = {{dimension::tenant, "other"}};
  auto books =
      ledger_of({usd_cap("day", 100), others, usd_cap("alone", 100, window_kind::request)});
  ledger_row row;
  row.id = numbered_id(1);
  row.admitted = monday_ten;
  row.charged = charged_to("acme");
  row.cost = nanodollars{30};
  row.held = hold_of(1, 10).worst;
  const settled first = books.record(row);
  BOOST_TEST(first.recorded);
  BOOST_TEST(!first.already_resolved);
  const amounts nothing{.input_tokens = 0, .output_tokens = 0, .cost = {}, .requests = 0};
  BOOST_TEST((books.changes().rows.front().held == nothing));
  BOOST_TEST(books.changes().counters.size() == 1U);
  BOOST_TEST(standing(books, "day").used == 30);
  BOOST_TEST(standing(books, "others").used == 0);
  const settled second = books.record(row);
  BOOST_TEST(!second.recorded);
  BOOST_TEST(second.already_resolved);
}

BOOST_AUTO_TEST_CASE(a_share_of_one_is_all_the_room_and_no_more) {
  auto books = ledger_of({usd_cap("day", 100)});
  hold_request whole = hold_of(1, 101);
  whole.room_share = 1;
  const auto beyond = books.hold(std::move(whole));
  BOOST_TEST(beyond.beyond_share);
  BOOST_TEST(!beyond.refused);
  hold_request fits = hold_of(2, 100);
  fits.room_share = 1;
  BOOST_TEST(!books.hold(std::move(fits)).beyond_share);
}

BOOST_AUTO_TEST_CASE(a_warning_cap_of_single_calls_is_silent_up_to_its_limit) {
  cap warns = token_cap("one", 100, window_kind::request);
  warns.mode = cap_mode::warn;
  auto books = ledger_of({warns});
  BOOST_TEST(books.hold(hold_of(1, 100)).warned.empty());
  BOOST_TEST(books.hold(hold_of(2, 101)).warned.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_smallest_hold_of_another_makes_a_call_busy) {
  auto books = ledger_of({usd_cap("day", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 1)).refused);
  BOOST_TEST((books.hold(hold_of(2, 100)).refused.value().reason == refusal_reason::budget_busy));
}

BOOST_AUTO_TEST_CASE(of_caps_that_refuse_alike_the_first_is_named_and_spent_ones_tell_no_wait) {
  auto books = ledger_of({usd_cap("first", 100), token_cap("second", 100)});
  BOOST_TEST(!books.hold(hold_of(1, 90)).refused);
  (void)books.settle(settle_of(numbered_id(1), 90, monday_ten + std::chrono::seconds{6}));
  BOOST_TEST(!books.hold(hold_of(2, 5)).refused);
  const auto spent = books.hold(hold_of(3, 11)).refused;
  BOOST_REQUIRE(spent);
  BOOST_TEST((spent->reason == refusal_reason::budget_exceeded));
  BOOST_TEST(spent->standing.cap == "first");
  BOOST_TEST(spent->retry_after.count() == 0);
  auto alone = ledger_of({usd_cap("spent", 0), token_cap("one", 5, window_kind::request)});
  const auto large = alone.hold(hold_of(4, 6)).refused;
  BOOST_REQUIRE(large);
  BOOST_TEST((large->reason == refusal_reason::request_too_large));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
