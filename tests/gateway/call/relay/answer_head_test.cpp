// Goal: an upstream's head is passed on field by field, without what would let it frame, route or
// pose as us.
#include "gateway/call/relay/answer_head.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/records/standing.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(answer_head)

BOOST_AUTO_TEST_CASE(framing_hop_by_hop_cookies_and_our_own_names_are_not_passed_on) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: "
      "keep-alive\r\n"
      "Set-Cookie: a=b\r\nX-Stint-Cost-Usd: 0\r\nx-request-id: req_1\r\nOpenAI-Version: v\r\n\r\n";
  std::size_t scanned = 0;
  response_head head;
  BOOST_REQUIRE(check_response_head(text, head_limits(), false, scanned, head).state ==
                head_state::complete);
  std::string out;
  add_upstream_fields(head, out);
  BOOST_TEST(out ==
             "Content-Type: application/json\r\nx-request-id: req_1\r\nOpenAI-Version: v\r\n");
}

BOOST_AUTO_TEST_CASE(the_remaining_budget_is_never_shown_below_zero) {
  cap_standing standing;
  standing.cap = "day";
  standing.unit = cap_unit::usd;
  standing.limit = 1'000'000'000;
  standing.used = 900'000'000;
  standing.held = 50'000'000;
  std::string out;
  add_budget_fields(standing, out);
  BOOST_TEST(
      out ==
      "x-stint-budget-cap: day\r\nx-stint-budget-unit: usd\r\nx-stint-budget-remaining: 0.05\r\n");
  standing.used = 2'000'000'000;
  out.clear();
  add_budget_fields(standing, out);
  BOOST_TEST(out.ends_with("x-stint-budget-remaining: 0.00\r\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
