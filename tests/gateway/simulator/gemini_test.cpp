// Goal: the simulated provider speaks the Gemini API as Google does, in all its framings, and its bill is true
// whatever it was steered to report. Method: calls over real sockets, read by the gateway's own dialect where
// the two must agree, and by hand where the form matters.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/stream_check.hpp"
#include "gateway/simulator/simulator.hpp"
#include "gateway/simulator/simulator_client.hpp"

BOOST_AUTO_TEST_SUITE(simulated_gemini_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const std::string hello = R"({"contents":[{"role":"user","parts":[{"text":"Say hello."}]}])";

struct simulated_google {
  simulated_provider provider{simulation{}};
  simulated_client client{provider.port()};

  client_answer ask(const std::string& steering, const std::string& method,
                    const std::string& more = "") {
    return client.post("/v1beta/models/sim-gemini-2.5-flash" + steering + ":" + method,
                       hello + more + "}");
  }
  std::int64_t billed(const std::string& field) {
    return integer_at(client.get("/simulate/bill?calls=1").body, "/totals/" + field);
  }
};

stream_outcome followed(const std::string& body, bool array) {
  chat_request request;
  request.stream = true;
  request.form = array ? gemini_array_form : 0;
  return stream(gemini_generate(), request, {body}, {"gemini-2.5-flash", true});
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_answer_has_the_fields_of_google_s_and_a_true_bill, simulated_google) {
  const client_answer answer =
      ask("~tokens=20~reasoning=7~cached=3", "generateContent",
          R"(,"generationConfig":{"candidateCount":2,"maxOutputTokens":100})");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(text_of_json(answer.body, "/modelVersion") == "sim-gemini-2.5-flash");
  BOOST_TEST(text_of_json(answer.body, "/candidates/1/content/role") == "model");
  BOOST_TEST(text_of_json(answer.body, "/candidates/1/finishReason") == "STOP");
  BOOST_TEST(text_of_json(answer.body, "/usageMetadata/serviceTier") == "standard");
  bool implausible = false;
  const auto report = gemini_generate().read_answer(answer.body, implausible);
  BOOST_REQUIRE(report);
  BOOST_TEST(report->used.output_tokens == 54);
  BOOST_TEST(report->used.reasoning_tokens == 14);
  BOOST_TEST(report->used.cached_input_tokens == 3);
  BOOST_TEST(billed("completion_tokens") == 54);
  BOOST_TEST(billed("prompt_tokens") == report->used.input_total());
}

BOOST_FIXTURE_TEST_CASE(a_stream_is_events_or_one_array_by_the_query, simulated_google) {
  const client_answer events = ask("~tokens=5", "streamGenerateContent?alt=sse");
  BOOST_TEST(count_of(events.body, "data: {") == 6);
  BOOST_TEST(events.body.ends_with("}\r\n\r\n"));
  BOOST_TEST(events.body.find("[DONE]") == std::string::npos);
  const client_answer array = ask("~tokens=5", "streamGenerateContent");
  simdjson::dom::parser parser;
  BOOST_TEST(parser.parse(array.body).get_array().value().size() == 6);
  for (const bool is_array : {false, true}) {
    const stream_outcome seen = followed(is_array ? array.body : events.body, is_array);
    BOOST_REQUIRE(seen.report);
    BOOST_TEST(seen.report->used.output_tokens == 5);
    BOOST_TEST(seen.counted == 5);
  }
  BOOST_TEST(billed("completion_tokens") == 10);
}

BOOST_FIXTURE_TEST_CASE(a_bound_in_either_spelling_ends_it, simulated_google) {
  for (const char* config : {R"(,"generationConfig":{"maxOutputTokens":4})",
                             R"(,"generation_config":{"max_output_tokens":4})"}) {
    const client_answer answer = ask("~tokens=20", "generateContent", config);
    BOOST_TEST(text_of_json(answer.body, "/candidates/0/finishReason") == "MAX_TOKENS");
    BOOST_TEST(integer_at(answer.body, "/usageMetadata/candidatesTokenCount") == 4);
  }
}

BOOST_FIXTURE_TEST_CASE(a_function_is_called_where_it_must_be, simulated_google) {
  const std::string tools =
      R"(,"tools":[{"functionDeclarations":[{"name":"weather","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}}}}]}],)"
      R"("toolConfig":{"functionCallingConfig":{"mode":"ANY"}})";
  const client_answer answer = ask("", "generateContent", tools);
  BOOST_TEST(text_of_json(answer.body, "/candidates/0/content/parts/0/functionCall/name") ==
             "weather");
  BOOST_TEST(text_of_json(answer.body, "/candidates/0/content/parts/0/functionCall/args/city") ==
             "some text");
  const stream_outcome seen = followed(ask("", "streamGenerateContent", tools).body, true);
  BOOST_TEST(2 * seen.report->used.output_tokens == billed("completion_tokens"));
}

BOOST_FIXTURE_TEST_CASE(searches_and_what_is_left_out_are_as_steered, simulated_google) {
  const stream_outcome seen =
      followed(ask("~tokens=3~searches=2", "streamGenerateContent").body, true);
  BOOST_TEST(seen.report->tells_searches);
  BOOST_TEST(seen.report->used.web_searches == 1);  // this generation is billed by the prompt
  BOOST_TEST(billed("web_searches") == 2);
  BOOST_TEST(!followed(ask("~tokens=3~usage=missing", "streamGenerateContent").body, true).report);
  BOOST_TEST(ask("~status=429", "generateContent").body.find("RESOURCE_EXHAUSTED") !=
             std::string::npos);
  BOOST_TEST(ask("~nonsense=1", "generateContent").status == 400);
  BOOST_TEST(client.post("/v1/models/sim-gemini-2.5-flash:generateContent", "{}").status == 400);
}

BOOST_FIXTURE_TEST_CASE(gemini_2_0_tells_its_output_at_the_end_alone, simulated_google) {
  const std::string body =
      client
          .post("/v1/models/sim-gemini-2.0-flash~tokens=5:streamGenerateContent?alt=sse",
                hello + "}")
          .body;
  BOOST_TEST(count_of(body, "candidatesTokenCount") == 1);
  BOOST_TEST(followed(body, false).report->used.output_tokens == 5);
  BOOST_TEST(!followed(body.substr(0, body.find("finishReason")), false).report);
}

BOOST_FIXTURE_TEST_CASE(counting_is_free_and_embeddings_are_not, simulated_google) {
  BOOST_TEST(integer_at(ask("", "countTokens").body, "/totalTokens") > 2);
  BOOST_TEST(billed("requests") == 0);
  const std::string content = R"("content":{"parts":[{"text":"Say hello."}]})";
  const std::string embedder = "/v1beta/models/sim-gemini-embedding-001:";
  BOOST_TEST(integer_at(client.post(embedder + "embedContent", "{" + content + "}").body,
                        "/embedding/values/0") == -1);  // not a whole number, and there
  BOOST_TEST(billed("requests") == 1);
  BOOST_TEST(billed("prompt_tokens") > 2);
  const client_answer batch = client.post(embedder + "batchEmbedContents",
                                          "{\"requests\":[{" + content + "},{" + content + "}]}");
  BOOST_TEST(count_of(batch.body, "\"values\"") == 2);
  BOOST_TEST(billed("completion_tokens") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
