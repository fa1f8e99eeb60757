// Goal: what a provider says that a call costs is taken to the nano-dollar, and nonsense is not. Method:
// figures of recorded answers.
#include "gateway/dialect/parts/stated_cost.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/parts/document.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(stated_cost_suite)

namespace {
// In nano-dollars; -1: nothing was stated.
std::int64_t stated(const std::string& fields) {
  const auto root = parse_object("{" + fields + "}");
  BOOST_TEST_REQUIRE(root.has_value());
  const auto cost = stated_cost_in(*root);
  return cost ? cost->count() : -1;
}
std::int64_t ticks(const std::string& figure) {
  const auto root = parse_object(R"({"n":)" + figure + "}");
  const auto cost = ticks_in((*root)["n"].value());
  return cost ? cost->count() : -1;
}
}  // namespace

BOOST_AUTO_TEST_CASE(dollars_are_taken_to_the_nano_dollar) {
  BOOST_TEST(stated(R"("cost":0.00050178)") == 501'780);
  BOOST_TEST(stated(R"("cost":0.0002833)") == 283'300);
  BOOST_TEST(stated(R"("cost":3.95e-05)") == 39'500);
  BOOST_TEST(stated(R"("cost":4.1400000000000003e-05)") == 41'400);
  BOOST_TEST(stated(R"("cost":0.01058775)") == 10'587'750);
  BOOST_TEST(stated(R"("cost":1)") == 1'000'000'000);
  BOOST_TEST(stated(R"("cost":0)") == 0);
  BOOST_TEST(stated(R"("cost":0.0000000001)") == 1);  // rounded up, as every cost
  BOOST_TEST(stated(R"("cost":0.0000000015)") == 2);
}

BOOST_AUTO_TEST_CASE(a_cost_in_parts_states_its_total) {
  BOOST_TEST(
      stated(R"("cost":{"input_tokens_cost":0.00438,"request_cost":0.005,"total_cost":0.00939})") ==
      9'390'000);
  BOOST_TEST(stated(R"("cost":{"request_cost":0.005})") == -1);
}

BOOST_AUTO_TEST_CASE(with_a_key_of_ones_own_its_provider_charges_too) {
  const std::string upstream = R"(,"cost_details":{"upstream_inference_cost":0.002})";
  BOOST_TEST(stated(R"("cost":0.0001,"is_byok":true)" + upstream) == 2'100'000);
  BOOST_TEST(stated(R"("cost":0.0001,"is_byok":false)" + upstream) == 100'000);
  BOOST_TEST(stated(R"("cost":0.0001,"is_byok":true)") == -1);
  BOOST_TEST(
      stated(R"("cost":0.0001,"is_byok":true,"cost_details":{"upstream_inference_cost":null})") ==
      -1);
}

BOOST_AUTO_TEST_CASE(a_cost_under_another_name_is_stated_too) {
  BOOST_TEST(stated(R"("estimated_cost":3.7999999999999996e-07)") == 380);
  BOOST_TEST(stated(R"("estimated_cost":1,"cost":0.5)") == 500'000'000);
  BOOST_TEST(stated(R"("estimated_cost":"1")") == -1);
}

BOOST_AUTO_TEST_CASE(what_no_call_costs_is_not_stated) {
  for (const std::string nonsense : {"-0.1", "1e7", "\"0.1\"", "null", "true", "[1]"})
    BOOST_TEST(stated(R"("cost":)" + nonsense) == -1, nonsense);
  BOOST_TEST(stated("") == -1);
}

BOOST_AUTO_TEST_CASE(a_dollar_has_ten_billion_ticks) {
  BOOST_TEST(ticks("5411000") == 541'100);
  BOOST_TEST(ticks("5411001") == 541'101);
  BOOST_TEST(ticks("10000000000") == 1'000'000'000);
  for (const std::string nothing : {"0", "-1", "1.5", "\"1\"", "99999999999999999"})
    BOOST_TEST(ticks(nothing) == -1, nothing);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
