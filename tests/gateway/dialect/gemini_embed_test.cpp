// Goal: a call for embeddings is a prompt without output, of the model that its path names. Method: requests as
// the SDKs write them, answers as they were recorded.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/gemini/generate.hpp"

BOOST_AUTO_TEST_SUITE(gemini_embed_suite)

namespace {

using namespace stint;

const std::string text_content = R"("content":{"parts":[{"text":"hi"}]})";

result<chat_request> read_embedding(const std::string& body) {
  static simdjson::dom::parser parser;
  simdjson::dom::element document;
  BOOST_REQUIRE(parser.parse(body).get(document) == simdjson::SUCCESS);
  call_target target;
  target.model = "gemini-embedding-001";
  return gemini_embed().read_request(document, target);
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_and_a_batch_are_taken_and_generate_nothing) {
  for (const std::string& body :
       {"{" + text_content + "}",
        R"({"requests":[{"model":"models/gemini-embedding-001",)" + text_content + "}]}"}) {
    const auto request = read_embedding(body);
    BOOST_REQUIRE_MESSAGE(request, body);
    BOOST_TEST(request->model == "gemini-embedding-001");
    BOOST_TEST(request->output_bound_tokens.value() == 0);
    BOOST_TEST(!request->stream);
  }
}

BOOST_AUTO_TEST_CASE(another_model_in_a_batch_is_refused) {
  const auto refused = read_embedding(R"({"requests":[{"model":"models/gemini-embedding-9",)" +
                                      text_content + "}]}");
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message.find("model") != std::string::npos);
  BOOST_TEST(!read_embedding("{}").has_value());
  BOOST_TEST(!read_embedding(R"({"requests":["hi"]})").has_value());
}

BOOST_AUTO_TEST_CASE(what_tells_no_usage_is_an_answer_all_the_same) {
  bool implausible = false;
  const std::string vectors = R"({"embedding":{"values":[0.1]}})";
  BOOST_TEST(!gemini_embed().read_answer(vectors, implausible).has_value());
  BOOST_TEST((gemini_embed().nature_of(vectors) == answer_nature::answer));
  BOOST_TEST((gemini_embed().nature_of(R"({"error":{"code":400}})") == answer_nature::none));
  BOOST_TEST(gemini_embed().count_answer(vectors, {"gemini-embedding-001"}) == 0);
  const auto told = gemini_embed().read_answer(
      R"({"embeddings":[],"usageMetadata":{"promptTokenCount":7}})", implausible);
  BOOST_REQUIRE(told);
  BOOST_TEST(told->used.input_tokens == 7);
  BOOST_TEST(told->used.output_tokens == 0);
}

BOOST_AUTO_TEST_SUITE_END()
