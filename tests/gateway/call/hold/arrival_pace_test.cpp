// Goal: the burst is never less than what came in any quarter of a second, and not much more.
// Method: comparison with every window over random arrivals, their seed printed.
#include "gateway/call/hold/arrival_pace.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(arrival_pace_suite)

namespace {

using namespace stint;
using std::chrono::milliseconds;

BOOST_AUTO_TEST_CASE(a_steady_stream_has_the_burst_of_its_rate) {
  arrival_pace pace;
  monotonic::time_point now{};
  for (int n = 0; n < 1'000; ++n)
    pace.add(10, now += milliseconds(10));
  BOOST_TEST(pace.total_bytes() == 10'000);
  BOOST_TEST(pace.burst_bytes() >= 250);
  BOOST_TEST(pace.burst_bytes() <= 300);
}

BOOST_AUTO_TEST_CASE(what_comes_at_once_after_a_silence_is_one_burst) {
  arrival_pace pace;
  monotonic::time_point now = monotonic::now();
  pace.add(100, now);
  pace.add(5'000, now + std::chrono::hours(1));
  BOOST_TEST(pace.burst_bytes() == 5'000);
}

BOOST_AUTO_TEST_CASE(no_quarter_of_a_second_had_more_than_the_burst) {
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  arrival_pace pace;
  std::vector<std::pair<std::int64_t, std::int64_t>> arrivals;  // ms, bytes
  std::int64_t at = 0;
  for (int n = 0; n < 2'000; ++n) {
    at += static_cast<std::int64_t>(random() % 40);
    arrivals.emplace_back(at, random() % 500);
    pace.add(static_cast<std::size_t>(arrivals.back().second),
             monotonic::time_point(milliseconds(at)));
  }
  std::int64_t most = 0;
  std::int64_t most_of_longer = 0;
  for (std::size_t first = 0; first < arrivals.size(); ++first) {
    std::int64_t within = 0;
    std::int64_t within_longer = 0;
    for (std::size_t n = first; n < arrivals.size(); ++n) {
      const std::int64_t since = arrivals[n].first - arrivals[first].first;
      if (since <= 250) within += arrivals[n].second;
      if (since < 300) within_longer += arrivals[n].second;
    }
    most = std::max(most, within);
    most_of_longer = std::max(most_of_longer, within_longer);
  }
  BOOST_TEST(pace.burst_bytes() >= most, "seed " << seed);
  BOOST_TEST(pace.burst_bytes() <= most_of_longer, "seed " << seed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
