// Goal: a call that costs nothing goes to the provider of the model that it names, which the key may use, and to none
// other; it is one request in the books.
#include "gateway/call/request/free_call.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/call/hold/bill.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(free_call_suite)

namespace {
struct counting_fixture : call_fixture {
  counting_fixture() { target.at = &find_dialect("anthropic")->facts().endpoints[1]; }

  result<free_call> read(std::string_view body, std::vector<std::string> models = {}) {
    virtual_key key;
    key.id = "k1";
    key.models = std::move(models);
    return read_free_call({settings, prices, key}, *find_dialect("anthropic"), target, body,
                          admitted);
  }
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(it_goes_to_the_provider_of_its_model, counting_fixture) {
  const auto call = read(R"({"model":"claude-sonnet-5","messages":[]})");
  BOOST_TEST_REQUIRE(call.has_value());
  BOOST_TEST(call->provider->name == "anthropic");
  BOOST_TEST(call->base_model == "claude-sonnet-5");
  BOOST_TEST(call->rates != nullptr);
  target.model = "claude-opus";
  BOOST_TEST(read("")->model == "claude-opus");
}

BOOST_FIXTURE_TEST_CASE(a_body_without_a_model_or_of_nobodys_model_is_refused, counting_fixture) {
  BOOST_TEST(read("{}").error().param == "model");
  BOOST_TEST(read("[1]").error().status == 400);
  BOOST_TEST(read("{").error().status == 400);
  BOOST_TEST(read(R"({"model":"llama"})").error().status == 404);
}

BOOST_FIXTURE_TEST_CASE(a_model_that_no_metered_call_may_name_is_refused, counting_fixture) {
  for (const std::string& odd : {"claude-" + std::string(194, 'x'), std::string("claude-\t"),
                                 std::string("claude-.."), std::string("claude-%2F")}) {
    target.model = odd;
    BOOST_TEST_REQUIRE(!read("").has_value(), odd);
    BOOST_TEST(read("").error().status == 400, odd);
  }
  target.model = "";
  BOOST_TEST(read(R"({"model":"claude-\u0007"})").error().status == 400);
}

BOOST_FIXTURE_TEST_CASE(a_key_for_some_models_asks_about_those_alone, counting_fixture) {
  BOOST_TEST(read(R"({"model":"claude-sonnet-5"})", {"claude-*"}).has_value());
  BOOST_TEST(read(R"({"model":"claude-sonnet-5"})", {"gpt-*"}).error().status == 403);
}

BOOST_FIXTURE_TEST_CASE(it_is_one_request_that_costs_nothing_and_says_so, counting_fixture) {
  const auto call = read(R"({"model":"claude-sonnet-5"})");
  BOOST_TEST_REQUIRE(call.has_value());
  const hold_request hold = free_hold(terms(), purpose(), *call);
  BOOST_TEST(hold.charged.model == "claude-sonnet-5");
  BOOST_TEST(hold.charged.provider == "anthropic");
  BOOST_TEST(hold.flags == row_flag::free);
  call_end ended;
  ended.outcome = call_outcome::completed;
  ended.status = 200;
  const settlement bill =
      bill_of({prices, hold, nullptr, *find_dialect("anthropic")}, ended, admitted);
  BOOST_TEST((bill.outcome == call_outcome::completed));
  BOOST_TEST(bill.cost.count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
