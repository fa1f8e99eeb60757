// The parts of what a call was billed for, on their way from a settlement to its row.
#include <boost/test/unit_test.hpp>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/row.hpp"
#include "budgets/state/standing.hpp"

namespace stint::testing {
BOOST_AUTO_TEST_SUITE(ledger_legs_suite)

// A row that cannot be read again would be a damaged ledger.
BOOST_AUTO_TEST_CASE(legs_that_are_one_or_do_not_add_up_are_not_recorded) {
  auto books = ledger_of({usd_cap("day", 1'000)});
  const auto settled_with = [&](std::uint64_t number, std::vector<std::int64_t> costs) {
    BOOST_TEST_REQUIRE(!books.hold(hold_of(number, 100)).refused);
    settlement what = settle_of(numbered_id(number), 60);
    leg part;
    part.used = what.used;
    for (const std::int64_t cost : costs) {
      part.cost = nanodollars{cost};
      what.legs.push_back(part);
      part.used = {};
    }
    (void)books.settle(std::move(what));
    const ledger_row& row = books.changes().rows.back();
    BOOST_TEST(row.cost.count() == 60);
    BOOST_TEST(has_sound_legs(row));
    return row.legs.size();
  };
  BOOST_TEST(settled_with(1, {60}) == 0U);
  BOOST_TEST(settled_with(2, {50, 11}) == 0U);
  BOOST_TEST(settled_with(3, {50, 10}) == 2U);
  BOOST_TEST(settled_with(4, {60, 0, 0, 0, 0, 0, 0, 0}) == 8U);
  BOOST_TEST(settled_with(5, {60, 0, 0, 0, 0, 0, 0, 0, 0}) == 0U);
}

BOOST_AUTO_TEST_CASE(where_a_call_was_computed_is_on_its_row) {
  auto books = ledger_of({usd_cap("day", 1'000)});
  BOOST_TEST_REQUIRE(!books.hold(hold_of(1, 100)).refused);
  settlement what = settle_of(numbered_id(1), 60);
  (void)books.settle(what);
  BOOST_TEST(!books.changes().rows.back().context.has_value());
  BOOST_TEST_REQUIRE(!books.hold(hold_of(2, 100)).refused);
  what = settle_of(numbered_id(2), 60);
  what.region = inference_region::us;
  (void)books.settle(what);
  BOOST_TEST_REQUIRE(books.changes().rows.back().context.has_value());
  BOOST_TEST(books.changes().rows.back().context->region == "us");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint::testing
