#include "budgets/records/cap.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(cap_suite)

BOOST_AUTO_TEST_CASE(a_cap_selects_what_all_of_its_globs_match) {
  attribution charged;
  charged.tenant = "acme";
  charged.feature = "search-web";
  cap each;
  BOOST_TEST(each.selects(charged));
  each.match = {{dimension::tenant, "acme"}, {dimension::feature, "search-*"}};
  BOOST_TEST(each.selects(charged));
  charged.tenant = "other";
  BOOST_TEST(!each.selects(charged));
}

BOOST_AUTO_TEST_CASE(amounts_are_read_in_every_unit) {
  const amounts of = {.input_tokens = 3, .output_tokens = 4, .cost = nanodollars{5}, .requests = 6};
  BOOST_TEST(of.in(cap_unit::tokens) == 7);
  BOOST_TEST(of.in(cap_unit::input_tokens) == 3);
  BOOST_TEST(of.in(cap_unit::output_tokens) == 4);
  BOOST_TEST(of.in(cap_unit::usd) == 5);
  BOOST_TEST(of.in(cap_unit::requests) == 6);
}

BOOST_AUTO_TEST_CASE(every_unit_reads_as_it_is_written) {
  for (const auto each : {cap_unit::tokens, cap_unit::input_tokens, cap_unit::output_tokens,
                          cap_unit::usd, cap_unit::requests}) {
    BOOST_TEST((parse_cap_unit(to_string(each)) == each));
  }
  BOOST_TEST(!parse_cap_unit("eur"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
