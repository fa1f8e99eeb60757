// Hand-worked windows; every zone and transition is compared with Python's zoneinfo by the test
// window_oracle.
#include "budgets/records/window.hpp"

#include <stdexcept>

#include <boost/test/unit_test.hpp>
#include <date/date.h>

namespace stint {
BOOST_AUTO_TEST_SUITE(window_suite)

namespace {

using namespace date::literals;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

[[nodiscard]] window_rule rule_of(window_kind kind, const std::string& zone = "UTC") {
  window_rule rule;
  rule.kind = kind;
  rule.zone = zone == "UTC" ? nullptr : find_zone(zone);
  return rule;
}

[[nodiscard]] wall_time utc(date::year_month_day day, int hour = 0, int minute = 0) {
  return date::sys_days{day} + hours{hour} + minutes{minute};
}

void expect(const window_rule& rule, wall_time at, wall_time start, wall_time end) {
  const window found = window_at(rule, at);
  BOOST_TEST((found.start == start), "start " << found.start.time_since_epoch().count()
                                              << " expected " << start.time_since_epoch().count());
  BOOST_TEST((found.end == end));
}

}  // namespace

BOOST_AUTO_TEST_CASE(request_and_forever_never_reset) {
  for (const auto kind : {window_kind::request, window_kind::forever}) {
    BOOST_TEST((window_at(rule_of(kind), utc(2026_y / 3 / 2)) == window{}));
  }
}

BOOST_AUTO_TEST_CASE(a_window_is_half_open) {
  const auto rule = rule_of(window_kind::day);
  expect(rule, utc(2026_y / 3 / 2), utc(2026_y / 3 / 2), utc(2026_y / 3 / 3));
  expect(rule, utc(2026_y / 3 / 3) - std::chrono::microseconds{1}, utc(2026_y / 3 / 2),
         utc(2026_y / 3 / 3));
}

BOOST_AUTO_TEST_CASE(a_berlin_day_has_23_and_25_hours_when_clocks_change) {
  const auto rule = rule_of(window_kind::day, "Europe/Berlin");
  expect(rule, utc(2026_y / 3 / 29, 12), utc(2026_y / 3 / 28, 23), utc(2026_y / 3 / 29, 22));
  expect(rule, utc(2026_y / 10 / 25, 12), utc(2026_y / 10 / 24, 22), utc(2026_y / 10 / 25, 23));
}

// Beirut goes forward at midnight: the day begins at 01:00, the moment of the change. Havana went
// back from 01:00 to midnight: midnight came twice and the day began at the first.
BOOST_AUTO_TEST_CASE(a_day_starts_at_the_first_instant_of_its_date) {
  expect(rule_of(window_kind::day, "Asia/Beirut"), utc(2026_y / 3 / 29, 12),
         utc(2026_y / 3 / 28, 22), utc(2026_y / 3 / 29, 21));
  expect(rule_of(window_kind::day, "America/Havana"), utc(2024_y / 11 / 3, 12),
         utc(2024_y / 11 / 3, 4), utc(2024_y / 11 / 4, 5));
}

// Newfoundland used to go back at 00:01, to 23:01 of the day before: the day that had begun goes
// on.
BOOST_AUTO_TEST_CASE(a_day_that_has_begun_does_not_end_when_clocks_go_back_across_midnight) {
  const auto rule = rule_of(window_kind::day, "America/St_Johns");
  const auto start = utc(2010_y / 11 / 7, 2, 30);
  const auto end = utc(2010_y / 11 / 8, 3, 30);
  expect(rule, start, start, end);
  expect(rule, start + minutes{5}, start, end);  // 23:05 of the 6th, again
  expect(rule, start + hours{2}, start, end);
}

BOOST_AUTO_TEST_CASE(samoa_skipped_a_whole_day) {
  const auto rule = rule_of(window_kind::day, "Pacific/Apia");
  expect(rule, utc(2011_y / 12 / 30, 9), utc(2011_y / 12 / 29, 10), utc(2011_y / 12 / 30, 10));
  expect(rule, utc(2011_y / 12 / 30, 11), utc(2011_y / 12 / 30, 10), utc(2011_y / 12 / 31, 10));
}

BOOST_AUTO_TEST_CASE(hours_follow_the_local_clock_and_a_change_by_half_an_hour_cuts_one) {
  expect(rule_of(window_kind::hour, "Asia/Kathmandu"), utc(2026_y / 3 / 2, 10),
         utc(2026_y / 3 / 2, 9, 15), utc(2026_y / 3 / 2, 10, 15));
  // Lord Howe, 2026-10-04 02:00 → 02:30 (15:30 UTC the day before).
  const auto rule = rule_of(window_kind::hour, "Australia/Lord_Howe");
  const auto change = utc(2026_y / 10 / 3, 15, 30);
  expect(rule, change - minutes{1}, change - hours{1}, change);
  expect(rule, change, change, change + minutes{30});
}

BOOST_AUTO_TEST_CASE(the_repeated_hour_is_two_windows) {
  const auto rule = rule_of(window_kind::hour, "Europe/Berlin");
  const auto change = utc(2026_y / 10 / 25, 1);
  expect(rule, change - minutes{1}, change - hours{1}, change);
  expect(rule, change + minutes{1}, change, change + hours{1});
}

BOOST_AUTO_TEST_CASE(weeks_start_on_the_day_that_is_set) {
  auto rule = rule_of(window_kind::week);
  expect(rule, utc(2026_y / 3 / 8, 23), utc(2026_y / 3 / 2), utc(2026_y / 3 / 9));
  rule.first_weekday = 7;
  expect(rule, utc(2026_y / 3 / 8), utc(2026_y / 3 / 8), utc(2026_y / 3 / 15));
}

BOOST_AUTO_TEST_CASE(months_quarters_and_years_start_where_they_are_set_to) {
  auto rule = rule_of(window_kind::month);
  expect(rule, utc(2028_y / 2 / 29, 5), utc(2028_y / 2 / 1), utc(2028_y / 3 / 1));
  rule.first_day_of_month = 15;
  expect(rule, utc(2026_y / 1 / 14), utc(2025_y / 12 / 15), utc(2026_y / 1 / 15));
  rule.kind = window_kind::quarter;
  rule.first_day_of_month = 1;
  expect(rule, utc(2026_y / 3 / 31), utc(2026_y / 1 / 1), utc(2026_y / 4 / 1));
  rule.first_month_of_year = 2;
  expect(rule, utc(2026_y / 1 / 31), utc(2025_y / 11 / 1), utc(2026_y / 2 / 1));
  rule.kind = window_kind::year;
  rule.first_month_of_year = 4;
  expect(rule, utc(2026_y / 3 / 31), utc(2025_y / 4 / 1), utc(2026_y / 4 / 1));
  expect(rule, utc(2026_y / 4 / 1), utc(2026_y / 4 / 1), utc(2027_y / 4 / 1));
}

BOOST_AUTO_TEST_CASE(a_rolling_step_is_the_largest_round_one_that_fits_24_times) {
  const std::vector<seconds> steps = {
      seconds{1},    seconds{2},    seconds{5},    seconds{10},   seconds{15},    seconds{30},
      minutes{1},    minutes{2},    minutes{5},    minutes{10},   minutes{15},    minutes{30},
      hours{1},      hours{2},      hours{3},      hours{6},      hours{12},      hours{24},
      hours{24 * 2}, hours{24 * 3}, hours{24 * 5}, hours{24 * 7}, hours{24 * 10}, hours{24 * 14}};
  seconds shorter = steps.front();
  for (const seconds step : steps) {
    BOOST_TEST((rolling_step(24 * step) == step), step.count());
    BOOST_TEST((rolling_step(24 * step - seconds{1}) == shorter), step.count());
    shorter = step;
  }
  BOOST_TEST((rolling_step(hours{24 * 366}) == steps.back()));
}

BOOST_AUTO_TEST_CASE(a_rolling_length_is_told_in_the_largest_unit_of_which_it_is_whole) {
  const std::pair<seconds, const char*> told[] = {{seconds{59}, "59s"},
                                                  {minutes{1}, "1m"},
                                                  {seconds{61}, "61s"},
                                                  {seconds{90}, "90s"},
                                                  {minutes{15}, "15m"},
                                                  {minutes{59}, "59m"},
                                                  {hours{1}, "1h"},
                                                  {minutes{61}, "61m"},
                                                  {minutes{90}, "90m"},
                                                  {hours{24}, "24h"},
                                                  {hours{25}, "25h"},
                                                  {hours{48}, "2d"},
                                                  {hours{24 * 7}, "7d"},
                                                  {hours{24 * 366}, "366d"},
                                                  {hours{48} + minutes{1}, "2881m"},
                                                  {hours{48} + seconds{1}, "172801s"}};
  for (const auto& [length, text] : told)
    BOOST_TEST(duration_text(length) == text);
  window_rule rule;
  rule.kind = window_kind::rolling;
  rule.length = hours{24};
  BOOST_TEST(describe_window(rule) == "rolling 24h");
  rule.kind = window_kind::day;
  BOOST_TEST(describe_window(rule) == "day");
}

BOOST_AUTO_TEST_CASE(an_unknown_zone_is_an_error_that_names_it) {
  BOOST_CHECK_EXCEPTION(
      (void)find_zone("Mars/Olympus"), std::runtime_error, [](const std::runtime_error& error) {
        return std::string(error.what()).find("Mars/Olympus") != std::string::npos;
      });
}

BOOST_AUTO_TEST_CASE(every_kind_reads_as_it_is_written) {
  for (int i = 0; i <= static_cast<int>(window_kind::forever); ++i) {
    const auto each = static_cast<window_kind>(i);
    BOOST_TEST((parse_window_kind(to_string(each)) == each));
  }
  BOOST_TEST(!parse_window_kind("fortnight"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
