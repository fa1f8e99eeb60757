// Goal: a wall clock that is set wrong deletes no rows, closes no window, and is told of; one that is put right in small
// steps is followed. Method: both clocks are set by hand.
#include "budgets/writer/believed_clock.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/ledger_fixture.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(believed_clock_suite)

namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr hours a_year{24 * 365};

struct two_clocks {
  wall_time wall = monday_ten;
  microseconds run{hours{7}};

  void pass(microseconds time) {
    wall += time;
    run += time;
  }
};

struct believed : two_clocks {
  believed_clock clock{[this] { return wall; }, [this] { return run; }};
};

struct judged_books : two_clocks {
  scratch_directory scratch;
  ledger_options options;
  std::optional<driven_writer> at;
  std::uint64_t number = 0;

  judged_books() {
    options.directory = scratch.sub("ledger");
    options.caps = {usd_cap("day", 100), usd_cap("year", 1'000, window_kind::year)};
    options.rows_kept_days = 90;
    options.now = [this] { return wall; };
    options.run = [this] { return run; };
    at.emplace(options);
  }
  void restart() {
    at.reset();
    at.emplace(options);
  }
  bool spend(std::int64_t amount) {
    const auto request = hold_of(++number, amount, wall);
    if (at->hold(request).refused) return false;
    BOOST_TEST_REQUIRE(at->settle(settle_of(request.id, amount, wall)).recorded);
    return true;
  }
  [[nodiscard]] std::size_t rows() const {
    row_query all;
    all.limit = 10'000;
    return query_rows(ledger_store::moment(at->writer.store()), all).size();
  }
  [[nodiscard]] std::vector<std::string> findings() const {
    return verify_books(ledger_store::moment(at->writer.store()), options.caps);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_clock_that_runs_like_the_other_is_believed, believed) {
  for (int day = 0; day < 100; ++day) {
    pass(hours{24});
    BOOST_TEST((clock.look() == wall));
  }
  BOOST_TEST((clock.ahead() == microseconds{0}));
}

BOOST_FIXTURE_TEST_CASE(small_corrections_are_followed_and_add_up, believed) {
  for (int step = 0; step < 100; ++step) {
    pass(hours{2});
    wall += minutes{4};
    BOOST_TEST((clock.look() == wall));
  }
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_runs_away_in_small_steps_is_not_followed, believed) {
  const wall_time begin = wall;
  for (int step = 0; step < 600; ++step) {
    pass(std::chrono::seconds{10});
    wall += minutes{1};
    (void)clock.look();
  }
  BOOST_TEST((clock.look() <= begin + minutes{100} + 3 * believed_clock::step_max));
}

BOOST_FIXTURE_TEST_CASE(a_jump_is_told_and_time_goes_on_by_the_other_clock, believed) {
  wall += a_year;
  BOOST_TEST((clock.look() == monday_ten + believed_clock::step_max));
  BOOST_TEST((clock.ahead() == a_year));
  pass(hours{3});
  BOOST_TEST((clock.look() == monday_ten + hours{3} + believed_clock::step_max));
  wall -= a_year;
  BOOST_TEST((clock.look() == monday_ten + hours{3}));
  wall -= hours{5};
  BOOST_TEST((clock.ahead() == -hours{5}));
}

BOOST_FIXTURE_TEST_CASE(a_wall_clock_that_ran_ahead_once_deletes_no_rows, judged_books) {
  for (int day = 0; day < 10; ++day) {
    BOOST_TEST(spend(10));
    pass(hours{24});
  }
  wall += a_year;
  BOOST_TEST(spend(10));
  BOOST_TEST((at->writer.health().clock_ahead == a_year));
  wall -= a_year;
  at->upkeep(50);
  BOOST_TEST(rows() == 11U);
  BOOST_TEST(findings().empty());
  BOOST_TEST((at->writer.health().clock_ahead == microseconds{0}));
}

BOOST_FIXTURE_TEST_CASE(a_clock_set_ahead_opens_no_window_and_the_next_one_opens_in_time,
                        judged_books) {
  BOOST_TEST(spend(60));
  wall += a_year;
  BOOST_TEST(!spend(60));
  const auto standings = at->standings();
  BOOST_TEST(find_standing(standings, "year")->used == 60);
  BOOST_TEST(find_standing(standings, "day")->used == 60);
  pass(hours{24});
  BOOST_TEST(spend(60));
  BOOST_TEST(find_standing(at->standings(), "year")->used == 120);
  wall -= a_year;
  BOOST_TEST(!spend(60));
  BOOST_TEST((at->writer.health().books_ahead <= believed_clock::step_max));
  BOOST_TEST(findings().empty());
}

// It was believed: the caps of a year to come were opened, and stood there until that year came.
BOOST_FIXTURE_TEST_CASE(a_clock_that_is_wrong_at_the_start_opens_no_window, judged_books) {
  BOOST_TEST(spend(60));
  pass(hours{1});
  wall += a_year;
  restart();
  BOOST_TEST(!spend(60));
  BOOST_TEST(find_standing(at->standings(), "year")->used == 60);
  BOOST_TEST((at->writer.health().clock_ahead == a_year + hours{1}));
  pass(hours{24});
  BOOST_TEST(spend(60));  // a day has passed, by what runs on by itself
  BOOST_TEST(find_standing(at->standings(), "year")->used == 120);
  at->upkeep(50);
  BOOST_TEST(rows() == 2U);
  wall -= a_year;  // as NTP does, once it has the network
  BOOST_TEST(!spend(60));
  BOOST_TEST((at->writer.health().clock_ahead == microseconds{0}));
  BOOST_TEST((at->writer.health().books_ahead <= believed_clock::step_max));
  BOOST_TEST(findings().empty());
}

BOOST_FIXTURE_TEST_CASE(a_gateway_that_was_stopped_for_a_month_starts_in_the_present,
                        judged_books) {
  BOOST_TEST(spend(60));
  for (const auto stopped : {hours{24}, hours{24 * 31}}) {
    wall += stopped;
    run = hours{1};  // since another start of the machine
    restart();
    BOOST_TEST(spend(60));
    BOOST_TEST((at->writer.health().clock_ahead == microseconds{0}));
  }
}

BOOST_FIXTURE_TEST_CASE(what_vouches_for_a_clock_makes_it_believed_after_any_stop, judged_books) {
  bool is_set = false;
  options.clock_is_set = [&] { return is_set; };
  BOOST_TEST(spend(60));
  wall += a_year;
  restart();
  BOOST_TEST(!spend(60));
  is_set = true;
  (void)at->standings();
  BOOST_TEST(spend(60));
  BOOST_TEST((at->writer.health().clock_ahead == microseconds{0}));
  wall += a_year;
  restart();
  BOOST_TEST(spend(60));
  is_set = false;
  wall += a_year;
  options.known_time = wall - hours{24 * 3};  // when its configuration was written, say
  restart();
  BOOST_TEST(spend(60));
}

// The first start of all has nothing to go by: it deletes a day a run, and no more.
// A container's configuration is written at each start, by the clock that is in question.
BOOST_AUTO_TEST_CASE(a_file_that_was_written_since_the_machine_started_vouches_for_nothing) {
  const hours since_boot{2};
  BOOST_TEST((vouched_by_file(monday_ten, monday_ten, since_boot) == wall_time{}));
  BOOST_TEST((vouched_by_file(monday_ten - hours{2}, monday_ten, since_boot) == wall_time{}));
  BOOST_TEST((vouched_by_file(monday_ten + a_year, monday_ten, since_boot) == wall_time{}));
  BOOST_TEST(
      (vouched_by_file(monday_ten - hours{3}, monday_ten, since_boot) == monday_ten - hours{3}));
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_was_believed_at_the_start_costs_a_day_of_rows_a_run,
                        judged_books) {
  for (int day = 0; day < 60; ++day) {
    BOOST_TEST(spend(10));
    pass(hours{24});
  }
  wall += a_year;
  options.known_time = wall;
  restart();
  BOOST_TEST(spend(10));
  at->upkeep();
  BOOST_TEST(rows() == 60U);
  at->upkeep();
  BOOST_TEST(rows() == 59U);
  wall -= a_year;
  restart();
  BOOST_TEST((at->writer.health().books_ahead == a_year));
  at->upkeep(10);
  BOOST_TEST(rows() == 59U);
  BOOST_TEST(findings().empty());
}

BOOST_FIXTURE_TEST_CASE(keeping_rows_for_longer_leaves_what_was_deleted_noted, judged_books) {
  options.rows_kept_days = 3;
  restart();
  for (int day = 0; day < 10; ++day) {
    BOOST_TEST(spend(10));
    pass(hours{24});
  }
  at->upkeep(10);
  BOOST_TEST(rows() == 4U);
  options.rows_kept_days = 30;
  restart();
  at->upkeep();
  BOOST_TEST(findings().empty());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint::testing
