// Goal: a list of where a million scopes stand stops nobody: between two of its steps calls are held and settled, no
// scope is missed, and of the fullest none. Method: a writer, one group at a time, with more scopes than one step sees.
#include <algorithm>
#include <set>

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(standings_listing_suite)

namespace {

constexpr std::uint64_t many = 5'000;

struct many_scopes {
  scratch_directory scratch;
  std::optional<driven_writer> books;
  std::uint64_t number = 0;
  std::optional<listed_standings> told;

  many_scopes() {
    cap split = usd_cap("day by tenant", 1'000'000);
    split.per = {dimension::tenant};
    ledger_options options;
    options.directory = scratch.sub("ledger");
    options.caps = {usd_cap("day", 100'000'000'000), split};
    books.emplace(options);
    books->upkeep();
    std::vector<operation> all;
    for (std::uint64_t i = 0; i < many; ++i)
      all.emplace_back(
          record_operation{.row = row_of(i, static_cast<std::int64_t>(i) + 1), .answer = {}});
    books->writer.process(all);
  }
  ledger_row row_of(std::uint64_t tenant, std::int64_t cost, wall_time at = monday_ten) {
    ledger_row row;
    row.id = numbered_id(++number, at);
    row.admitted = row.ended = at;
    row.charged = charged_to(std::to_string(tenant));
    row.cost = nanodollars{cost};
    return row;
  }
  void ask(std::size_t count_max) {
    books->run(standings_operation{
        .count_max = count_max,
        .answer = [this](listed_standings answer) { told = std::move(answer); }});
  }
  std::size_t finish() {
    std::size_t steps = 0;
    while (!told) {
      BOOST_TEST_REQUIRE(++steps < 100U);
      BOOST_TEST((books->writer.next_upkeep() == ledger_writer::steady_time::min()));
      books->writer.upkeep(std::chrono::steady_clock::now());
    }
    return steps;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_list_of_many_scopes_is_made_in_steps_between_which_calls_go_on,
                        many_scopes) {
  ask(standings_walk::all);
  BOOST_TEST(!told.has_value());
  BOOST_TEST(books->record(row_of(1, 7)).recorded);
  BOOST_TEST(!told.has_value());
  BOOST_TEST(finish() == 3U);
  BOOST_TEST(told->list.size() == many + 1);
  BOOST_TEST(told->left_out == 0U);
  BOOST_TEST((books->writer.next_upkeep() > ledger_writer::steady_time::min()));
}

BOOST_FIXTURE_TEST_CASE(of_many_scopes_the_fullest_are_told_and_the_others_counted, many_scopes) {
  ask(10);
  finish();
  BOOST_TEST(told->list.size() == 10U);
  BOOST_TEST(told->left_out == many + 1 - 10);
  sort_standings(told->list);
  for (const cap_standing& each : told->list)
    BOOST_TEST(each.used > static_cast<std::int64_t>(many) - 11, each.scope);
}

// A day ends while the list is made: the scopes of yesterday leave memory, those of today come.
BOOST_FIXTURE_TEST_CASE(no_scope_that_stays_is_missed_while_others_come_and_go, many_scopes) {
  const auto tomorrow = monday_ten + std::chrono::hours{24};
  books->clock = tomorrow;
  std::vector<operation> all;
  for (std::uint64_t i = 0; i < many; i += 2)
    all.emplace_back(record_operation{.row = row_of(i, 3, tomorrow), .answer = {}});
  books->writer.process(all);
  ask(standings_walk::all);
  std::uint64_t fresh = many;
  while (!told) {
    BOOST_TEST(books->record(row_of(fresh++, 3, tomorrow)).recorded);
  }
  sort_standings(told->list);
  std::set<std::string> seen;
  for (const cap_standing& each : told->list) {
    if (each.cap == "day by tenant") BOOST_TEST(seen.insert(each.scope).second, each.scope);
  }
  for (std::uint64_t i = 0; i < many; i += 2)
    BOOST_TEST(seen.contains(std::to_string(i)), i);
}

BOOST_FIXTURE_TEST_CASE(a_change_of_the_caps_begins_the_list_again, many_scopes) {
  ask(standings_walk::all);
  BOOST_TEST(books->reconfigure({usd_cap("day", 5)}));
  finish();
  BOOST_TEST(told->list.size() == 1U);
  BOOST_TEST(told->list.front().limit == 5);
}

BOOST_FIXTURE_TEST_CASE(who_asked_is_answered_at_the_end, many_scopes) {
  ask(standings_walk::all);
  books->writer.end_waiting();
  BOOST_TEST(told.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
