// The writer end to end on a real store: groups, answers, restarts.
#include "budgets/writer/ledger_writer.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_writer_suite)

namespace {

struct fixture {
  scratch_directory scratch;
  std::vector<cap> caps{usd_cap("day", 1'000), token_cap("ever", 1'000'000, window_kind::forever)};

  [[nodiscard]] ledger_options options() const {
    ledger_options result;
    result.directory = scratch.sub("ledger");
    result.caps = caps;
    return result;
  }
  [[nodiscard]] std::vector<std::string> verify(const driven_writer& of) const {
    return verify_books(ledger_store::moment(of.writer.store()), caps);
  }
};

// 400 held and 230 of them known, and 100 of which only the prompt is known.
void leave_two_pending(const fixture& of) {
  driven_writer books(of.options());
  BOOST_TEST(!books.hold(hold_of(1, 400)).refused);
  BOOST_TEST(!books.hold(hold_of(2, 100)).refused);
  progress_note note;
  note.id = numbered_id(1);
  note.known.input_tokens = 200;
  note.known.output_tokens = 30;
  note.known_cost = nanodollars{230};
  books.run(note);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_settled_call_is_one_row_with_its_counters_and_roll_ups, fixture) {
  driven_writer books(options());
  BOOST_TEST(!books.hold(hold_of(1, 100)).refused);
  const settled answer = books.settle(settle_of(numbered_id(1), 60));
  BOOST_TEST(answer.recorded);
  BOOST_TEST(!answer.already_resolved);
  BOOST_REQUIRE(answer.tightest);
  BOOST_TEST(answer.tightest->used == 60);
  BOOST_TEST(answer.tightest->held == 0);

  const ledger_store::moment at(books.writer.store());
  const auto rows = query_rows(at, {});
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST((rows.front() == books.committed.front()));
  BOOST_TEST(rows.front().cost.count() == 60);
  const auto lines = query_spend(at, {});
  BOOST_REQUIRE(lines.size() == 1U);
  BOOST_TEST(lines.front().sums.cost.count() == 60);
  BOOST_TEST(lines.front().sums.calls == 1);
  BOOST_TEST(verify(books).empty());
}

BOOST_FIXTURE_TEST_CASE(usage_and_alerts_survive_a_restart_and_do_not_fire_again, fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 900)).refused);
    (void)books.settle(settle_of(numbered_id(1), 850));
    BOOST_REQUIRE(books.alerts.size() == 2U);  // 50 and 80 % crossed by one call
    BOOST_TEST(books.alerts[0].percent == 50);
    BOOST_TEST(books.alerts[1].percent == 80);
  }
  driven_writer books(options());
  const auto standings = books.standings();
  const auto* day = find_standing(standings, "day");
  BOOST_REQUIRE(day != nullptr);
  BOOST_TEST(day->used == 850);
  BOOST_TEST(day->threshold_reached == 80);
  BOOST_TEST(!books.hold(hold_of(2, 100)).refused);
  (void)books.settle(settle_of(numbered_id(2), 10));
  BOOST_TEST(books.alerts.empty());
  const auto refused = books.hold(hold_of(3, 200)).refused;
  BOOST_REQUIRE(refused);
  BOOST_TEST((refused->reason == refusal_reason::budget_exceeded));
  BOOST_TEST(verify(books).empty());
}

// Its provider may have finished the answer: 400 were held, and 230 of them known.
BOOST_FIXTURE_TEST_CASE(a_crash_refunds_nothing_that_the_provider_may_have_generated, fixture) {
  leave_two_pending(*this);
  driven_writer books(options());
  BOOST_TEST(books.writer.health().orphans_at_start == 2U);
  BOOST_TEST(books.writer.health().holds_active == 0U);
  BOOST_REQUIRE(books.committed.size() == 2U);
  const ledger_row& first = books.committed[0];
  BOOST_TEST((first.outcome == call_outcome::orphaned));
  BOOST_TEST((first.source == usage_source::orphaned));
  BOOST_TEST(first.flags == (row_flag::orphaned | row_flag::unknown));
  BOOST_TEST(first.cost.count() == 400);
  BOOST_TEST(first.used.input_tokens == 200);
  BOOST_TEST(first.used.output_tokens == 200);
  const auto standings = books.standings();
  BOOST_TEST(find_standing(standings, "day")->used == 400 + 100);
  BOOST_TEST(find_standing(standings, "day")->held == 0);
  BOOST_TEST(verify(books).empty());
  const settled late = books.settle(settle_of(numbered_id(1), 400));
  BOOST_TEST(!late.recorded);
  BOOST_TEST(late.already_resolved);
}

BOOST_FIXTURE_TEST_CASE(an_orphan_is_charged_the_more_where_more_was_known_than_held, fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 10)).refused);
    progress_note note;
    note.id = numbered_id(1);
    note.known.cached_input_tokens = 7;
    note.known.output_tokens = 30;
    note.known_cost = nanodollars{37};
    books.run(note);
  }
  driven_writer books(options());
  BOOST_REQUIRE(books.committed.size() == 1U);
  BOOST_TEST(books.committed[0].used.input_total() == 7);
  BOOST_TEST(books.committed[0].used.output_tokens == 30);
  BOOST_TEST(books.committed[0].cost.count() == 37);
}

BOOST_FIXTURE_TEST_CASE(who_prefers_it_has_orphans_posted_at_what_was_known, fixture) {
  leave_two_pending(*this);
  ledger_options with = options();
  with.orphans_at_hold = false;
  driven_writer books(with);
  BOOST_REQUIRE(books.committed.size() == 2U);
  const ledger_row& first = books.committed[0];
  BOOST_TEST(first.flags == (row_flag::orphaned | row_flag::unknown));
  BOOST_TEST(first.cost.count() == 230);
  BOOST_TEST(first.used.output_tokens == 30);
  BOOST_TEST(find_standing(books.standings(), "day")->used == 230 + 50);
  BOOST_TEST(verify(books).empty());
}

// The fees of three searches and of the request were held: they are in the cost, so they are used.
BOOST_FIXTURE_TEST_CASE(an_orphan_used_the_searches_and_the_request_that_it_pays_for, fixture) {
  for (const bool at_hold : {true, false}) {
    ledger_options with = options();
    with.orphans_at_hold = at_hold;
    const std::uint64_t number = at_hold ? 1 : 2;
    {
      driven_writer books(with);
      hold_request held = hold_of(number, 100);
      held.web_searches = 3;
      held.known.requests = 1;
      BOOST_TEST(!books.hold(held).refused);
    }
    driven_writer books(with);
    BOOST_REQUIRE(books.committed.size() == 1U);
    BOOST_TEST(books.committed[0].used.web_searches == (at_hold ? 3 : 0));
    BOOST_TEST(books.committed[0].used.requests == 1);
    BOOST_TEST(verify(books).empty());
  }
}

// Work beside the answer that nobody bounds is held at more than any usage can be.
BOOST_FIXTURE_TEST_CASE(an_orphan_is_posted_at_no_more_than_a_call_can_use, fixture) {
  caps = {usd_cap("day", 1'000)};
  {
    driven_writer books(options());
    hold_request held = hold_of(1, 100);
    held.worst.input_tokens = 8 * usage_count_max;
    BOOST_TEST(!books.hold(held).refused);
  }
  driven_writer books(options());
  BOOST_REQUIRE(books.committed.size() == 1U);
  BOOST_TEST(books.committed[0].used.input_tokens == usage_count_max);
  BOOST_TEST(books.committed[0].cost.count() == 100);
}

BOOST_FIXTURE_TEST_CASE(a_resolution_older_than_memory_is_found_on_disk, fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 10)).refused);
    (void)books.settle(settle_of(numbered_id(1), 10));
  }
  driven_writer books(options());
  const settled again = books.settle(settle_of(numbered_id(1), 10));
  BOOST_TEST(again.already_resolved);
  const settled never_held = books.settle(settle_of(numbered_id(99), 10));
  BOOST_TEST(!never_held.recorded);
  BOOST_TEST(!never_held.already_resolved);
}

BOOST_FIXTURE_TEST_CASE(a_clock_behind_the_last_run_does_not_reopen_its_window, fixture) {
  const auto next_day = monday_ten + std::chrono::hours{24};
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 1'000, next_day)).refused);
    (void)books.settle(settle_of(numbered_id(1, next_day), 1'000));
  }
  driven_writer books(options());
  const auto refused = books.hold(hold_of(2, 1, monday_ten)).refused;
  BOOST_REQUIRE(refused);
  BOOST_TEST((refused->reason == refusal_reason::budget_exceeded));
  BOOST_TEST((refused->standing.window.start == next_day - std::chrono::hours{10}));
}

// Found by the simulation: the only call of the later day was refused, and nothing was written of
// it.
BOOST_FIXTURE_TEST_CASE(a_day_begun_by_a_refused_call_is_remembered_after_a_restart, fixture) {
  const auto next_day = monday_ten + std::chrono::hours{24};
  {
    driven_writer books(options());
    BOOST_TEST(books.hold(hold_of(1, 2'000, next_day)).refused.has_value());
  }
  driven_writer books(options());
  const auto answer = books.hold(hold_of(2, 1, monday_ten));
  BOOST_REQUIRE(answer.tightest);
  BOOST_TEST((answer.tightest->window.start == next_day - std::chrono::hours{10}));
}

BOOST_FIXTURE_TEST_CASE(raising_a_limit_at_a_restart_keeps_the_usage_and_rearms_the_alerts_above_it,
                        fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 1'000)).refused);
    (void)books.settle(settle_of(numbered_id(1), 1'000));
    BOOST_TEST(books.alerts.size() == 3U);
  }
  caps[0].limit = 2'000;
  driven_writer books(options());
  const auto standings = books.standings();
  BOOST_TEST(find_standing(standings, "day")->used == 1'000);
  BOOST_TEST(find_standing(standings, "day")->threshold_reached == 50);
  BOOST_TEST(!books.hold(hold_of(2, 700)).refused);
  (void)books.settle(settle_of(numbered_id(2), 700));
  BOOST_REQUIRE(books.alerts.size() == 1U);
  BOOST_TEST(books.alerts.front().percent == 80);
}

// Also where nothing was called meanwhile: that they are armed is on the disk.
BOOST_FIXTURE_TEST_CASE(an_alert_that_a_raised_limit_armed_again_fires_once_it_is_lowered,
                        fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 900)).refused);
    (void)books.settle(settle_of(numbered_id(1), 900));
    BOOST_TEST(books.alerts.size() == 2U);
  }
  caps[0].limit = 2'000;
  {
    const driven_writer books(options());
    BOOST_TEST(books.alerts.empty());
  }
  caps[0].limit = 1'500;
  const driven_writer books(options());
  BOOST_REQUIRE(books.alerts.size() == 1U);
  BOOST_TEST(books.alerts[0].percent == 50);
}

BOOST_FIXTURE_TEST_CASE(
    a_cap_that_is_new_or_measures_something_else_starts_from_what_its_window_has_seen, fixture) {
  {
    driven_writer books(options());
    BOOST_TEST(!books.hold(hold_of(1, 900)).refused);
    (void)books.settle(settle_of(numbered_id(1), 900));
  }
  caps[0].unit = cap_unit::output_tokens;
  caps.push_back(usd_cap("later", 5'000, window_kind::forever));
  driven_writer books(options());
  const auto standings = books.standings();
  BOOST_TEST(find_standing(standings, "day")->used == 450);
  BOOST_TEST(find_standing(standings, "later")->used == 900);
  BOOST_TEST(find_standing(standings, "ever")->used == 900);
  BOOST_TEST(!books.hold(hold_of(2, 50)).refused);
  (void)books.settle(settle_of(numbered_id(2), 50));
  BOOST_TEST(verify(books).empty());
}

BOOST_FIXTURE_TEST_CASE(keys_are_kept, fixture) {
  {
    driven_writer books(options());
    bool recorded = false;
    books.run(key_operation{.key = {.id = "key_2", .encoded = std::string("a\0b", 3)},
                            .audit = {},
                            .answer = [&](bool answer) { recorded = answer; }});
    BOOST_TEST(recorded);
  }
  driven_writer books(options());
  const auto keys = query_keys(ledger_store::moment(books.writer.store()));
  BOOST_REQUIRE(keys.size() == 1U);
  BOOST_TEST(keys.front().id == "key_2");
  BOOST_TEST(keys.front().encoded == std::string("a\0b", 3));
}

BOOST_FIXTURE_TEST_CASE(rows_past_their_retention_go_and_roll_ups_stay, fixture) {
  auto kept = options();
  kept.rows_kept_days = 10;
  driven_writer books(kept);
  for (int day = 0; day < 30; ++day) {
    const auto at = monday_ten + std::chrono::hours{24} * day;
    const auto number = static_cast<std::uint64_t>(day);
    BOOST_TEST(!books.hold(hold_of(number, 10, at)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(number, at), 10, at)).recorded);
    books.clock = at;
  }
  books.upkeep(30);
  const ledger_store::moment at(books.writer.store());
  const auto rows = query_rows(at, {});
  BOOST_TEST(rows.size() == 11U);
  BOOST_TEST(query_spend(at, {}).front().sums.calls == 30);
  BOOST_TEST(verify(books).empty());
}

BOOST_FIXTURE_TEST_CASE(
    counters_of_windows_closed_long_ago_leave_the_disk_and_those_of_forever_stay, fixture) {
  driven_writer books(options());
  for (const int day : {0, 100}) {
    const auto at = monday_ten + std::chrono::hours{24} * day;
    const auto number = static_cast<std::uint64_t>(day);
    BOOST_TEST(!books.hold(hold_of(number, 10, at)).refused);
    BOOST_TEST(books.settle(settle_of(numbered_id(number, at), 10, at)).recorded);
  }
  const auto counters = [&] {
    int count = 0;
    ledger_store::moment(books.writer.store())
        .scan(ledger_store::family::state, "n", "o", [&](std::string_view, std::string_view) {
          ++count;
          return true;
        });
    return count;
  };
  BOOST_TEST(counters() == 3);
  books.clock += std::chrono::hours{24 * 100};
  books.upkeep();
  BOOST_TEST(counters() == 2);
}

BOOST_FIXTURE_TEST_CASE(a_group_has_1024_operations_at_most, fixture) {
  driven_writer books(options());
  std::uint64_t number = 0;
  const auto groups_of = [&](std::size_t count) {
    std::vector<operation> asked;
    for (std::size_t i = 0; i < count; ++i)
      asked.emplace_back(hold_operation{
          .request = std::make_unique<hold_request>(hold_of(++number, 0)), .answer = {}});
    const auto before = books.writer.health().groups;
    books.writer.process(asked);
    return books.writer.health().groups - before;
  };
  BOOST_TEST(groups_of(1) == 1U);
  BOOST_TEST(groups_of(1'024) == 1U);
  BOOST_TEST(groups_of(1'025) == 2U);
}

BOOST_FIXTURE_TEST_CASE(of_an_answer_that_one_group_keeps_and_forgets_the_last_word_stays,
                        fixture) {
  driven_writer books(options());
  const auto put = [](const char* id, const char* text) {
    return answer_note{.put = {.id = id, .encoded = text}, .forgotten = {}};
  };
  const auto forget = [](const char* id) { return answer_note{.put = {}, .forgotten = id}; };
  std::vector<operation> group;
  group.emplace_back(put("kept", "first"));
  group.emplace_back(put("gone", "first"));
  group.emplace_back(forget("kept"));
  group.emplace_back(put("kept", "second"));
  group.emplace_back(forget("gone"));
  // Both at once, as where one has to go for another.
  group.emplace_back(answer_note{.put = {.id = "same", .encoded = "third"}, .forgotten = "same"});
  const auto before = books.writer.health().groups;
  books.writer.process(group);
  BOOST_TEST(books.writer.health().groups - before == 1U);
  const auto kept = query_answers(ledger_store::moment(books.writer.store()));
  BOOST_TEST_REQUIRE(kept.size() == 2U);
  BOOST_TEST(kept[0].id == "kept");
  BOOST_TEST(kept[0].encoded == "second");
  BOOST_TEST(kept[1].id == "same");
  BOOST_TEST(kept[1].encoded == "third");
}

BOOST_FIXTURE_TEST_CASE(a_row_is_kept_for_24_hours_at_least_and_looked_at_every_hour, fixture) {
  for (const int days : {1, 0}) {
    auto kept = options();
    kept.directory = scratch.sub("kept-" + std::to_string(days));
    kept.rows_kept_days = days;
    driven_writer books(kept);
    std::uint64_t number = 0;
    for (const auto later :
         {std::chrono::minutes{0}, std::chrono::minutes{30}, std::chrono::minutes{24 * 60 + 30}}) {
      const auto at = monday_ten + later;
      BOOST_TEST(!books.hold(hold_of(++number, 10, at)).refused);
      BOOST_TEST(books.settle(settle_of(numbered_id(number, at), 10, at)).recorded);
      books.clock = at;
    }
    const auto now = std::chrono::steady_clock::now();
    books.writer.upkeep(now);
    BOOST_TEST(query_rows(ledger_store::moment(books.writer.store()), {}).size() == 2U);
    BOOST_TEST((books.writer.next_upkeep() == now + std::chrono::hours{1}));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
