#include "budgets/records/row.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "pricing/sample_usage.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(row_suite)

BOOST_AUTO_TEST_CASE(a_row_posts_every_kind_of_token_and_one_request) {
  ledger_row row;
  row.used = testing::sample_usage();
  const usage& used = row.used;
  row.cost = nanodollars{9};
  row.held.requests = 1;
  const amounts posted = posted_amounts(row);
  BOOST_TEST(posted.input_tokens == used.input_tokens + used.cached_input_tokens +
                                        used.cache_write_5m_tokens + used.cache_write_1h_tokens +
                                        used.cache_write_12h_tokens + used.audio_input_tokens);
  BOOST_TEST(posted.output_tokens == used.output_tokens + used.audio_output_tokens);
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

BOOST_AUTO_TEST_CASE(reasons_of_legs_have_names_of_their_own) {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(leg_reason::correction); ++i)
    names.push_back(to_string(static_cast<leg_reason>(i)));
  std::ranges::sort(names);
  BOOST_TEST((std::ranges::adjacent_find(names) == names.end()));
  BOOST_TEST((std::ranges::find(names, "unknown") == names.end()));
}

BOOST_AUTO_TEST_CASE(a_row_without_parts_is_one_leg_of_the_whole) {
  ledger_row row;
  row.charged.provider = "p";
  row.model_served = "m";
  row.tier = service_tier::flex;
  row.used = testing::sample_usage();
  row.cost = nanodollars{5};
  row.price_version = "v1";
  const leg whole{.why = leg_reason::answer,
                  .model = "m",
                  .provider = "p",
                  .tier = service_tier::flex,
                  .used = row.used,
                  .cost = nanodollars{5},
                  .price_version = "v1"};
  BOOST_TEST((legs_of(row) == std::vector<leg>{whole}));
  row.legs = {whole, whole};
  BOOST_TEST((legs_of(row) == row.legs));
}

BOOST_AUTO_TEST_CASE(a_single_token_or_nanodollar_is_usage) {
  ledger_row row;
  row.used.output_tokens = 1;
  BOOST_TEST(carries_usage(row));
  row.used = usage();
  BOOST_TEST(!carries_usage(row));
  row.cost = nanodollars{1};
  BOOST_TEST(carries_usage(row));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
