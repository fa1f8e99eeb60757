// Goal: figures read as people write them, without losing a nano-dollar. Method: exact texts.
#include "gateway/cli/amount_text.hpp"

#include <limits>

#include <boost/test/unit_test.hpp>

#include "pricing/time_text.hpp"

using namespace stint;

BOOST_AUTO_TEST_SUITE(cli_amount_text)

namespace {
wall_time at(std::string_view text) {
  return parse_iso_time(text).value();
}
}  // namespace

BOOST_AUTO_TEST_CASE(digits_are_grouped_by_three) {
  BOOST_TEST(grouped(0) == "0");
  BOOST_TEST(grouped(999) == "999");
  BOOST_TEST(grouped(1'000) == "1,000");
  BOOST_TEST(grouped(-1'234'567) == "-1,234,567");
  BOOST_TEST(grouped(std::numeric_limits<std::int64_t>::max()) == "9,223,372,036,854,775,807");
}

BOOST_AUTO_TEST_CASE(amounts_are_shown_in_their_unit) {
  BOOST_TEST(amount_in_unit("tokens", 12'000) == "12,000");
  BOOST_TEST(amount_in_unit("usd", 1'234'500'000'000) == "$1,234.50");
  BOOST_TEST(amount_in_unit("usd", 1) == "$0.000000001");
  BOOST_TEST(amount_in_unit("usd", -2'500'000'000) == "-$2.50");
}

BOOST_AUTO_TEST_CASE(shares_are_exact_for_any_amount) {
  BOOST_TEST(percent_of(1, 3) == "33%");
  BOOST_TEST(percent_of(3, 2) == "150%");
  BOOST_TEST(percent_of(std::numeric_limits<std::int64_t>::max(),
                        std::numeric_limits<std::int64_t>::max()) == "100%");
  BOOST_TEST(percent_of(5, 0) == "-");
}

BOOST_AUTO_TEST_CASE(the_time_left_is_told_in_two_units) {
  const auto now = at("2026-11-01T12:00:00Z");
  BOOST_TEST(time_left(now, {}) == "never");
  BOOST_TEST(time_left(now, now - std::chrono::seconds(5)) == "0s");
  BOOST_TEST(time_left(now, now + std::chrono::milliseconds(1)) == "1s");
  BOOST_TEST(time_left(now, now + std::chrono::seconds(59)) == "59s");
  BOOST_TEST(time_left(now, now + std::chrono::minutes(12)) == "12min");
  BOOST_TEST(time_left(now, at("2026-11-02")) == "12h 0min");
  BOOST_TEST(time_left(now, at("2026-12-01")) == "29d 12h");
}

BOOST_AUTO_TEST_CASE(a_date_is_meant_from_its_start_and_to_its_end) {
  const auto now = at("2026-11-17T13:00:00Z");
  BOOST_TEST(to_iso_time(first_moment("today", now).value()) == "2026-11-17T00:00:00Z");
  BOOST_TEST(to_iso_time(first_moment("yesterday", now).value()) == "2026-11-16T00:00:00Z");
  BOOST_TEST(to_iso_time(first_moment("month", now).value()) == "2026-11-01T00:00:00Z");
  BOOST_TEST(to_iso_time(first_moment("2026-11-03", now).value()) == "2026-11-03T00:00:00Z");
  BOOST_TEST(to_iso_time(end_moment("2026-11-30", now).value()) == "2026-12-01T00:00:00Z");
  BOOST_TEST(to_iso_time(end_moment("2026-11-30T06:00:00Z", now).value()) ==
             "2026-11-30T06:00:00Z");
  BOOST_TEST(to_iso_time(end_moment("today", now).value()) == "2026-11-18T00:00:00Z");
  BOOST_TEST((end_moment("now", now).value() == now));
  BOOST_TEST(!first_moment("tomorrow", now).has_value());
  BOOST_TEST(!end_moment("month", now).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
