// Goal: a bound is lowered in the client's own bytes so that the provider obeys it, and output that
// a stream does not show is known beforehand. Method: requests of each form.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"

BOOST_AUTO_TEST_SUITE(output_bound_suite)

namespace {

using namespace stint;

const dialect& openai() {
  return *find_dialect("openai");
}

chat_request read(const std::string& body) {
  return testing::accepted_request(openai(), body);
}

std::string lowered(const std::string& body, std::int64_t tokens,
                    std::string_view model = "gpt-4o") {
  return openai().lower_output_bound(body, model, tokens);
}

BOOST_AUTO_TEST_CASE(a_bound_is_lowered_in_the_field_that_the_client_used) {
  BOOST_TEST(lowered(R"({"max_tokens": 500,"messages":[]})", 20) ==
             R"({"max_tokens": 20,"messages":[]})");
  BOOST_TEST(lowered(R"({"max_completion_tokens":500})", 20) == R"({"max_completion_tokens":20})");
  BOOST_TEST(lowered(R"({"max_tokens":5,"max_completion_tokens":500})", 20) ==
             R"({"max_tokens":5,"max_completion_tokens":20})");
  BOOST_TEST(lowered(R"({"max_tokens":500,"n_predict":-1})", 20) ==
             R"({"max_tokens":20,"n_predict":20})");
}

BOOST_AUTO_TEST_CASE(a_bound_that_nobody_set_is_set_in_the_field_that_the_model_takes) {
  BOOST_TEST(lowered(R"({"model":"o3"})", 20, "o3") ==
             R"({"model":"o3","max_completion_tokens":20})");
  BOOST_TEST(lowered(R"({"a":1})", 20, "sim/gpt-4o?tokens=9") ==
             R"({"a":1,"max_completion_tokens":20})");
  BOOST_TEST(lowered(R"({"a":1})", 20, "mistral-large") == R"({"a":1,"max_tokens":20})");
  BOOST_TEST(lowered(R"({"max_tokens":-1})", 20, "qwen3") == R"({"max_tokens":20})");
  BOOST_TEST(lowered(R"({"max_tokens":null})", 20, "mistral-large") == R"({"max_tokens":20})");
  BOOST_TEST(lowered(R"({"n_predict":-1})", 20, "qwen3") == R"({"n_predict":20,"max_tokens":20})");
}

BOOST_AUTO_TEST_CASE(reasoning_that_is_not_shown_is_known_by_model_or_request) {
  const auto hides = [](const std::string& model, const std::string& more = {}) {
    return read("{\"model\":\"" + model + "\",\"messages\":[]" + more + "}").hides_output;
  };
  for (const auto* const model : {"o3", "o4-mini", "sim/o3?tokens=5", "gpt-5", "gpt-5.1-mini",
                                  "gpt-10", "grok-4", "gemini-2.5-pro"})
    BOOST_TEST(hides(model), model);
  for (const auto* const model : {"gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "mistral-large", "omni",
                                  "gemini-1.5-pro", "deepseek-reasoner"})
    BOOST_TEST(!hides(model), model);
  BOOST_TEST(hides("qwen3", R"(,"reasoning_effort":"low")"));
  BOOST_TEST(!hides("gpt-5.1", R"(,"reasoning_effort":"none")"));
  BOOST_TEST(hides("gpt-4o-audio-preview", R"(,"modalities":["text","audio"])"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
