// Goal: a call that costs nothing goes to the provider of the model that it names, which the key may use, and to none
// other; it is one request in the books.
#include "gateway/call/request/free_call.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/call/hold/bill.hpp"
#include "gateway/call/run_to_end.hpp"

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
  BOOST_TEST(read("{}").error().message ==
             "The field \"model\" is required: name the model to ask about.");
  BOOST_TEST(read("[1]").error().status == 400);
  BOOST_TEST(read("{").error().status == 400);
  BOOST_TEST(read(R"({"model":"llama"})").error().status == 404);
  BOOST_TEST(read(R"({"model":"llama"})").error().message ==
             "no provider is configured for the model 'llama' in the anthropic API; list it under "
             "providers.*.models");
}

BOOST_FIXTURE_TEST_CASE(a_model_that_no_metered_call_may_name_is_refused, counting_fixture) {
  for (const std::string& odd : {"claude-" + std::string(194, 'x'), std::string("claude-\t"),
                                 std::string("claude-.."), std::string("claude-%2F")}) {
    target.model = odd;
    BOOST_TEST_REQUIRE(!read("").has_value(), odd);
    BOOST_TEST(read("").error().status == 400, odd);
  }
  target.model = "";
  // It was told that the field is missing, which it is not.
  for (const std::string& odd :
       {std::string(R"(claude-\u0007)"), "claude-" + std::string(194, 'x')}) {
    const auto refused = read(R"({"model":")" + odd + "\"}");
    BOOST_TEST_REQUIRE(!refused.has_value(), odd);
    BOOST_TEST(refused.error().status == 400, odd);
    BOOST_TEST(refused.error().message ==
                   "The field \"model\" must be at most 200 bytes without control characters.",
               odd);
  }
}

BOOST_FIXTURE_TEST_CASE(a_key_for_some_models_asks_about_those_alone, counting_fixture) {
  BOOST_TEST(read(R"({"model":"claude-sonnet-5"})", {"claude-*"}).has_value());
  BOOST_TEST(read(R"({"model":"claude-sonnet-5"})", {"gpt-*"}).error().status == 403);
  BOOST_TEST(read(R"({"model":"claude-sonnet-5"})", {"gpt-*"}).error().message ==
             "the key 'k1' may not use the model 'claude-sonnet-5'");
}

// It was read on the io thread, by a parser that stayed as large, and counted nowhere.
BOOST_FIXTURE_TEST_CASE(a_long_body_is_read_elsewhere_within_its_key_s_share, counting_fixture) {
  constexpr std::size_t mib = 1024 * 1024;
  virtual_key key;
  key.id = "k1";
  const free_terms asked{settings, prices, key};
  const std::string body = R"({"model":"claude-sonnet-5","messages":[{"role":"user","content":")" +
                           std::string(2 * mib, 'a') + "\"}]}";
  // Outlives the pool, whose thread may have answered and not yet let go of it.
  boost::asio::io_context loop;
  boost::asio::thread_pool pool(1);
  const auto status_within = [&](std::uint64_t limit, std::uint64_t in_use) {
    memory_budget memory;
    memory.set_limit(limit);
    memory_claim others(memory);
    BOOST_TEST_REQUIRE((others.grow_parsed("k1", in_use) == memory_verdict::granted));
    const read_elsewhere where{pool, memory};
    const auto found = run_to_end(
        loop, find_free_call(where, asked, *find_dialect("anthropic"), target, body, admitted));
    BOOST_TEST(memory.used() == in_use);
    return found ? 200 : found.error().status;
  };
  BOOST_TEST(status_within(16 * mib, 0) == 200);
  BOOST_TEST(status_within(16 * mib, 3 * mib) == 503);
  BOOST_TEST(status_within(7 * mib, 0) == 413);
}

// What another tenant said is nobody's to have counted.
BOOST_FIXTURE_TEST_CASE(it_does_not_go_on_with_an_answer_of_another_tenant, counting_fixture) {
  settings.providers[0].dialects = dialects_spoken_as("responses");
  kept_answers kept({}, [](const stored_answer&, const std::string&) {});
  for (const std::string tenant : {"acme", "another"}) {
    kept_answer answer;
    answer.id = "of_" + tenant;
    answer.tenant = tenant;
    kept.keep(answer);
  }
  virtual_key key;
  key.id = "k1";
  key.tenant = "acme";
  const auto refused = [&](const std::string& fields) {
    const auto call =
        read_free_call({settings, prices, key, &kept}, *find_dialect("responses"), target,
                       R"({"model":"gpt-4o","input":"hi",)" + fields + "}", admitted);
    return call ? std::string("accepted") : call.error().param;
  };
  BOOST_TEST(refused(R"("previous_response_id":"of_acme")") == "accepted");
  BOOST_TEST(refused(R"("previous_response_id":"of_nobody")") == "accepted");
  BOOST_TEST(refused(R"("previous_response_id":null)") == "accepted");
  BOOST_TEST(refused(R"("previous_response_id":"of_another")") == "previous_response_id");
  BOOST_TEST(refused(R"("previous_response_id":"of_acme","previous_response_id":"of_another")") ==
             "previous_response_id");
  BOOST_TEST(refused(R"("conversation":"of_another")") == "conversation");
  BOOST_TEST(refused(R"("conversation":{"id":"of_another"})") == "conversation");
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
