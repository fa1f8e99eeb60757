#include "budgets/records/cap.hpp"

#include <limits>
#include <memory>

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

BOOST_AUTO_TEST_CASE(a_cap_asks_for_what_it_is_split_by_and_for_what_it_matches) {
  cap each;
  BOOST_TEST(!each.asks_for(dimension::user));
  each.per = {dimension::tenant, dimension::user};
  BOOST_TEST(each.asks_for(dimension::user));
  BOOST_TEST(!each.asks_for(dimension::model));
  each.per.clear();
  each.match = {{dimension::model, "gpt-*"}};
  BOOST_TEST(each.asks_for(dimension::model));
  BOOST_TEST(!each.asks_for(dimension::user));
}

BOOST_AUTO_TEST_CASE(a_cap_in_the_tenants_own_time_selects_those_of_its_zone) {
  auto zones = std::make_shared<tenant_zones>();
  zones->set("acme", "Asia/Tokyo");
  zones->set("beta", "Europe/Berlin");
  cap tokyo;
  tokyo.zone_name = "Asia/Tokyo";
  tokyo.tenants = zones;
  cap others = tokyo;
  others.zone_name = "UTC";
  const auto selects = [](const cap& each, const std::string& tenant) {
    attribution charged;
    charged.tenant = tenant;
    return each.selects(charged);
  };
  BOOST_TEST(selects(tokyo, "acme"));
  BOOST_TEST(!selects(tokyo, "beta"));
  BOOST_TEST(!selects(tokyo, "unnamed"));
  BOOST_TEST(!selects(others, "acme"));
  BOOST_TEST(selects(others, "unnamed"));
  BOOST_TEST((zones->zones() == std::vector<std::string>{"Asia/Tokyo", "Europe/Berlin", "UTC"}));
}

BOOST_AUTO_TEST_CASE(a_zone_s_fingerprint_changes_with_its_tenants_and_no_other_s) {
  tenant_zones before;
  before.set("acme", "Asia/Tokyo");
  before.set("beta", "Europe/Berlin");
  tenant_zones after = before;
  after.set("gamma", "Asia/Tokyo");
  BOOST_TEST(before.fingerprint("Asia/Tokyo") != after.fingerprint("Asia/Tokyo"));
  BOOST_TEST(before.fingerprint("Europe/Berlin") == after.fingerprint("Europe/Berlin"));
  BOOST_TEST(before.fingerprint("UTC") != after.fingerprint("UTC"));  // of all that are not named
  tenant_zones moved = after;
  moved.set("gamma", "Europe/Berlin");
  BOOST_TEST(moved.fingerprint("Asia/Tokyo") == before.fingerprint("Asia/Tokyo"));
  BOOST_TEST(moved.fingerprint("Europe/Berlin") != before.fingerprint("Europe/Berlin"));
  BOOST_TEST(moved.fingerprint("UTC") == after.fingerprint("UTC"));  // named elsewhere all the same
  // A zone of these alone is not one of all but these.
  tenant_zones named;
  named.set("acme", "Asia/Tokyo");
  tenant_zones others;
  others.set_others("Asia/Tokyo");
  others.set("acme", "UTC");
  BOOST_TEST(named.fingerprint("Asia/Tokyo") != others.fingerprint("Asia/Tokyo"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
