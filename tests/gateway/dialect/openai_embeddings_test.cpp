// Goal: an embedding is billed by what it reads, and nothing of it is generated; inputs whose cost nobody could tell are
// refused. Method: requests and answers as OpenAI, Mistral, OpenRouter and Voyage have them.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(openai_embeddings_suite)

namespace {
const dialect& embeddings() {
  return *find_dialect("openai_embeddings");
}

std::string asking(const std::string& input, const std::string& more = "") {
  return R"({"model":"text-embedding-3-small","input":)" + input + more + "}";
}

problem refused(const std::string& body) {
  simdjson::dom::parser parser;
  const auto request = embeddings().read_request(parser.parse(body), {});
  BOOST_TEST_REQUIRE(!request.has_value(), body);
  return request.error();
}

std::optional<usage_report> report_of(const std::string& usage, bool& implausible) {
  return embeddings().read_answer(
      R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPw=="}],)"
      R"("model":"text-embedding-3-small","usage":)" +
          usage + "}",
      implausible);
}
}  // namespace

BOOST_AUTO_TEST_CASE(each_form_of_input_is_taken_and_generates_nothing) {
  for (const char* input : {R"("a text")", R"(["a","b"])", "[1,2,3]", "[[1,2],[3]]", R"([""])"}) {
    const chat_request request = testing::accepted_request(
        embeddings(), asking(input, R"(,"user":"u1","dimensions":256,"encoding_format":"base64")"));
    BOOST_TEST(request.model == "text-embedding-3-small");
    BOOST_TEST(request.user == "u1");
    BOOST_TEST((request.output_bound_tokens == 0));
    BOOST_TEST(request.choices == 1);
    BOOST_TEST(!request.stream);
    BOOST_TEST(!embeddings().edit_body("{}", request).has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_nobody_could_price_is_refused_by_its_name) {
  for (const char* input : {"null", "7", "true", "{}", R"(["a",1])", R"([[1,"a"]])",
                            R"([{"image":"x"}])", "[1.5]", "[[[1]]]"})
    BOOST_TEST(refused(asking(input)).param == "input", input);
  BOOST_TEST(refused(R"({"model":"m"})").param == "input");
  BOOST_TEST(refused(R"({"input":"a"})").param == "model");
  BOOST_TEST(refused(R"({"model":"m","input":"a","input":"b"})").status == 400);
}

BOOST_AUTO_TEST_CASE(as_many_texts_as_openai_takes_and_none_more) {
  std::string texts = R"("a")";
  for (int n = 1; n < 2'048; ++n)
    texts += R"(,"a")";
  (void)testing::accepted_request(embeddings(), asking("[" + texts + "]"));
  BOOST_TEST(refused(asking("[" + texts + R"(,"a"])")).message.find("2048") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(usage_is_read_in_every_form_that_was_seen) {
  for (
      const char* usage :
      {R"({"prompt_tokens":31,"total_tokens":31})",
       R"({"prompt_tokens":31,"total_tokens":31,"completion_tokens":0,"prompt_tokens_details":null})",
       R"({"total_tokens":31})"}) {
    bool implausible = false;
    const auto report = report_of(usage, implausible);
    BOOST_TEST_REQUIRE(report.has_value(), usage);
    BOOST_TEST(!implausible);
    BOOST_TEST(report->used.input_tokens == 31);
    BOOST_TEST(report->used.output_total() == 0);
    BOOST_TEST(report->model == "text-embedding-3-small");
  }
  bool implausible = false;
  const auto stated =
      report_of(R"({"cost":6.2e-7,"prompt_tokens":31,"total_tokens":31})", implausible);
  BOOST_TEST(stated->stated_cost.has_value());
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_true_is_none) {
  for (const char* usage :
       {R"({"prompt_tokens":-1,"total_tokens":31})", R"({"total_tokens":-1})", "7"}) {
    bool implausible = false;
    BOOST_TEST(!report_of(usage, implausible).has_value(), usage);
    BOOST_TEST(implausible, usage);
  }
  bool implausible = false;
  BOOST_TEST(!report_of("null", implausible).has_value());
  BOOST_TEST(!implausible);
}

BOOST_AUTO_TEST_CASE(an_answer_without_usage_is_told_from_none) {
  BOOST_TEST((embeddings().nature_of(R"({"data":[{"embedding":[1]}]})") == answer_nature::answer));
  BOOST_TEST((embeddings().nature_of(R"({"error":{"message":"no"}})") == answer_nature::none));
  BOOST_TEST((embeddings().nature_of("oops") == answer_nature::unreadable));
  BOOST_TEST(embeddings().count_answer(R"({"data":[{"embedding":[1]}]})", {"m"}) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
