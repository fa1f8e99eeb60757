// Goal: the tier in an answer's head is that of the bill, where the answer itself names none.
#include "gateway/call/relay/told_tier.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"

BOOST_AUTO_TEST_SUITE(told_tier_suite)

namespace {

using namespace stint;

std::optional<usage_report> told(const char* api, const char* fields,
                                 std::optional<usage_report> report) {
  take_told_tier(*find_dialect(api), fields, report);
  return report;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_head_tells_the_tier_that_its_answer_does_not) {
  const char* fields = "server: ESF\r\nX-Gemini-Service-Tier:  standard \r\ndate: x\r\n";
  usage_report nameless;
  BOOST_TEST((told("gemini", fields, nameless)->tier == service_tier::standard));
  BOOST_TEST((told("gemini", "x-gemini-service-tier: priority", nameless)->tier ==
              service_tier::priority));
  usage_report named;
  named.tier = service_tier::flex;
  named.tier_word = "flex";
  BOOST_TEST((told("gemini", fields, named)->tier == service_tier::flex));
  BOOST_TEST(!told("openai", fields, nameless)->tier.has_value());
  BOOST_TEST(!told("gemini", "x-gemini-service: standard\r\n", nameless)->tier.has_value());
  BOOST_TEST(!told("gemini", fields, std::nullopt).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
