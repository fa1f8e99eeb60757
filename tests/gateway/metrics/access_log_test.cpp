// Goal: one parsable line for each recorded call, whatever its names hold, and all lines are out when the log is gone.
#include "gateway/metrics/access_log.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include "budgets/records/row.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(access_log_lines)

BOOST_AUTO_TEST_CASE(a_line_is_json_even_with_hostile_names) {
  ledger_row row;
  row.charged.tenant = "a\"b\nc";
  row.cost = nanodollars(1'500'000'000);
  row.used.input_tokens = 7;
  const auto line = boost::json::parse(access_log_line(row)).as_object();
  BOOST_TEST(line.at("tenant").as_string() == "a\"b\nc");
  BOOST_TEST(line.at("cost_usd").as_string() == "1.50");
  BOOST_TEST(line.at("input_tokens").as_int64() == 7);
}

BOOST_AUTO_TEST_CASE(a_line_is_json_even_with_bytes_that_are_no_text) {
  ledger_row row;
  row.charged.model =
      "a\xFF"
      "b";
  boost::system::error_code broken;
  const auto line = boost::json::parse(access_log_line(row), broken);
  BOOST_TEST_REQUIRE(!broken);
  BOOST_TEST(line.at("model").as_string() ==
             "a\xEF\xBF\xBD"
             "b");
}

BOOST_AUTO_TEST_CASE(every_line_is_written_before_the_log_is_gone) {
  int ends[2];
  BOOST_REQUIRE(::pipe(ends) == 0);
  {
    access_log log(ends[1]);
    const std::vector<ledger_row> rows(3);
    log.committed(rows);
    log.committed(rows);
  }
  ::close(ends[1]);
  std::string text(1 << 16, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    got = ::read(ends[0], text.data() + size, text.size() - size);
  }
  ::close(ends[0]);
  BOOST_TEST(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), '\n') == 6);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
