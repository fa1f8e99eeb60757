// Goal: a record of what was done by hand says it in words that need no key.
#include "budgets/records/audit.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "pricing/time_text.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(audit_suite)

BOOST_AUTO_TEST_CASE(amounts_are_shown_in_their_unit_and_with_their_sign) {
  BOOST_TEST(shown_amount(cap_unit::usd, 12'500'000'000) ==
             to_dollars(nanodollars{12'500'000'000}) + " usd");
  BOOST_TEST(shown_amount(cap_unit::usd, -1) == "-" + to_dollars(nanodollars{1}) + " usd");
  BOOST_TEST(shown_amount(cap_unit::tokens, 0) == "0 tokens");
  BOOST_TEST(shown_amount(cap_unit::requests, -7) == "-7 requests");
}

BOOST_AUTO_TEST_CASE(a_cap_is_shown_with_all_that_it_says) {
  cap one = token_cap("t", 500, window_kind::rolling);
  one.window.length = std::chrono::hours{1};
  one.zone_name = "Europe/Berlin";
  one.per = {dimension::tenant, dimension::key};
  one.match = {{dimension::feature, "search-*"}};
  one.mode = cap_mode::warn;
  one.alert_percent = {80};
  BOOST_TEST(shown_cap(one) ==
             "500 tokens a rolling of 3600 s in Europe/Berlin per tenant per key where feature is "
             "search-*, warns; alerts at 80 %");
  one = usd_cap("u", 1);
  one.per.clear();
  BOOST_TEST(shown_cap(one) == shown_amount(cap_unit::usd, 1) + " a day; alerts at 50 80 100 %");
  // An edit of these alone was neither audited nor told.
  one.window.kind = window_kind::year;
  one.window.first_weekday = 7;
  one.window.first_month_of_year = 4;
  one.window.first_day_of_month = 6;
  BOOST_TEST(shown_cap(one) ==
             shown_amount(cap_unit::usd, 1) +
                 " a year from weekday 7 from month 4 from day 6; alerts at 50 80 "
                 "100 %");
}

BOOST_AUTO_TEST_CASE(raises_and_resets_say_what_was_and_what_is) {
  adjustment made;
  made.made = monday_ten;
  made.who = "admin";
  made.reason = "launch";
  made.cap = "day";
  made.unit = cap_unit::tokens;
  made.amount = 200;
  audit_record record = audit_of(made, {.was = 1'000, .is = 1'200}, "10.0.0.7");
  BOOST_TEST((record.act == audited_act::cap_raised));
  BOOST_TEST((record.by == signature{.who = "admin", .from = "10.0.0.7", .reason = "launch"}));
  BOOST_TEST(record.subject == "day");
  BOOST_TEST(record.was == "limit 1000 tokens");
  BOOST_TEST(record.is == "limit 1200 tokens, raised by 200 tokens");
  made.until = monday_ten + std::chrono::hours(1);
  record = audit_of(made, {.was = 1'000, .is = 1'200}, "");
  BOOST_TEST(record.is ==
             "limit 1200 tokens, raised by 200 tokens until " + to_iso_time(*made.until));
  made.kind = adjustment_kind::reset;
  made.scope = "acme";
  record = audit_of(made, {}, "");
  BOOST_TEST((record.act == audited_act::cap_reset));
  BOOST_TEST(record.subject == "day acme");
  BOOST_TEST(record.was == "200 tokens used");
  BOOST_TEST(record.is == "0 tokens used");
}

BOOST_AUTO_TEST_CASE(caps_that_are_new_gone_or_said_anew_are_told_once_each) {
  const std::vector<cap> before = {usd_cap("stays", 1), usd_cap("goes", 2), usd_cap("grows", 3)};
  std::vector<cap> after = {usd_cap("grows", 30), usd_cap("stays", 1), usd_cap("comes", 4)};
  after.push_back(after.front());  // of another zone
  const signature by{.who = "configuration", .from = "stint.yaml", .reason = "reload"};
  const auto changes = changes_of_caps(shown(before), shown(after), by);
  BOOST_TEST_REQUIRE(changes.size() == 3U);
  BOOST_TEST(changes[0].subject == "goes");
  BOOST_TEST(changes[0].is == "not there");
  BOOST_TEST(changes[1].subject == "grows");
  BOOST_TEST(changes[1].was == shown_cap(before[2]));
  BOOST_TEST(changes[1].is == shown_cap(after[0]));
  BOOST_TEST(changes[2].subject == "comes");
  BOOST_TEST(changes[2].was == "not there");
  BOOST_TEST((changes[2].by == by));
  BOOST_TEST(changes_of_caps(shown(after), shown(after), by).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
