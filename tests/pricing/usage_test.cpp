// Goal: only counts that a real call can have are priced.
#include "pricing/usage.hpp"

#include <boost/test/unit_test.hpp>

using stint::plausible;
using stint::usage;
using stint::usage_count_max;

BOOST_AUTO_TEST_SUITE(usage_counts)

BOOST_AUTO_TEST_CASE(an_empty_usage_is_plausible) {
  BOOST_TEST(plausible(usage{}));
}

BOOST_AUTO_TEST_CASE(every_count_has_the_same_limits) {
  for (const auto& [name, count] : stint::usage_kinds) {
    BOOST_TEST_CONTEXT(name) {
      usage used;
      // Reasoning must fit in output, which is not what this case is about.
      used.output_tokens = usage_count_max;
      used.*count = usage_count_max;
      BOOST_TEST(plausible(used));
      used.*count = usage_count_max + 1;
      BOOST_TEST(!plausible(used));
      used.*count = -1;
      BOOST_TEST(!plausible(used));
    }
  }
}

BOOST_AUTO_TEST_CASE(reasoning_is_a_part_of_output) {
  BOOST_TEST(plausible(usage{.output_tokens = 5, .reasoning_tokens = 5}));
  BOOST_TEST(!plausible(usage{.output_tokens = 5, .reasoning_tokens = 6}));
}

BOOST_AUTO_TEST_CASE(totals_count_each_token_once) {
  const usage used{.input_tokens = 1,
                   .cached_input_tokens = 20,
                   .cache_write_5m_tokens = 300,
                   .cache_write_1h_tokens = 4'000,
                   .audio_input_tokens = 50'000,
                   .output_tokens = 600'000,
                   .reasoning_tokens = 500'000,
                   .audio_output_tokens = 7'000'000,
                   .web_searches = 9,
                   .cache_write_12h_tokens = 80'000'000};
  BOOST_TEST(used.input_total() == 80'054'321);
  BOOST_TEST(used.output_total() == 7'600'000);
  BOOST_TEST(used.total() == 87'654'321);
}

BOOST_AUTO_TEST_SUITE_END()
