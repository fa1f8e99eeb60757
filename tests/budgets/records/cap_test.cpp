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

BOOST_AUTO_TEST_CASE(units_have_the_words_of_the_configuration) {
  BOOST_TEST(to_string(cap_unit::tokens) == "tokens");
  BOOST_TEST(to_string(cap_unit::input_tokens) == "input_tokens");
  BOOST_TEST(to_string(cap_unit::output_tokens) == "output_tokens");
  BOOST_TEST(to_string(cap_unit::usd) == "usd");
  BOOST_TEST(to_string(cap_unit::requests) == "requests");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
