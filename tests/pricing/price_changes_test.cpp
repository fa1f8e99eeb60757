// Goal: whoever edits prices is told which of them a running gateway does not have. Method: pairs of
// books that differ in one thing.
#include "pricing/price_changes.hpp"

#include <boost/test/unit_test.hpp>

#include "pricing/price_samples.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(price_changes_suite)

namespace {
price gpt(std::int64_t input = 1'250'000'000) {
  return samples::plain_price("gpt-5", samples::plain_rates(input, 10 * samples::dollar));
}
price_book book_of(std::vector<price> prices) {
  return {"v", std::move(prices), {}};
}
using lines = std::vector<std::string>;
lines changed_books(const std::vector<price>& was, const std::vector<price>& is) {
  lines said;
  for (const price_change& each : price_changes(book_of(was), book_of(is)))
    said.push_back(each.line);
  return said;
}
lines changed(const price& was, const price& is) {
  return changed_books({was}, {is});
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_same_prices_from_elsewhere_are_no_change) {
  price other = gpt();
  other.source = "another page";
  other.note = "uncertain";
  BOOST_TEST(changed(gpt(), other).empty());
}

BOOST_AUTO_TEST_CASE(rates_are_told_before_and_after) {
  price other = gpt(1'500'000'000);
  const std::string said = changed(gpt(), other).front();
  BOOST_TEST(said.starts_with("gpt-5: input $1.25 → $1.5"), said);
  BOOST_TEST(said.ends_with(" a million tokens"), said);
  BOOST_TEST(said.find("output") == std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(what_else_differs_is_said_to) {
  price other = gpt();
  other.output_tokens_max = 7;
  BOOST_TEST((changed(gpt(), other) ==
              lines{"gpt-5: its steps, tiers, periods, fees, limits or end differ"}));
  other.base.output += 1;
  BOOST_TEST(changed(gpt(), other).front().find("tokens; its steps") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(entries_come_and_go_by_the_day_from_which_they_hold) {
  price later = gpt(2'000'000'000);
  later.valid_from = std::chrono::sys_days(std::chrono::year(2027) / 1 / 1);
  price now = gpt();
  now.valid_until = later.valid_from;
  BOOST_TEST((changed_books({gpt()}, {now, later}) ==
              lines{"gpt-5: its steps, tiers, periods, fees, limits or end differ",
                    "gpt-5 from 2027-01-01: new"}));
  BOOST_TEST(
      (changed_books({now, later}, {now}) == lines{"gpt-5 from 2027-01-01: not listed any more"}));
  const auto told = price_changes(book_of({gpt()}), book_of({now, later}));
  BOOST_TEST_REQUIRE(told.size() == 2U);
  BOOST_TEST(!told[0].is_new);
  BOOST_TEST(told[1].is_new);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
