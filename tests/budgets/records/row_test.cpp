#include "budgets/records/row.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(row_suite)

BOOST_AUTO_TEST_CASE(a_row_posts_every_kind_of_token_and_one_request) {
  ledger_row row;
  row.used = {.input_tokens = 1,
              .cached_input_tokens = 2,
              .cache_write_5m_tokens = 4,
              .cache_write_1h_tokens = 8,
              .audio_input_tokens = 16,
              .output_tokens = 32,
              .reasoning_tokens = 30,
              .audio_output_tokens = 64,
              .web_searches = 128};
  row.cost = nanodollars{9};
  row.held.requests = 1;
  const amounts posted = posted_amounts(row);
  BOOST_TEST(posted.input_tokens == 31);
  BOOST_TEST(posted.output_tokens == 96);
  BOOST_TEST(posted.cost.count() == 9);
  BOOST_TEST(posted.requests == 1);
}

BOOST_AUTO_TEST_CASE(a_call_without_a_hold_is_a_request_only_when_it_carries_usage) {
  ledger_row row;
  row.held.requests = 0;
  BOOST_TEST(!carries_usage(row));
  BOOST_TEST(posted_amounts(row).requests == 0);
  row.used.web_searches = 1;
  BOOST_TEST(carries_usage(row));
  BOOST_TEST(posted_amounts(row).requests == 1);
}

BOOST_AUTO_TEST_CASE(a_held_call_that_used_nothing_is_still_a_request) {
  ledger_row row;
  row.held.requests = 1;
  BOOST_TEST(posted_amounts(row).requests == 1);
}

BOOST_AUTO_TEST_CASE(outcomes_and_sources_have_names_of_their_own) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(call_outcome::cut); ++i) {
    names.push_back(to_string(static_cast<call_outcome>(i)));
  }
  for (int i = 0; i <= static_cast<int>(usage_source::none); ++i) {
    BOOST_TEST(to_string(static_cast<usage_source>(i)) != "unknown");
  }
  std::ranges::sort(names);
  BOOST_TEST((std::ranges::adjacent_find(names) == names.end()));
  BOOST_TEST((std::ranges::find(names, "unknown") == names.end()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
