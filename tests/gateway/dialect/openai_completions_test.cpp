// Goal: legacy completions are held by every prompt's every answer, counted by their texts, and a stream of them that is
// cut ends as OpenAI's own. Method: requests, answers and chunks as OpenAI and Together have them.
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/accepted_request.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(openai_completions_suite)

namespace {
const dialect& completions() {
  return *find_dialect("openai_completions");
}

chat_request read(const std::string& more, const std::string& model = "gpt-3.5-turbo-instruct") {
  return testing::accepted_request(completions(), R"({"model":")" + model + "\"" + more + "}");
}

problem refused(const std::string& more) {
  simdjson::dom::parser parser;
  const std::string body = R"({"model":"gpt-3.5-turbo-instruct")" + more + "}";
  const auto request = completions().read_request(parser.parse(body), {});
  BOOST_TEST_REQUIRE(!request.has_value(), body);
  return request.error();
}

std::string chunk(int index, const std::string& text, const std::string& reason = "null") {
  return R"(data: {"id":"cmpl-1","object":"text_completion","created":17,"choices":[{"text":")" +
         text + R"(","index":)" + std::to_string(index) + R"(,"logprobs":null,"finish_reason":)" +
         reason + R"(}],"model":"gpt-3.5-turbo-instruct"})" + "\n\n";
}

usage used() {
  usage told;
  told.input_tokens = 7;
  told.output_tokens = 5;
  return told;
}

std::string cut_after(const std::string& passed, const chat_request& request) {
  const auto meter = completions().meter_stream({"gpt-3.5-turbo-instruct"}, request);
  std::string out;
  meter->consume(passed, out);
  BOOST_TEST(out == passed);
  meter->stop_passing();
  std::string ending;
  meter->end_early(used(), ending);
  return ending;
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_bound_is_the_clients_or_openais_sixteen_and_nobody_elses_is_known) {
  BOOST_TEST((read(R"(,"prompt":"a")").output_bound_tokens == 16));
  BOOST_TEST((read(R"(,"prompt":"a")", "davinci-002").output_bound_tokens == 16));
  BOOST_TEST((read(R"(,"prompt":"a")", "sim/davinci-002").output_bound_tokens == 16));
  BOOST_TEST((read(R"(,"prompt":"a","max_tokens":400)").output_bound_tokens == 400));
  BOOST_TEST((read(R"(,"prompt":"a","max_tokens":0,"echo":true)").output_bound_tokens == 0));
  BOOST_TEST(!read(R"(,"prompt":"a")", "meta-llama/Llama-3-70b").output_bound_tokens.has_value());
  BOOST_TEST((read(R"(,"prompt":"a","max_tokens":4,"n_predict":9)").output_bound_tokens == 9));
  BOOST_TEST(!read(R"(,"prompt":"a","n_predict":-1)").output_bound_tokens.has_value());
}

BOOST_AUTO_TEST_CASE(every_answer_to_every_prompt_is_held) {
  for (const auto& [more, choices, answers] : {std::tuple{R"(,"prompt":"a")", 1, 1},
                                               {R"(,"prompt":["a"],"n":3)", 3, 3},
                                               {R"(,"prompt":["a","b"],"n":2,"best_of":5)", 10, 4},
                                               {R"(,"prompt":[1,2,3])", 1, 1},
                                               {R"(,"prompt":[[1,2],[3],[4]],"best_of":2)", 6, 3},
                                               {R"(,"max_tokens":3)", 1, 1}}) {
    const chat_request request = read(more);
    BOOST_TEST(request.choices == choices, more);
    BOOST_TEST(request.answers == answers, more);
  }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_bounded_is_refused_by_its_name) {
  BOOST_TEST(refused(R"(,"prompt":{"a":1})").param == "prompt");
  BOOST_TEST(refused(R"(,"prompt":["a",1])").param == "prompt");
  BOOST_TEST(refused(R"(,"prompt":"a","max_tokens":-1)").param == "max_tokens");
  BOOST_TEST(refused(R"(,"prompt":"a","n":0)").param == "n");
  BOOST_TEST(refused(R"(,"prompt":"a","best_of":1000)").param == "best_of");
  BOOST_TEST(refused(R"(,"prompt":"a","suffix":7)").param == "suffix");
}

BOOST_AUTO_TEST_CASE(a_stream_is_asked_for_its_usage_and_a_bound_is_lowered) {
  const std::string body = R"({"model":"m","prompt":"a","stream":true})";
  BOOST_TEST(completions().edit_body(body, read(R"(,"prompt":"a","stream":true)")).value() ==
             R"({"model":"m","prompt":"a","stream":true,"stream_options":{"include_usage":true}})");
  const auto lowered = [](const std::string& with) {
    return completions().lower_output_bound(R"({"prompt":"a")" + with + "}", "m", 5);
  };
  BOOST_TEST(lowered("") == R"({"prompt":"a","max_tokens":5})");
  BOOST_TEST(lowered(R"(,"max_tokens":9)") == R"({"prompt":"a","max_tokens":5})");
  BOOST_TEST(lowered(R"(,"max_tokens":3)") == R"({"prompt":"a","max_tokens":3})");
  BOOST_TEST(lowered(R"(,"max_tokens":null)") == R"({"prompt":"a","max_tokens":5})");
  BOOST_TEST(lowered(R"(,"max_tokens":9,"n_predict":-1)") ==
             R"({"prompt":"a","max_tokens":5,"n_predict":5})");
}

BOOST_AUTO_TEST_CASE(answers_are_counted_by_their_texts_and_billed_by_their_usage) {
  tokenizer::load_builtin();
  const std::string answer =
      R"({"object":"text_completion","model":"gpt-3.5-turbo-instruct:20230824-v2","choices":[{"text":)"
      R"(" one two","index":0},{"text":" one","index":1}])";
  BOOST_TEST(completions().count_answer(answer + "}", {"gpt-3.5-turbo-instruct"}) == 3);
  bool implausible = false;
  const auto report = completions().read_answer(
      answer + R"(,"usage":{"prompt_tokens":8,"completion_tokens":16,"total_tokens":24}})",
      implausible);
  BOOST_TEST(report->used.input_tokens == 8);
  BOOST_TEST(report->used.output_tokens == 16);
  BOOST_TEST((completions().nature_of(answer + "}") == answer_nature::answer));
}

BOOST_AUTO_TEST_CASE(a_stream_is_counted_and_hides_the_usage_that_only_we_asked_for) {
  tokenizer::load_builtin();
  const chat_request request = read(R"(,"prompt":"a","stream":true)");
  const std::string stream = chunk(0, " one") + chunk(0, " two", "\"length\"");
  const std::string report =
      R"(data: {"id":"cmpl-1","model":"m","usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"choices":[]})"
      "\n\n";
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    const auto meter = completions().meter_stream({"gpt-3.5-turbo-instruct"}, request);
    std::string out;
    meter->consume(stream.substr(0, at), out);
    meter->consume(stream.substr(at) + report, out);
    BOOST_TEST(!meter->generating());
    meter->consume("data: [DONE]\n\n", out);
    BOOST_TEST(meter->complete());
    BOOST_TEST(meter->counted_output_tokens() == 2);
    BOOST_TEST(meter->reported()->used.output_tokens == 2);
    meter->release(out);
    BOOST_TEST(out == stream + "data: [DONE]\n\n");
  }
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_cut_ends_every_open_choice_as_at_max_tokens) {
  const std::string begin =
      R"(data: {"id":"cmpl-1","object":"text_completion","created":17,"model":"gpt-3.5-turbo-instruct",)";
  BOOST_TEST(cut_after(chunk(0, " one"), read(R"(,"prompt":"a","stream":true)")) ==
             begin +
                 R"("choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}]})" +
                 "\n\ndata: [DONE]\n\n");
  const chat_request two =
      read(R"(,"prompt":["a","b"],"stream":true,"stream_options":{"include_usage":true})");
  BOOST_TEST(
      cut_after(chunk(0, " one") + chunk(0, "", "\"stop\""), two) ==
      begin +
          R"("choices":[{"text":"","index":1,"logprobs":null,"finish_reason":"length"}],"usage":null})" +
          "\n\n" + begin +
          R"("choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,)" +
          R"("prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}})" +
          "\n\ndata: [DONE]\n\n");
  BOOST_TEST(
      cut_after("", read(R"(,"prompt":"a","stream":true)")).find(R"("object":"text_completion")") !=
      std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
