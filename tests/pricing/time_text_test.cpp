// Goal: times are written and read without loss or doubt. Method: fixed instants and malformed
// texts.
#include "pricing/time_text.hpp"

#include <utility>

#include <boost/test/unit_test.hpp>

using namespace stint;

BOOST_AUTO_TEST_SUITE(time_text)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  for (const auto* text :
       {"2026-11-01T09:30:00Z", "2026-11-01T09:30:00.250Z", "2026-11-01T09:30:00.001Z",
        "2026-01-01T00:00:59Z", "1970-01-01T00:00:00Z", "2028-02-29T23:59:59.999Z"}) {
    const auto at = parse_iso_time(text);
    BOOST_TEST_REQUIRE(at.has_value(), text);
    BOOST_TEST(to_iso_time(*at) == text);
  }
}

BOOST_AUTO_TEST_CASE(a_date_is_its_first_moment_and_seconds_may_be_left_out) {
  BOOST_TEST(to_iso_time(parse_iso_time("2026-11-01").value()) == "2026-11-01T00:00:00Z");
  BOOST_TEST(to_iso_time(parse_iso_time("2026-11-01T09:30Z").value()) == "2026-11-01T09:30:00Z");
}

BOOST_AUTO_TEST_CASE(a_fraction_is_read_to_the_microsecond) {
  const auto second = parse_iso_time("2026-11-01T09:30:00Z").value();
  for (const auto& [text, microseconds] :
       {std::pair{"2026-11-01T09:30:00.123456Z", 123'456},
        std::pair{"2026-11-01T09:30:00.000001Z", 1}, std::pair{"2026-11-01T09:30:00.9Z", 900'000},
        std::pair{"2026-11-01T09:30:00.999999Z", 999'999}}) {
    BOOST_TEST((parse_iso_time(text).value() - second).count() == microseconds, text);
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  for (const auto* text : {"",
                           "2026-11",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-11-31",
                           "26-11-01",
                           "2026-11-01T",
                           "2026-11-01T24:00Z",
                           "2026-11-01T09:60Z",
                           "2026-11-01T09:30:00",
                           "2026-11-01T09:30:00+01:00",
                           "2026-11-01T09:30:60Z",
                           "2026-11-01T09:30:00.Z",
                           "2026-11-01T09:30:00.1234567Z",
                           "2026-11-01 09:30Z",
                           "1969-12-31",
                           "x",
                           "202611-01",
                           "2026-1101",
                           "2026-11-01T0930Z",
                           "2026-11-01T09:30:60.5Z"}) {
    BOOST_TEST(!parse_iso_time(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_date_is_read_only_where_nothing_follows_it) {
  BOOST_TEST((parse_iso_date("2028-02-29") == std::chrono::sys_days(std::chrono::days(21'243))));
  for (const auto* text :
       {"", "2026-11", "2026-02-29", "2026-11-01T09:30Z", "2026-11-01 ", "1969-12-31"})
    BOOST_TEST(!parse_iso_date(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(days_and_months_begin_at_utc_midnight) {
  const auto at = parse_iso_time("2026-11-17T13:14:15.678Z").value();
  BOOST_TEST(to_iso_time(start_of_day(at)) == "2026-11-17T00:00:00Z");
  BOOST_TEST(to_iso_time(start_of_month(at)) == "2026-11-01T00:00:00Z");
  BOOST_TEST(to_iso_date(at) == "2026-11-17");
}

// RFC 9110, section 5.6.7, has this one.
BOOST_AUTO_TEST_CASE(times_in_http_fields_have_their_own_form) {
  BOOST_TEST(to_http_date(wall_time{std::chrono::seconds{784'111'777}}) ==
             "Sun, 06 Nov 1994 08:49:37 GMT");
  BOOST_TEST(to_http_date(wall_time{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

BOOST_AUTO_TEST_SUITE_END()
