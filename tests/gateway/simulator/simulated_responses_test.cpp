// Goal: the simulated provider speaks Responses as its SDKs expect, and bills exactly what it generated, searched and was
// reminded of. Method: as simulator_test.cpp.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/stream_check.hpp"
#include "gateway/simulator/simulator.hpp"
#include "gateway/simulator/simulator_client.hpp"
#include "tokenizer/prompt/prompt_count.hpp"

BOOST_AUTO_TEST_SUITE(simulated_responses_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& responses() {
  return *find_dialect("responses");
}

counted_model simulated(std::string_view model) {
  return {.name = model, .by_public_vocabulary = true};
}

std::string responses_body(const std::string& steer, const std::string& more = "") {
  return R"({"model":"sim/gpt-5?)" + steer + R"(","input":"Say something.")" + more + "}";
}

std::int64_t prompt_of(const std::string& body) {
  simdjson::dom::parser parser;
  return tokenizer::count_prompt("sim/gpt-5", tokenizer::chat_api::openai_responses,
                                 parser.parse(body))
      .expected;
}

struct one_provider {
  simulated_provider provider{simulation{}};
  simulated_client client{provider.port()};

  std::int64_t billed(const std::string& field) {
    return integer_at(client.get("/simulate/bill").body, "/totals/" + field);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_response_and_its_stream_agree_with_the_bill, one_provider) {
  const std::string steer = "tokens=20&cached=3&cache_write=2&reasoning=4&searches=2&tier=flex";
  const std::string body = responses_body(steer);
  const std::int64_t prompt = prompt_of(body);
  const client_answer whole = client.post("/v1/responses", body);
  BOOST_TEST(text_of_json(whole.body, "/object") == "response");
  BOOST_TEST(text_of_json(whole.body, "/status") == "completed");
  BOOST_TEST(text_of_json(whole.body, "/output/0/type") == "reasoning");
  BOOST_TEST(text_of_json(whole.body, "/output/2/type") == "web_search_call");
  BOOST_TEST(text_of_json(whole.body, "/output/3/content/0/text").starts_with("The "));
  const std::string billed_as = std::to_string(prompt - 5) + " 3 2 0 0 24 4 0 2";
  bool implausible = false;
  const auto report = responses().read_answer(whole.body, implausible);
  BOOST_REQUIRE(report);
  BOOST_TEST(spelled(report->used) == billed_as);
  BOOST_TEST((report->tier == service_tier::flex));
  BOOST_TEST(responses().count_answer(whole.body, simulated("sim/gpt-5")) == 20);
  const client_answer streamed =
      client.post("/v1/responses", responses_body(steer, R"(,"stream":true)"));
  for (const char* type :
       {"response.created", "response.in_progress", "response.output_item.added",
        "response.web_search_call.searching", "response.content_part.added",
        "response.output_text.delta", "response.output_text.done", "response.content_part.done",
        "response.output_item.done", "response.completed"}) {
    BOOST_TEST(streamed.body.find("event: " + std::string(type) + "\n") != std::string::npos, type);
  }
  BOOST_TEST(streamed.body.find("[DONE]") == std::string::npos);
  const stream_outcome seen =
      stream(responses(), chat_request{}, {streamed.body}, simulated("sim/gpt-5"));
  BOOST_REQUIRE(seen.report);
  BOOST_TEST(spelled(seen.report->used) == billed_as);
  BOOST_TEST(seen.counted == 20);
  BOOST_TEST(seen.complete);
  BOOST_TEST(billed("prompt_tokens") == 2 * prompt);
  BOOST_TEST(billed("completion_tokens") == 48);
  BOOST_TEST(billed("reasoning_tokens") == 8);
  BOOST_TEST(billed("web_searches") == 4);
}

BOOST_FIXTURE_TEST_CASE(a_response_ends_at_its_bound_and_calls_flat_tools, one_provider) {
  const client_answer bounded =
      client.post("/v1/responses", responses_body("tokens=50", R"(,"max_output_tokens":7)"));
  BOOST_TEST(text_of_json(bounded.body, "/status") == "incomplete");
  BOOST_TEST(text_of_json(bounded.body, "/incomplete_details/reason") == "max_output_tokens");
  BOOST_TEST(integer_at(bounded.body, "/usage/output_tokens") == 7);
  const client_answer streamed = client.post(
      "/v1/responses", responses_body("tokens=50", R"(,"max_output_tokens":7,"stream":true)"));
  BOOST_TEST(streamed.body.find("event: response.incomplete\n") != std::string::npos);
  const std::string tools =
      R"(,"tools":[{"type":"function","name":"get_weather","parameters":{"type":"object",)"
      R"("properties":{"city":{"type":"string"}}}}],"tool_choice":"required")";
  const client_answer called = client.post("/v1/responses", responses_body("", tools));
  BOOST_TEST(text_of_json(called.body, "/output/0/type") == "function_call");
  BOOST_TEST(text_of_json(called.body, "/output/0/name") == "get_weather");
  const std::int64_t tokens = integer_at(called.body, "/usage/output_tokens");
  BOOST_TEST(responses().count_answer(called.body, simulated("sim/gpt-5")) == tokens);
  const client_answer calling =
      client.post("/v1/responses", responses_body("", tools + R"(,"stream":true)"));
  BOOST_TEST(stream(responses(), chat_request{}, {calling.body}, simulated("sim/gpt-5")).counted ==
             tokens);
}

BOOST_FIXTURE_TEST_CASE(a_response_that_goes_on_with_another_bills_all_that_came_before,
                        one_provider) {
  const client_answer first = client.post("/v1/responses", responses_body("tokens=20"));
  const std::string id = text_of_json(first.body, "/id");
  const std::int64_t total = integer_at(first.body, "/usage/total_tokens");
  const client_answer second = client.post(
      "/v1/responses", responses_body("tokens=5", R"(,"previous_response_id":")" + id + "\""));
  BOOST_TEST(integer_at(second.body, "/usage/input_tokens") ==
             total + integer_at(first.body, "/usage/input_tokens"));
  const client_answer third =
      client.post("/v1/responses", responses_body("", R"(,"previous_response_id":"resp_unknown")"));
  BOOST_TEST(third.status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
