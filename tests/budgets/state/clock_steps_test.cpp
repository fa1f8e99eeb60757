// Goal: whatever the wall clock does – an hour or a day forward or back, or nothing at all – no
// window opens a second time, nothing is counted twice, and a call stays where it was admitted.
// Method: a ledger whose clock is set by hand; then random steps, settlements and restarts, with
// the sums worked out from the committed rows.
#include <algorithm>
#include <map>
#include <random>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(clock_steps)

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto a_day = hours{24};
constexpr wall_time midnight = monday_ten + hours{14};  // Tuesday 00:00 UTC

struct stepped_books {
  scratch_directory scratch;
  ledger_options options;
  std::optional<driven_writer> at;
  std::vector<ledger_row> rows;
  std::uint64_t number = 0;
  wall_time now = midnight;

  explicit stepped_books(std::vector<cap> caps) {
    options.directory = scratch.sub("ledger");
    options.caps = std::move(caps);
    options.now = [this] { return now; };
    at.emplace(options);
  }
  // The new process finds the clock as it is then.
  void restart(wall_time clock) {
    collect();
    at.reset();
    now = clock;
    at.emplace(options);
  }
  void collect() {
    rows.insert(rows.end(), at->committed.begin(), at->committed.end());
    at->committed.clear();
  }
  std::optional<call_id> hold(std::int64_t amount, wall_time clock) {
    const auto request = hold_of(++number, amount, clock);
    if (at->hold(request).refused) return std::nullopt;
    return request.id;
  }
  bool spend(std::int64_t amount, wall_time clock) {
    const auto id = hold(amount, clock);
    if (id) BOOST_TEST_REQUIRE(at->settle(settle_of(*id, amount, clock)).recorded);
    return id.has_value();
  }
  [[nodiscard]] std::vector<cap_standing> standings(wall_time clock) {
    now = clock;
    return at->standings();
  }
};

[[nodiscard]] cap rolling_cap(std::int64_t limit) {
  cap each = usd_cap("rolling", limit, window_kind::rolling);
  each.window.length = a_day;
  return each;
}

// What the rows admitted in one window, or in the steps of a rolling one, add up to.
[[nodiscard]] std::int64_t sum_in(const window& of, const std::vector<ledger_row>& rows) {
  std::int64_t sum = 0;
  for (const ledger_row& each : rows) {
    if (each.admitted >= of.start && (!of.end || each.admitted < *of.end)) sum += each.cost.count();
  }
  return sum;
}

const std::vector<int> steps_in_hours = {1, 24};

}  // namespace

BOOST_DATA_TEST_CASE(a_clock_that_goes_back_does_not_reopen_a_window, steps_in_hours) {
  const hours step{sample};
  stepped_books books({usd_cap("day", 100), usd_cap("hour", 1'000, window_kind::hour)});
  BOOST_TEST(books.spend(90, midnight - minutes{10}));
  BOOST_TEST(books.spend(60, midnight - minutes{10} + step));
  // Back again: what is spent now belongs to the window that is open, which has 40 left.
  BOOST_TEST(!books.spend(41, midnight - minutes{5}));
  BOOST_TEST(books.spend(40, midnight - minutes{4}));
  const auto standings = books.standings(midnight - minutes{3});
  BOOST_TEST(standings.size() == 2U);
  BOOST_TEST(find_standing(standings, "day")->used == 100);
  BOOST_TEST((find_standing(standings, "day")->window.start ==
              std::chrono::floor<std::chrono::days>(midnight - minutes{10} + step)));
}

BOOST_DATA_TEST_CASE(a_restart_with_a_clock_that_is_behind_does_not_reopen_a_window,
                     steps_in_hours) {
  const hours step{sample};
  stepped_books books({usd_cap("day", 100), rolling_cap(200)});
  BOOST_TEST(books.spend(100, midnight + minutes{10}));
  books.restart(midnight + minutes{10} - step);
  BOOST_TEST(!books.spend(1, midnight + minutes{10} - step));
  const auto standings = books.standings(midnight + minutes{10} - step);
  BOOST_TEST(find_standing(standings, "day")->used == 100);
  BOOST_TEST(find_standing(standings, "rolling")->used == 100);
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumped_ahead_and_was_mended_keeps_its_last_window) {
  stepped_books books({usd_cap("day", 100), rolling_cap(100)});
  BOOST_TEST(books.spend(100, midnight));
  BOOST_TEST(!books.spend(1, midnight + hours{1}));
  BOOST_TEST(books.spend(30, midnight + 2 * a_day));
  for (int hour = 0; hour < 48; ++hour)
    BOOST_TEST(!books.spend(71, midnight + hours{hour}));
  BOOST_TEST(books.spend(70, midnight + hours{2}));
  // The day that was jumped over never was; the one after the mended clock's next is a new one.
  BOOST_TEST(!books.spend(1, midnight + a_day));
  BOOST_TEST(!books.spend(1, midnight + 2 * a_day + hours{23}));
  BOOST_TEST(books.spend(100, midnight + 3 * a_day + hours{1}));
}

BOOST_AUTO_TEST_CASE(a_frozen_clock_counts_everything_in_one_window) {
  stepped_books books({usd_cap("minute", 100, window_kind::minute), rolling_cap(1'000)});
  for (int i = 0; i < 100; ++i)
    BOOST_TEST(books.spend(1, midnight));
  BOOST_TEST(!books.spend(1, midnight));
  const auto standings = books.standings(midnight);
  BOOST_TEST(find_standing(standings, "minute")->used == 100);
  BOOST_TEST(find_standing(standings, "rolling")->used == 100);
}

BOOST_AUTO_TEST_CASE(a_call_over_midnight_belongs_to_the_day_that_admitted_it) {
  stepped_books books({usd_cap("day", 100)});
  const auto call = books.hold(80, midnight - seconds{1});
  BOOST_TEST_REQUIRE(call.has_value());
  BOOST_TEST(books.spend(100, midnight));
  BOOST_TEST(books.at->settle(settle_of(*call, 70, midnight + hours{1})).recorded);
  const auto standings = books.standings(midnight + hours{1});
  BOOST_TEST_REQUIRE(standings.size() == 1U);
  BOOST_TEST(standings.front().used == 100);
  BOOST_TEST(standings.front().held == 0);
  books.collect();
  const window yesterday{.start = midnight - a_day, .end = midnight};
  BOOST_TEST(sum_in(yesterday, books.rows) == 70);
}

BOOST_AUTO_TEST_CASE(
    a_call_over_midnight_that_a_crash_cut_off_belongs_to_the_day_that_admitted_it) {
  stepped_books books({usd_cap("day", 100), rolling_cap(1'000)});
  BOOST_TEST(books.spend(15, midnight - hours{1}));
  BOOST_TEST_REQUIRE(books.hold(80, midnight - seconds{1}).has_value());
  BOOST_TEST(books.spend(60, midnight + seconds{1}));
  books.restart(midnight + minutes{1});
  // The orphan's 80 are yesterday's: today has 40 left.
  BOOST_TEST(!books.spend(41, midnight + minutes{1}));
  BOOST_TEST(books.spend(40, midnight + minutes{1}));
  const auto standings = books.standings(midnight + minutes{1});
  BOOST_TEST(find_standing(standings, "day")->used == 100);
  BOOST_TEST(find_standing(standings, "rolling")->used == 195);
  // A day later yesterday's last hour is the first to leave the rolling window.
  const auto later = books.standings(midnight + a_day);
  BOOST_TEST(find_standing(later, "rolling")->used == 100);
}

// Random steps of the clock, holds that stay open over them, settlements and restarts. At the end,
// each window's rows keep its limit, what is open stands at the sum of its rows, and admission
// never went back in time.
BOOST_AUTO_TEST_CASE(random_steps_never_put_more_than_its_limit_into_a_window) {
  // Always the same one: with some a clock that mostly goes back admits too few calls to show much.
  constexpr unsigned seed = 7;
  std::mt19937 random(seed);
  std::vector<cap> caps = {usd_cap("minute", 300, window_kind::minute),
                           usd_cap("hour", 900, window_kind::hour),
                           usd_cap("day", 2'000, window_kind::day),
                           usd_cap("week", 5'000, window_kind::week), rolling_cap(2'000)};
  caps[2].window.zone = find_zone("America/New_York");
  caps[2].zone_name = "America/New_York";
  stepped_books books(caps);
  const std::vector<seconds> steps = {seconds{0},  seconds{0},   seconds{20}, minutes{7},
                                      -minutes{7}, hours{1},     -hours{1},   a_day,
                                      -a_day,      seconds{300}, seconds{1}};
  wall_time clock = midnight;
  std::vector<std::pair<call_id, std::int64_t>> open;
  for (int i = 0; i < 1'500; ++i) {
    clock += steps[random() % steps.size()];
    const auto amount = static_cast<std::int64_t>(2 + random() % 150);
    if (const auto id = books.hold(amount, clock)) open.emplace_back(*id, amount);
    while (!open.empty() && random() % 3 != 0) {
      const auto [id, held] = open.back();
      open.pop_back();
      const auto used = held - static_cast<std::int64_t>(random() % 2);
      BOOST_TEST_REQUIRE(books.at->settle(settle_of(id, used, clock)).recorded);
    }
    if (random() % 200 == 0) {
      open.clear();
      books.restart(clock);
    }
  }
  books.restart(clock);
  books.collect();
  BOOST_TEST_REQUIRE(books.rows.size() > 50U);
  const wall_time latest = std::ranges::max(books.rows, {}, &ledger_row::admitted).admitted;
  const auto standings = books.standings(latest);
  for (const cap& each : caps) {
    for (const ledger_row& row : books.rows) {
      const window within = window_at(each.window, row.admitted);
      BOOST_TEST_REQUIRE(sum_in(within, books.rows) <= each.limit, each.name << ", seed " << seed);
    }
    const auto* now = find_standing(standings, each.name);
    BOOST_TEST_REQUIRE(now != nullptr);
    BOOST_TEST(now->used == sum_in(window_at(each.window, latest), books.rows),
               each.name << ", seed " << seed);
    BOOST_TEST(now->held == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
