// Goal: what an OpenAI-compatible call bills is read right for every server we know, and what cannot be
// understood takes nothing from what can. Method: the rows of the providers' usage rules as vectors,
// and answers as they were recorded.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/stream_check.hpp"
#include "gateway/vector_file.hpp"

BOOST_AUTO_TEST_SUITE(openai_usage_suite)

namespace {

using namespace stint;
using namespace stint::testing;

const dialect& openai() {
  return *find_dialect("openai");
}

const std::string done = "data: [DONE]\n\n";

chat_request silent() {
  chat_request request;
  request.stream = true;
  return request;
}

}  // namespace

BOOST_DATA_TEST_CASE(usage_is_normalised_for_every_server, read_vectors("openai_usage.txt"), row) {
  const std::string body = R"({"id":"x","model":"m","service_tier":"flex","choices":[],"usage":)" +
                           row.fields.at(1) + "}";
  bool implausible = false;
  const auto report = openai().read_answer(body, implausible);
  BOOST_TEST(spelled(report, implausible) == row.fields.at(2));
  if (report) {
    BOOST_TEST(report->model == "m");
    BOOST_TEST((report->tier == service_tier::flex));
  }
  // The same in a stream, where the report is the whole bill too.
  stream_outcome streamed = stream(openai(), silent(), {"data: " + body + "\n\n" + done});
  BOOST_TEST(spelled(streamed.report, streamed.implausible) == row.fields.at(2));
}

BOOST_AUTO_TEST_CASE(usage_is_found_where_a_server_has_it) {
  bool implausible = false;
  const std::string usage = R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":12})";
  for (const std::string& at :
       {R"("usage":)" + usage, R"("x_groq":{"id":"r","usage":)" + usage + "}",
        R"("usage":null,"choices":[{"index":0,"usage":)" + usage + "}]"}) {
    const std::string body = R"({"id":"c","model":"m",)" + at + "}";
    BOOST_TEST(spelled(openai().read_answer(body, implausible), implausible) ==
               "10 0 0 0 0 2 0 0 0");
    const stream_outcome seen = stream(openai(), silent(), {"data: " + body + "\n\n" + done});
    BOOST_TEST(spelled(seen.report, seen.implausible) == "10 0 0 0 0 2 0 0 0");
  }
}

// Recorded of groq/compound-mini.
BOOST_AUTO_TEST_CASE(what_several_models_used_is_divided_by_them_where_it_adds_up) {
  bool implausible = false;
  const auto answer = [](const std::string& second) {
    return R"({"model":"groq/compound-mini","choices":[{}],"usage":{"prompt_tokens":456,)"
           R"("completion_tokens":3817,"total_tokens":4273},"usage_breakdown":{"models":[)"
           R"({"model":"llama-3.3-70b-versatile","usage":{"prompt_tokens":299,)"
           R"("completion_tokens":817,"total_tokens":1116}},)" +
           second + "]}}";
  };
  const auto report =
      openai().read_answer(answer(R"({"model":"openai/gpt-oss-120b","usage":{"prompt_tokens":157,)"
                                  R"("completion_tokens":3000,"total_tokens":3157}})"),
                           implausible);
  BOOST_TEST_REQUIRE(report.has_value());
  BOOST_TEST(spelled(report->used) == "456 0 0 0 0 3817 0 0 0");
  BOOST_TEST_REQUIRE(report->parts.size() == 2U);
  BOOST_TEST(report->parts[1].model == "openai/gpt-oss-120b");
  BOOST_TEST((report->parts[1].why == leg_reason::answer));
  BOOST_TEST(spelled(report->parts[1].used) == "157 0 0 0 0 3000 0 0 0");
  // Details that the whole does not tell of are not told of a part.
  const auto detailed = openai().read_answer(
      answer(R"({"model":"openai/gpt-oss-120b","usage":{"prompt_tokens":157,)"
             R"("completion_tokens":3000,"prompt_tokens_details":{"cached_tokens":100},)"
             R"("completion_tokens_details":{"reasoning_tokens":50}}})"),
      implausible);
  BOOST_TEST(spelled(detailed->used) == "456 0 0 0 0 3817 0 0 0");
  BOOST_TEST_REQUIRE(detailed->parts.size() == 2U);
  BOOST_TEST(spelled(detailed->parts[1].used) == "157 0 0 0 0 3000 0 0 0");
  for (const std::string other :
       {R"({"model":"x","usage":{"prompt_tokens":157,"completion_tokens":2999}})",
        R"({"model":"x","usage":{"prompt_tokens":1,"completion_tokens":3000}})",
        R"({"model":"x","usage":null})", R"({"model":"x"})", "7"}) {
    const auto whole = openai().read_answer(answer(other), implausible);
    BOOST_TEST_REQUIRE(whole.has_value());
    BOOST_TEST(whole->parts.empty());
    BOOST_TEST(spelled(whole->used) == "456 0 0 0 0 3817 0 0 0");
  }
  BOOST_TEST(!implausible);
}

BOOST_AUTO_TEST_CASE(a_tier_may_be_told_in_the_usage) {
  bool implausible = false;
  const auto tier = [&](const std::string& fields, const std::string& in_usage) {
    return openai()
        .read_answer(
            "{" + fields + R"("usage":{"prompt_tokens":1,"completion_tokens":1)" + in_usage + "}}",
            implausible)
        ->tier;
  };
  BOOST_TEST((tier("", R"(,"service_tier":"priority")") == service_tier::priority));
  BOOST_TEST(
      (tier(R"("service_tier":"flex",)", R"(,"service_tier":"standard")") == service_tier::flex));
  BOOST_TEST((tier(R"("service_tier":"on_demand",)", "") == service_tier::standard));
  BOOST_TEST((tier(R"("service_tier":"provisioned",)", "") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(the_word_for_a_tier_is_kept) {
  bool implausible = false;
  const auto word = [&](const std::string& fields, const std::string& in_usage) {
    return openai()
        .read_answer(
            "{" + fields + R"("usage":{"prompt_tokens":1,"completion_tokens":1)" + in_usage + "}}",
            implausible)
        ->tier_word;
  };
  BOOST_TEST(word("", "") == "");
  BOOST_TEST(word(R"("service_tier":"economy",)", "") == "economy");
  BOOST_TEST(word("", R"(,"service_tier":"economy")") == "economy");
  BOOST_TEST(word(R"("service_tier":"default",)", R"(,"service_tier":"economy")") == "default");
  BOOST_TEST(word(R"("service_tier":")" + std::string(100, 'x') + R"(",)", "") ==
             std::string(64, 'x'));
}

BOOST_AUTO_TEST_CASE(a_stated_cost_is_told_and_so_are_searches) {
  bool implausible = false;
  const auto read_with = [&](const std::string& more) {
    return *openai().read_answer(
        R"({"usage":{"prompt_tokens":61,"completion_tokens":10,"total_tokens":71)" + more + "}}",
        implausible);
  };
  BOOST_TEST(!read_with("").stated_cost);
  BOOST_TEST(!read_with("").tells_searches);
  BOOST_TEST(read_with(R"(,"cost":0.0002833)").stated_cost->count() == 283'300);
  BOOST_TEST(read_with(R"(,"cost":{"total_cost":0.00506})").stated_cost->count() == 5'060'000);
  BOOST_TEST(read_with(R"(,"cost_in_usd_ticks":5411000)").stated_cost->count() == 541'100);
  BOOST_TEST(!read_with(R"(,"cost_in_usd_ticks":0)").stated_cost);
  const usage_report searched =
      read_with(R"(,"server_tool_use_details":{"web_search_requests":0})");
  BOOST_TEST(searched.tells_searches);
  BOOST_TEST(searched.used.web_searches == 0);
}

BOOST_AUTO_TEST_CASE(
    reasoning_that_may_stand_beside_is_told_only_where_the_total_does_not_explain_it) {
  bool implausible = false;
  const auto beside = [&](const std::string& usage) {
    return openai().read_answer("{\"usage\":" + usage + "}", implausible)->reasoning_beside_tokens;
  };
  BOOST_TEST(
      beside(
          R"({"prompt_tokens":61,"completion_tokens":10,"total_tokens":71,"completion_tokens_details":{"reasoning_tokens":96}})") ==
      96);
  BOOST_TEST(
      beside(
          R"({"prompt_tokens":61,"completion_tokens":10,"total_tokens":167,"completion_tokens_details":{"reasoning_tokens":96}})") ==
      0);
  BOOST_TEST(
      beside(
          R"({"prompt_tokens":61,"completion_tokens":10,"completion_tokens_details":{"reasoning_tokens":96}})") ==
      0);
}

BOOST_AUTO_TEST_CASE(half_a_surrogate_in_a_text_does_not_take_the_usage_with_it) {
  const std::string body =
      R"({"model":"m","choices":[{"index":0,"message":{"content":"a \ud83d b"}}],)"
      R"("usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12}})";
  bool implausible = false;
  BOOST_TEST(spelled(openai().read_answer(body, implausible), implausible) == "10 0 0 0 0 2 0 0 0");
  BOOST_TEST(openai().count_answer(body, {"gpt-4o"}) > 2);
  const std::string piece =
      R"(data: {"choices":[{"index":0,"delta":{"content":"a \ud83d b"}}],"usage":)"
      R"({"prompt_tokens":10,"completion_tokens":2}})"
      "\n\n";
  const stream_outcome seen = stream(openai(), silent(), {piece + done});
  BOOST_TEST(spelled(seen.report, seen.implausible) == "10 0 0 0 0 2 0 0 0");
  BOOST_TEST(seen.passed == piece);
}

BOOST_AUTO_TEST_CASE(an_answer_without_usage_reports_nothing) {
  bool implausible = true;
  BOOST_TEST(!openai().read_answer(R"({"choices":[]})", implausible));
  BOOST_TEST(!implausible);
  BOOST_TEST(!openai().read_answer("<html>", implausible));
  BOOST_TEST(!openai().read_answer("", implausible));
  BOOST_TEST(!openai().read_answer(R"({"usage":null})", implausible));
  BOOST_TEST(!implausible);
  BOOST_TEST(!openai().read_answer(R"({"usage":7})", implausible));
  BOOST_TEST(implausible);
}

BOOST_AUTO_TEST_CASE(an_answer_without_usage_is_told_from_what_is_none) {
  const auto nature = [](const std::string& body) { return openai().nature_of(body); };
  BOOST_TEST((nature(R"({"choices":[{"message":{"content":"a"}}]})") == answer_nature::answer));
  BOOST_TEST((nature(R"({"choices":[{}],"error":{"message":"x"}})") == answer_nature::answer));
  BOOST_TEST((nature("\n \n{\"error\":{\"message\":\"x\"}}") == answer_nature::none));
  BOOST_TEST((nature(R"({"error":"x","choices":[]})") == answer_nature::none));
  BOOST_TEST((nature(" <!DOCTYPE html><html></html>") == answer_nature::none));
  BOOST_TEST((nature("\xEF\xBB\xBF<html>") == answer_nature::none));
  for (const std::string unreadable :
       {"", "   ", "{", "[]", "ok", R"({"error":null})", R"({"choices":[]})", R"({"id":"c"})"})
    BOOST_TEST((nature(unreadable) == answer_nature::unreadable), unreadable);
}

BOOST_AUTO_TEST_SUITE_END()
