// Goal: books that a wrong clock took into the future come back with every call and every cap's usage. Method: calls
// before, while and after the clock is a year ahead, restarts as of a gateway, and the proof of the books.
#include "budgets/books/clock_repair.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(clock_repair_suite)

namespace {

constexpr std::chrono::hours a_year_ahead{24 * 365};

struct aged_books {
  scratch_directory scratch;
  ledger_options options;
  wall_time clock = monday_ten;
  std::uint64_t number = 0;

  aged_books() {
    options.directory = scratch.sub("ledger");
    cap rolling = usd_cap("rolling", 1'000, window_kind::rolling);
    rolling.window.length = std::chrono::hours{24};
    cap split = usd_cap("by tenant", 1'000, window_kind::month);
    split.per = {dimension::tenant};
    options.caps = {usd_cap("day", 1'000), usd_cap("year", 1'000, window_kind::year), rolling,
                    split, usd_cap("ever", 1'000, window_kind::forever)};
    options.now = [this] { return clock; };
  }
  void spend(driven_writer& books, std::int64_t amount) {
    const auto request = hold_of(++number, amount, clock);
    BOOST_TEST_REQUIRE(!books.hold(request).refused);
    BOOST_TEST_REQUIRE(books.settle(settle_of(request.id, amount, clock)).recorded);
  }
  [[nodiscard]] clock_repair repair() {
    return repair_clock(options.directory, clock,
                        {.who = "cli", .from = "here", .reason = "a bad clock"});
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(what_was_spent_in_the_future_counts_in_the_windows_of_today, aged_books) {
  {
    driven_writer books(options);
    spend(books, 100);
    clock += a_year_ahead;
    spend(books, 20);
    spend(books, 3);
    clock -= a_year_ahead;
  }
  clock += std::chrono::minutes{5};
  const auto done = repair();
  BOOST_TEST(done.rows == 2U);
  BOOST_TEST(done.caps == 4U);
  BOOST_TEST((done.was == monday_ten + a_year_ahead));
  driven_writer books(options);
  BOOST_TEST((books.writer.health().books_ahead == std::chrono::microseconds{0}));
  spend(books, 4);
  const auto standings = books.standings();
  for (const cap& each : options.caps) {
    const auto* at = find_standing(standings, each.name, each.per.empty() ? "" : "acme");
    BOOST_TEST_REQUIRE(at != nullptr, each.name);
    BOOST_TEST(at->used == 127, each.name);
    BOOST_TEST(!at->incomplete, each.name);
  }
  const ledger_store::moment at(books.writer.store());
  for (const auto& finding : verify_books(at, options.caps))
    BOOST_ERROR(finding);
  BOOST_TEST(query_rows(at, {}).size() == 4U);
  BOOST_TEST(query_spend(at, {}).front().sums.calls == 4);
  rollup_query today;
  today.from = monday_ten;
  today.until = monday_ten + std::chrono::hours{1};
  BOOST_TEST(query_spend(at, today).front().sums.cost.count() == 127);
  const auto audits = query_audits(at, 1);
  BOOST_TEST_REQUIRE(audits.size() == 1U);
  BOOST_TEST((audits.front().act == audited_act::clock_repaired));
  BOOST_TEST(audits.front().by.reason == "a bad clock");
}

BOOST_FIXTURE_TEST_CASE(more_rows_than_one_batch_takes_are_all_dated_back, aged_books) {
  {
    driven_writer books(options);
    clock += a_year_ahead;
    for (int i = 0; i < 1'100; ++i)
      spend(books, 0);
    clock -= a_year_ahead;
  }
  BOOST_TEST(repair().rows == 1'100U);
  driven_writer books(options);
  BOOST_TEST(verify_books(ledger_store::moment(books.writer.store()), options.caps).empty());
}

BOOST_FIXTURE_TEST_CASE(books_that_are_in_time_are_left_alone, aged_books) {
  {
    driven_writer books(options);
    spend(books, 100);
  }
  BOOST_CHECK_THROW(static_cast<void>(repair()), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
