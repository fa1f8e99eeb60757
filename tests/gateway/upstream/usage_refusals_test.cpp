// Goal: what a provider refused for one model is remembered for that model, and a client that makes up
// names cannot make it remember without end.
#include "gateway/upstream/usage_refusals.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(usage_refusals_suite)

BOOST_AUTO_TEST_CASE(a_refusal_is_remembered_for_its_model_and_provider) {
  usage_refusals refused;
  BOOST_TEST(!refused.has("a", "m"));
  refused.note("a", "m");
  refused.note("a", "m");
  BOOST_TEST(refused.has("a", "m"));
  BOOST_TEST(!refused.has("a", "n"));
  BOOST_TEST(!refused.has("b", "m"));
}

BOOST_AUTO_TEST_CASE(so_many_are_remembered_and_no_more) {
  usage_refusals refused;
  for (int i = 0; i <= 1'000; ++i)
    refused.note("a", std::to_string(i));
  BOOST_TEST(refused.has("a", "0"));
  BOOST_TEST(refused.has("a", "999"));
  BOOST_TEST(!refused.has("a", "1000"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
