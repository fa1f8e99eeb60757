// Goal: the simulated provider embeds and completes as OpenAI's clients expect, and bills what it read and generated:
// best_of besides, embeddings by their input alone. Method: real sockets; what it says is read by the gateway's dialects.
#include <bit>
#include <cmath>

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"
#include "gateway/simulator/plain_texts.hpp"
#include "gateway/simulator/simulator.hpp"
#include "gateway/simulator/simulator_client.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(simulated_plain_calls)

namespace {
using namespace stint::testing;

struct plain_fixture {
  plain_fixture() { tokenizer::load_builtin(); }
  simulated_provider provider{simulation{}};
  simulated_client client{provider.port()};

  std::int64_t billed(const std::string& field) {
    return integer_at(client.get("/simulate/bill").body, "/totals/" + field);
  }
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(an_embedding_has_a_vector_for_each_text_and_bills_its_input,
                        plain_fixture) {
  const client_answer answer = client.post(
      "/v1/embeddings",
      R"({"model":"sim/text-embedding-3-small","input":["Hello, world!","Hello, world!"],"dimensions":5})");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(text_of_json(answer.body, "/object") == "list");
  BOOST_TEST(text_of_json(answer.body, "/data/1/object") == "embedding");
  BOOST_TEST(count_of(answer.body, "\"embedding\":[") == 2);
  BOOST_TEST(integer_at(answer.body, "/usage/prompt_tokens") == 8);
  BOOST_TEST(integer_at(answer.body, "/usage/total_tokens") == 8);
  BOOST_TEST(billed("requests") == 1);
  BOOST_TEST(billed("prompt_tokens") == 8);
  BOOST_TEST(billed("completion_tokens") == 0);
}

BOOST_FIXTURE_TEST_CASE(base64_has_the_same_numbers_in_it, plain_fixture) {
  const std::string asked =
      R"({"model":"sim/text-embedding-3-small","input":[1,2,3],"dimensions":2)";
  const client_answer plain = client.post("/v1/embeddings", asked + "}");
  const client_answer coded =
      client.post("/v1/embeddings", asked + R"(,"encoding_format":"base64"})");
  BOOST_TEST(integer_at(plain.body, "/usage/prompt_tokens") == 3);
  // -100/128 and -93/128 as floats of four bytes, the lowest first: 0000 48bf, 0000 3abf.
  BOOST_TEST(plain.body.find("\"embedding\":[-0.78125,-0.7265625]") != std::string::npos,
             plain.body);
  BOOST_TEST(text_of_json(coded.body, "/data/0/embedding") == "AABIvwAAOr8=");
}

BOOST_FIXTURE_TEST_CASE(a_completion_answers_each_prompt_and_bills_best_of, plain_fixture) {
  const client_answer answer = client.post(
      "/v1/completions",
      R"({"model":"sim/gpt-3.5-turbo-instruct?tokens=5","prompt":["one","two"],"n":2,"best_of":3})");
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(text_of_json(answer.body, "/object") == "text_completion");
  BOOST_TEST(count_of(answer.body, "\"text\":") == 4);
  BOOST_TEST(text_of_json(answer.body, "/choices/3/finish_reason") == "stop");
  BOOST_TEST(integer_at(answer.body, "/usage/completion_tokens") == 30);
  BOOST_TEST(integer_at(answer.body, "/usage/prompt_tokens") == 2);
  BOOST_TEST(billed("completion_tokens") == 30);
  BOOST_TEST(billed("prompt_tokens") == 2);
}

BOOST_FIXTURE_TEST_CASE(a_completion_is_bounded_by_sixteen_where_nothing_else_bounds_it,
                        plain_fixture) {
  const client_answer answer =
      client.post("/v1/completions", R"({"model":"sim/davinci-002?tokens=40","prompt":"one"})");
  BOOST_TEST(integer_at(answer.body, "/usage/completion_tokens") == 16);
  BOOST_TEST(text_of_json(answer.body, "/choices/0/finish_reason") == "length");
}

BOOST_FIXTURE_TEST_CASE(a_streamed_completion_is_read_as_it_is_billed, plain_fixture) {
  const std::string body =
      R"({"model":"sim/davinci-002?tokens=7","prompt":["one","two"],"stream":true,)"
      R"("stream_options":{"include_usage":true}})";
  const client_answer answer = client.post("/v1/completions", body);
  const dialect& api = *find_dialect("openai_completions");
  const auto meter = api.meter_stream({"davinci-002"}, accepted_request(api, body));
  std::string passed;
  meter->consume(answer.body, passed);
  BOOST_TEST(meter->complete());
  BOOST_TEST_REQUIRE(meter->reported().has_value());
  BOOST_TEST(meter->reported()->used.output_tokens == 14);
  BOOST_TEST(meter->counted_output_tokens() == 14);
  BOOST_TEST(billed("completion_tokens") == 14);
  BOOST_TEST(billed("prompt_tokens") == 2);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_text_and_no_token_is_refused, plain_fixture) {
  for (const char* input : {"{}", "[]", "[true]", "7"}) {
    const std::string body =
        R"({"model":"sim/text-embedding-3-small","input":)" + std::string(input) + "}";
    BOOST_TEST(client.post("/v1/embeddings", body).status == 400, input);
  }
  BOOST_TEST(client.post("/v1/embeddings", R"({"model":"sim/text-embedding-3-small"})").status ==
             400);
  BOOST_TEST(billed("requests") == 0);
}

BOOST_FIXTURE_TEST_CASE(moderations_and_counts_are_answered_and_never_billed, plain_fixture) {
  const client_answer moderated = client.post("/v1/moderations", R"({"input":["a","b"]})");
  BOOST_TEST(moderated.status == 200);
  BOOST_TEST(text_of_json(moderated.body, "/model") == "omni-moderation-latest");
  BOOST_TEST(count_of(moderated.body, "\"flagged\":false") == 2);
  const client_answer counted = client.post(
      "/v1/messages/count_tokens",
      R"({"model":"sim/claude-sonnet-4-5","messages":[{"role":"user","content":"hi"}]})");
  BOOST_TEST(counted.status == 200);
  BOOST_TEST(integer_at(counted.body, "/input_tokens") > 0);
  BOOST_TEST(client.post("/v1/messages/count_tokens", R"({"model":"m"})").status == 400);
  BOOST_TEST(client.post("/v1/moderations", "{").status == 400);
  BOOST_TEST(billed("requests") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
