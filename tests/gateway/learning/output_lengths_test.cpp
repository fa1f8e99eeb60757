// Goal: a quantile is never below the exact one and at most an eighth above, and old answers are
// forgotten. Method: comparison with a sorted list of the same random lengths, its seed printed.
#include "gateway/learning/output_lengths.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(output_lengths_suite)

namespace {

using stint::output_lengths;

BOOST_AUTO_TEST_CASE(nothing_seen_has_no_quantile) {
  const output_lengths none;
  BOOST_TEST(none.quantile(95) == 0);
  BOOST_TEST(none.count() == 0);
}

BOOST_AUTO_TEST_CASE(a_quantile_is_the_exact_one_or_at_most_an_eighth_above) {
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> draw(std::log(150.0), 1.2);
  output_lengths lengths;
  std::vector<std::int64_t> exact;
  for (int n = 0; n < 1'000; ++n) {
    exact.push_back(static_cast<std::int64_t>(draw(random)));
    lengths.add(exact.back());
  }
  std::sort(exact.begin(), exact.end());
  for (const int percent : {1, 50, 90, 95, 99, 100}) {
    const std::int64_t wanted = exact[static_cast<std::size_t>((1'000 * percent + 99) / 100 - 1)];
    const std::int64_t told = lengths.quantile(percent);
    BOOST_TEST(told >= wanted, percent << " %: " << told << " for " << wanted << ", seed " << seed);
    BOOST_TEST(told <= wanted + wanted / 8, percent << " %: " << told << " for " << wanted);
  }
}

BOOST_AUTO_TEST_CASE(lengths_at_the_ends_of_the_scale_are_kept_within_it) {
  output_lengths lengths;
  lengths.add(-1);
  BOOST_TEST(lengths.quantile(100) == 0);
  lengths.add(std::int64_t{1} << 40);
  BOOST_TEST(lengths.quantile(100) == output_lengths::tokens_max);
}

BOOST_AUTO_TEST_CASE(old_answers_are_forgotten) {
  output_lengths lengths;
  for (int n = 0; n < 1'000; ++n)
    lengths.add(10);
  for (int n = 0; n < 10'000; ++n)
    lengths.add(1'000);
  BOOST_TEST(lengths.quantile(1) >= 1'000);
  BOOST_TEST(lengths.count() <= 1'024);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
