// Goal: no interval of the stated length ever holds more than the rolling sum said. Method:
// hand-worked buckets, and random ones against sums added up call by call.
#include "budgets/state/counters/rolling_buckets.hpp"

#include <algorithm>
#include <random>

#include <boost/test/unit_test.hpp>

namespace stint {
BOOST_AUTO_TEST_SUITE(rolling_buckets_suite)

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr wall_time midnight{seconds{1'772'409'600}};  // 2026-03-02 00:00 UTC

[[nodiscard]] window_rule rolling(seconds length) {
  window_rule rule;
  rule.kind = window_kind::rolling;
  rule.length = length;
  return rule;
}

// A day in buckets of an hour, posted and held at these hours.
[[nodiscard]] rolling_buckets day_of(std::initializer_list<std::pair<int, std::int64_t>> posted) {
  rolling_buckets day{hours{24}};
  for (const auto& [hour, amount] : posted)
    day.open(midnight + hours{hour}).posted = amount;
  return day;
}

}  // namespace

BOOST_AUTO_TEST_CASE(steps_are_round_and_at_most_a_24th) {
  BOOST_TEST((rolling_step(minutes{1}) == seconds{2}));
  BOOST_TEST((rolling_step(hours{1}) == minutes{2}));
  BOOST_TEST((rolling_step(hours{24}) == hours{1}));
  BOOST_TEST((rolling_step(hours{24 * 7}) == hours{6}));
  BOOST_TEST((rolling_step(hours{24 * 30}) == hours{24}));
  for (seconds length = rolling_length_least; length <= rolling_length_most;
       length += length / 97 + seconds{1}) {
    const seconds step = rolling_step(length);
    const seconds reach = rolling_reach(length);
    BOOST_TEST_REQUIRE((step.count() > 0 && step * 24 <= length));
    BOOST_TEST_REQUIRE((reach >= length && reach < length + step && reach % step == seconds{0}));
    BOOST_TEST_REQUIRE(reach / step <= 60);
  }
}

BOOST_AUTO_TEST_CASE(the_window_counts_the_oldest_bucket_whole) {
  const auto rule = rolling(hours{24});
  const window found = window_at(rule, midnight + minutes{90});
  BOOST_TEST((found.start == midnight + hours{1} - hours{24}));
  BOOST_TEST((*found.end == midnight + hours{2}));
  BOOST_TEST((counter_start(rule, midnight + minutes{90}) == midnight + hours{1}));
  auto day = day_of({{0, 5}, {1, 7}, {24, 11}});
  BOOST_TEST(day.until(midnight + hours{24}).posted == 23);
  BOOST_TEST(day.until(midnight + hours{25}).posted == 18);
  BOOST_TEST(day.until(midnight + hours{26}).posted == 11);
}

BOOST_AUTO_TEST_CASE(room_comes_back_when_enough_buckets_have_left) {
  auto day = day_of({{0, 5}, {1, 7}, {24, 11}});
  const auto now = midnight + hours{24};
  BOOST_TEST((day.room_again(now, 5) == midnight + hours{25}));
  BOOST_TEST((day.room_again(now, 6) == midnight + hours{26}));
  BOOST_TEST((day.room_again(now, 23) == midnight + hours{49}));
  BOOST_TEST(!day.room_again(now, 24));
  day.open(midnight).held = 1;
  BOOST_TEST((day.room_again(now, 6) == midnight + hours{25}));
}

BOOST_AUTO_TEST_CASE(a_hold_that_grows_shares_with_windows_that_have_passed) {
  auto day = day_of({{0, 40}, {24, 10}, {30, 20}});
  const auto now = midnight + hours{30};
  // The hour 24 was full with the hour 0, which the present window counts no more.
  BOOST_TEST(day.until(now).posted == 30);
  BOOST_TEST(day.most_crowded_with(midnight + hours{24}, now).posted == 50);
  BOOST_TEST(day.most_crowded_with(now, now).posted == 30);
}

BOOST_AUTO_TEST_CASE(what_is_held_in_a_bucket_leaves_with_it) {
  auto day = day_of({{24, 10}, {30, 20}});
  day.open(midnight).held = 40;
  day.open(midnight + hours{30}).held = 5;
  const rolling_buckets::sums full{.posted = 10, .held = 40};
  const rolling_buckets::sums present{.posted = 30, .held = 5};
  BOOST_TEST((day.most_crowded_with(midnight + hours{24}, midnight + hours{30}) == full));
  BOOST_TEST((day.most_crowded_with(midnight + hours{30}, midnight + hours{30}) == present));
}

BOOST_AUTO_TEST_CASE(buckets_beside_a_running_call_are_kept_and_no_others) {
  auto day = day_of({{0, 1}, {10, 1}, {40, 1}, {60, 1}, {200, 1}});
  day.find(midnight + hours{10})->holds = 1;
  day.drop_unneeded(midnight + hours{200});
  BOOST_TEST(day.all().size() == 3U);
  day.find(midnight + hours{10})->holds = 0;
  day.find(midnight + hours{0})->changed = true;
  day.drop_unneeded(midnight + hours{200});
  BOOST_TEST(day.all().size() == 2U);
}

// Random calls over five days: what until() and most_crowded_with() say is what a list of the calls
// says, and an interval of a day, wherever it begins, holds no more than the window that ends with
// it.
BOOST_AUTO_TEST_CASE(sums_are_those_of_a_list_of_calls) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  struct call {
    wall_time at;
    std::int64_t amount;
  };
  for (int round = 0; round < 30; ++round) {
    const seconds length = minutes{1 + random() % 5'000};
    const seconds step = rolling_step(length);
    const auto rule = rolling(length);
    rolling_buckets buckets{length};
    std::vector<call> calls;
    wall_time now = midnight + seconds{random() % 100'000};
    for (int i = 0; i < 120; ++i) {
      now += seconds{random() % (static_cast<unsigned>(step.count()) * 3)};
      calls.push_back({.at = now, .amount = static_cast<std::int64_t>(random() % 100)});
      buckets.open(counter_start(rule, now)).posted += calls.back().amount;
    }
    const auto sum_of = [&](wall_time from, wall_time until) {
      std::int64_t sum = 0;
      for (const call& each : calls)
        sum += each.at >= from && each.at < until ? each.amount : 0;
      return sum;
    };
    for (const call& last : calls) {
      const window counted = window_at(rule, last.at);
      const auto bucket = counter_start(rule, last.at);
      const auto said = buckets.until(bucket).posted;
      BOOST_TEST_REQUIRE(said == sum_of(counted.start, *counted.end), "seed " << seed);
      BOOST_TEST_REQUIRE(sum_of(last.at - length + seconds{1}, last.at + seconds{1}) <= said);
      std::int64_t most = 0;
      for (wall_time end = bucket; end <= bucket + rolling_reach(length); end += step)
        most = std::max(most, sum_of(end - rolling_reach(length), end + step));
      const auto found = buckets.most_crowded_with(bucket, now + length + length).posted;
      BOOST_TEST_REQUIRE(found == most, "seed " << seed);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_bucket_is_kept_at_the_very_reach_of_the_window_and_of_a_running_call) {
  auto day = day_of({{10, 1}, {34, 1}, {35, 1}, {175, 1}, {176, 1}, {200, 1}});
  day.find(midnight + hours{10})->holds = 1;
  day.drop_unneeded(midnight + hours{200});
  std::vector<std::int64_t> kept;
  for (const rolling_bucket& each : day.all())
    kept.push_back(std::chrono::floor<hours>(each.start - midnight).count());
  BOOST_TEST(kept == (std::vector<std::int64_t>{10, 34, 176, 200}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
