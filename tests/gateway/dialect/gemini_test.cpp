// Goal: what a Gemini call bills is read right from its request, in either spelling and in either form of
// a list, and from whole answers; and a no is told as Google's clients understand it. Method: the rows of
// the usage rules as vectors; requests as the SDKs and Google's own examples write them.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/dialect/gemini/generate.hpp"
#include "gateway/dialect/stream_check.hpp"
#include "gateway/vector_file.hpp"

BOOST_AUTO_TEST_SUITE(gemini_suite)

namespace {

using namespace stint;
using namespace stint::testing;

constexpr const char* asked = R"("contents":[{"role":"user","parts":[{"text":"hi"}]}])";
constexpr endpoint whole_endpoint{.pattern = "/{version}/models/{model}:generateContent"};
constexpr endpoint stream_endpoint{.pattern = "/{version}/models/{model}:streamGenerateContent",
                                   .streams = true};

const dialect& gemini() {
  return gemini_generate();
}

call_target target_of(const endpoint& at, std::string_view query = "",
                      std::string_view model = "gemini-2.5-flash") {
  call_target target;
  target.at = &at;
  target.version = "v1beta";
  target.model = model;
  target.query = query;
  return target;
}

// Its views live until the next call.
result<chat_request> read_gemini(const std::string& fields, const call_target& target) {
  static simdjson::dom::parser parser;
  simdjson::dom::element document;
  const std::string body = "{" + std::string(asked) + fields + "}";
  BOOST_REQUIRE(parser.parse(body).get(document) == simdjson::SUCCESS);
  return gemini().read_request(document, target);
}

chat_request taken(const std::string& fields,
                   const call_target& target = target_of(whole_endpoint)) {
  const auto request = read_gemini(fields, target);
  BOOST_REQUIRE_MESSAGE(request, (request ? "" : request.error().message));
  return *request;
}

std::string refused(const std::string& fields,
                    const call_target& target = target_of(whole_endpoint)) {
  const auto request = read_gemini(fields, target);
  BOOST_REQUIRE(!request);
  BOOST_TEST(request.error().status == 400);
  return request.error().message;
}

std::string answer_with(const std::string& usage, const std::string& candidate = "") {
  return R"({"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"finishReason":"STOP","index":0)" +
         candidate + R"(}],"modelVersion":"gemini-2.5-flash-001","usageMetadata":)" + usage + "}";
}

std::int64_t searches_in(const std::string& model, const std::string& grounding) {
  bool implausible = false;
  const auto report = gemini().read_answer(
      R"({"candidates":[{"finishReason":"STOP","groundingMetadata":)" + grounding +
          R"(}],"modelVersion":")" + model +
          R"(","usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}})",
      implausible);
  BOOST_REQUIRE(report);
  BOOST_TEST(report->tells_searches);
  return report->used.web_searches;
}

}  // namespace

BOOST_DATA_TEST_CASE(usage_is_normalised, read_vectors("gemini_usage.txt"), row) {
  bool implausible = false;
  const auto report = gemini().read_answer(answer_with(row.fields.at(1)), implausible);
  BOOST_TEST(spelled(report, implausible) == row.fields.at(2));
}

BOOST_AUTO_TEST_CASE(a_prompt_that_is_told_nowhere_is_not_taken_for_none) {
  bool implausible = false;
  const auto untold = gemini().read_answer(
      answer_with(R"({"candidatesTokenCount":18,"thoughtsTokenCount":58})"), implausible);
  BOOST_REQUIRE(untold);
  BOOST_TEST(!untold->tells_input);
  BOOST_TEST(untold->used.output_tokens == 76);
  for (const char* told : {R"({"candidatesTokenCount":18,"totalTokenCount":40})",
                           R"({"promptTokenCount":8,"candidatesTokenCount":18})"})
    BOOST_TEST(gemini().read_answer(answer_with(told), implausible)->tells_input, told);
}

// Gemma's.
BOOST_AUTO_TEST_CASE(a_count_of_the_prompt_alone_is_no_report_of_a_whole_answer) {
  bool implausible = false;
  const std::string body = answer_with(R"({"promptTokenCount":8,"totalTokenCount":8})");
  BOOST_TEST(!gemini().read_answer(body, implausible).has_value());
  BOOST_TEST(!implausible);
  BOOST_TEST((gemini().nature_of(body) == answer_nature::answer));
  BOOST_TEST(gemini().count_answer(body, {"gemma-3-27b-it", true}) >= 1);
  const auto silent = gemini().read_answer(
      R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":21,"totalTokenCount":21}})",
      implausible);
  BOOST_TEST(spelled(silent, implausible) == "21 0 0 0 0 0 0 0 0");
  const std::string told =
      answer_with(R"({"promptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":10})");
  const std::string more = R"({"candidates":[{"content":{"parts":[{"text":" there"}]}}]})";
  BOOST_TEST(!gemini().read_answer("[" + told + "," + more + "]", implausible).has_value());
}

BOOST_AUTO_TEST_CASE(the_model_and_the_tier_are_those_that_served) {
  bool implausible = false;
  const auto report = gemini().read_answer(
      answer_with(R"({"promptTokenCount":1,"candidatesTokenCount":1,"serviceTier":"priority"})"),
      implausible);
  BOOST_REQUIRE(report);
  BOOST_TEST(report->model == "gemini-2.5-flash-001");
  BOOST_TEST((report->tier == service_tier::priority));
  const auto traffic = gemini().read_answer(
      answer_with(
          R"({"promptTokenCount":1,"candidatesTokenCount":1,"trafficType":"ON_DEMAND_FLEX"})"),
      implausible);
  BOOST_TEST((traffic->tier == service_tier::flex));
  BOOST_TEST(!traffic->is_free);
  for (const char* provisioned : {"\"PROVISIONED_THROUGHPUT\"", "2"}) {
    const auto paid_by_the_hour = gemini().read_answer(
        answer_with(R"({"promptTokenCount":1,"candidatesTokenCount":1,"trafficType":)" +
                    std::string(provisioned) + "}"),
        implausible);
    BOOST_TEST(paid_by_the_hour->is_free);
  }
}

BOOST_AUTO_TEST_CASE(grounding_is_billed_by_prompt_up_to_2_5_and_by_search_from_3_on) {
  const std::string two = R"({"webSearchQueries":["a","b"],"groundingChunks":[{"web":{}}]})";
  BOOST_TEST(searches_in("gemini-2.5-flash", two) == 1);
  BOOST_TEST(searches_in("gemini-3.5-flash", two) == 2);
  BOOST_TEST(searches_in("gemini-3.5-flash", R"({"webSearchQueries":[]})") == 0);
  BOOST_TEST(searches_in("gemini-3.5-flash", R"({"groundingChunks":[{"maps":{"uri":"u"}}]})") == 1);
  // Files that were searched have no fee of their own.
  BOOST_TEST(searches_in("gemini-3.5-flash", R"({"groundingChunks":[{"retrievedContext":{}}]})") ==
             0);
}

BOOST_AUTO_TEST_CASE(each_candidate_searches_for_itself_in_whatever_chunk_it_is_told) {
  const auto grounded = [](const std::string& index, const std::string& queries) {
    return R"({"candidates":[{"index":)" + index +
           R"(,"finishReason":"STOP","groundingMetadata":{"webSearchQueries":)" + queries +
           R"(}}],"modelVersion":"gemini-3.5-flash","usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}})";
  };
  bool implausible = false;
  const auto searches = [&](const std::string& chunks) {
    return gemini().read_answer("[" + chunks + "]", implausible)->used.web_searches;
  };
  BOOST_TEST(searches(grounded("0", R"(["a","b"])") + "," + grounded("1", R"(["c"])")) == 3);
  BOOST_TEST(searches(grounded("0", R"(["a"])") + "," + grounded("0", R"(["a","b"])")) == 2);
  BOOST_TEST(searches(grounded("900000", R"(["a"])") + "," + grounded("-1", R"(["b"])")) == 2);
}

BOOST_AUTO_TEST_CASE(a_prompt_that_was_refused_made_no_search) {
  bool implausible = false;
  const auto refused_for = [&](const std::string& reason) {
    return gemini().read_answer(
        R"({"promptFeedback":{"blockReason":)" + reason +
            R"(},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}})",
        implausible);
  };
  for (const char* reason : {R"("SAFETY")", "1"}) {
    BOOST_TEST(refused_for(reason)->tells_searches, reason);
    BOOST_TEST(refused_for(reason)->used.web_searches == 0, reason);
  }
  BOOST_TEST(!refused_for(R"("BLOCK_REASON_UNSPECIFIED")")->tells_searches);
}

BOOST_AUTO_TEST_CASE(an_array_is_the_answer_of_a_stream_and_its_last_report_holds) {
  bool implausible = false;
  const std::string body =
      "[" + answer_with(R"({"promptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":10})") +
      ",\r\n" +
      answer_with(R"({"promptTokenCount":7,"candidatesTokenCount":4,"totalTokenCount":11})") +
      "\n]\n";
  BOOST_TEST(spelled(gemini().read_answer(body, implausible), implausible) == "7 0 0 0 0 4 0 0 0");
  BOOST_TEST((gemini().nature_of(body) == answer_nature::answer));
  BOOST_TEST(gemini().count_answer(body, {"gemini-2.5-flash", true}) == 2);
}

BOOST_AUTO_TEST_CASE(an_error_under_a_status_of_success_is_no_answer) {
  const std::string error = R"({"error":{"code":503,"message":"m","status":"UNAVAILABLE"}})";
  BOOST_TEST((gemini().nature_of(error) == answer_nature::none));
  BOOST_TEST((gemini().nature_of("[" + error + "]") == answer_nature::none));
  BOOST_TEST((gemini().nature_of("[]") == answer_nature::unreadable));
}

BOOST_AUTO_TEST_CASE(bound_and_candidates_are_read_in_either_spelling) {
  const chat_request camel =
      taken(R"(,"generationConfig":{"maxOutputTokens":64,"candidateCount":3})");
  BOOST_TEST(camel.output_bound_tokens.value() == 64);
  BOOST_TEST(camel.choices == 3);
  BOOST_TEST(camel.answers == 3);
  const chat_request snake =
      taken(R"(,"generation_config":{"max_output_tokens":64,"candidate_count":3})");
  BOOST_TEST(snake.output_bound_tokens.value() == 64);
  BOOST_TEST(snake.choices == 3);
  BOOST_TEST(!taken("").output_bound_tokens.has_value());
  BOOST_TEST(taken("").model == "gemini-2.5-flash");
}

BOOST_AUTO_TEST_CASE(a_field_in_both_spellings_is_refused_where_it_bills) {
  for (const char* fields :
       {R"(,"generationConfig":{"maxOutputTokens":1},"generation_config":{"maxOutputTokens":9})",
        R"(,"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9})",
        R"(,"generationConfig":{"candidateCount":1,"candidate_count":9})",
        R"(,"serviceTier":"flex","service_tier":"priority")",
        R"(,"cachedContent":"a","cached_content":"b")",
        R"(,"systemInstruction":{},"system_instruction":{})"})
    BOOST_TEST(refused(fields).find("twice") != std::string::npos, fields);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_bounded_is_refused_with_the_field_named) {
  BOOST_TEST(refused(R"(,"generationConfig":{"maxOutputTokens":"64"})").find("maxOutputTokens") !=
             std::string::npos);
  BOOST_TEST(refused(R"(,"generationConfig":{"maxOutputTokens":0})").find("maxOutputTokens") !=
             std::string::npos);
  BOOST_TEST(
      refused(R"(,"generationConfig":{"routingConfig":{"autoMode":{}}})").find("routingConfig") !=
      std::string::npos);
  BOOST_TEST(refused(R"(,"generationConfig":[])").find("generationConfig") != std::string::npos);
  BOOST_TEST(refused(R"(,"serviceTier":"ultra")").find("service_tier") != std::string::npos);
  BOOST_TEST(refused(R"(,"contents":[])").find("twice") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_model_of_the_path_is_the_only_one) {
  BOOST_TEST(taken(R"(,"model":"models/gemini-2.5-flash")").model == "gemini-2.5-flash");
  BOOST_TEST(refused(R"(,"model":"models/gemini-4-argon")").find("model") != std::string::npos);
  for (const char* odd : {"", "a%2Fb", "..", "a..b", "a/b", "a\tb"})
    BOOST_TEST(refused("", target_of(whole_endpoint, "", odd)).find("model") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tuned_model_goes_by_its_collection) {
  call_target target = target_of(whole_endpoint, "", "mine-1");
  target.path = "/v1beta/tunedModels/mine-1:generateContent";
  BOOST_TEST(taken("", target).model == "tunedModels/mine-1");
  BOOST_TEST(taken(R"(,"model":"tunedModels/mine-1")", target).model == "tunedModels/mine-1");
  BOOST_TEST(refused(R"(,"model":"models/mine-1")", target).find("model") != std::string::npos);
  for (const char* odd : {"/v1beta/tunedModels//mine-1:generateContent",
                          "/v1beta/tunedModels/mine-1/:generateContent"}) {
    target.path = odd;
    BOOST_TEST(refused("", target).find("slashes") != std::string::npos, odd);
  }
}

BOOST_AUTO_TEST_CASE(a_stream_is_told_by_the_path_and_its_form_by_the_query) {
  BOOST_TEST(!taken("").stream);
  const chat_request events = taken("", target_of(stream_endpoint, "alt=sse"));
  BOOST_TEST(events.stream);
  BOOST_TEST(events.form == 0);
  const chat_request array = taken("", target_of(stream_endpoint));
  BOOST_TEST(array.stream);
  BOOST_TEST(array.form == gemini_array_form);
  BOOST_TEST(taken("", target_of(stream_endpoint, "%24alt=json;enum-encoding=int")).form ==
             gemini_array_form);
  BOOST_TEST(refused("", target_of(stream_endpoint, "alt=proto")).find("alt") != std::string::npos);
  BOOST_TEST(refused("", target_of(whole_endpoint, "key=k&alt=sse")).find("alt") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(searches_are_held_as_the_generation_bills_them) {
  const std::string tool = R"(,"tools":[{"googleSearch":{}}])";
  BOOST_TEST(taken(tool).web_searches_max == 1);
  BOOST_TEST(taken(tool, target_of(whole_endpoint, "", "gemini-3.5-flash")).web_searches_max == 6);
  BOOST_TEST(taken(R"(,"tools":{"google_maps":{}})").web_searches_max == 1);
  const chat_request functions = taken(R"(,"tools":[{"functionDeclarations":[{"name":"f"}]}])");
  BOOST_TEST(functions.has_tools);
  BOOST_TEST(functions.web_searches_max == 0);
  BOOST_TEST(refused(R"(,"tools":["googleSearch"])").find("tools") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cached_content_may_have_been_made_with_a_search) {
  for (const char* field : {"cachedContent", "cached_content"}) {
    const std::string cached = ",\"" + std::string(field) + R"(":"cachedContents/x")";
    const chat_request newer = taken(cached, target_of(whole_endpoint, "", "gemini-3.5-flash"));
    BOOST_TEST(newer.has_tools, field);
    BOOST_TEST(newer.web_searches_max == 6, field);
    BOOST_TEST(taken(cached).web_searches_max == 1, field);
  }
  BOOST_TEST(!taken(R"(,"cachedContent":null)").has_tools);
  BOOST_TEST(!taken("").has_tools);
}

BOOST_AUTO_TEST_CASE(thoughts_are_not_shown_unless_they_are_switched_off) {
  BOOST_TEST(taken("").hides_output);
  BOOST_TEST(!taken(R"(,"generationConfig":{"thinkingConfig":{"thinkingBudget":0}})").hides_output);
  BOOST_TEST(
      taken(R"(,"generationConfig":{"thinkingConfig":{"thinking_budget":-1}})").hides_output);
  BOOST_TEST(!taken("", target_of(whole_endpoint, "", "gemini-2.0-flash")).hides_output);
  const std::string stopped = R"(,"generationConfig":{"thinkingConfig":{"thinkingBudget":0}})";
  const auto of_model = [](const std::string& fields, const char* model) {
    return taken(fields, target_of(whole_endpoint, "", model)).hides_output;
  };
  for (const char* stoppable : {"gemini-2.5-flash-lite", "sim-gemini-2.5-flash"})
    BOOST_TEST(!of_model(stopped, stoppable), stoppable);
  for (const char* thinker : {"gemini-2.5-pro", "gemini-3.5-flash", "gemma-4-31b-it"})
    BOOST_TEST(of_model(stopped, thinker), thinker);
  for (const char* plain : {"gemma-3-27b-it", "gemma-3n-e4b-it", "gemini-2.0-flash"})
    BOOST_TEST(!of_model(stopped, plain), plain);
  BOOST_TEST(of_model("", "gemini-2.0-flash-thinking-exp"));
  const chat_request spoken = taken(R"(,"generationConfig":{"responseModalities":["AUDIO"]})",
                                    target_of(whole_endpoint, "", "gemini-2.0-flash"));
  BOOST_TEST(spoken.output_may_be_audio);
  BOOST_TEST(spoken.hides_output);
}

BOOST_AUTO_TEST_CASE(tiers_are_read_in_either_case) {
  BOOST_TEST((taken(R"(,"serviceTier":"FLEX")").tier == service_tier::flex));
  BOOST_TEST((taken(R"(,"service_tier":"priority")").tier == service_tier::priority));
  BOOST_TEST((taken(R"(,"serviceTier":"unspecified")").tier == service_tier::standard));
}

BOOST_AUTO_TEST_CASE(a_bound_is_lowered_where_the_client_wrote_it) {
  const auto lowered = [](const std::string& body) {
    return gemini().lower_output_bound(body, "gemini-2.5-flash", 16);
  };
  BOOST_TEST(lowered(R"({"contents":[]})") ==
             R"({"contents":[],"generationConfig":{"maxOutputTokens":16}})");
  BOOST_TEST(lowered(R"({"generationConfig":{"maxOutputTokens": 64 ,"topK":1}})") ==
             R"({"generationConfig":{"maxOutputTokens": 16 ,"topK":1}})");
  BOOST_TEST(lowered(R"({"generation_config":{"max_output_tokens":64}})") ==
             R"({"generation_config":{"max_output_tokens":16}})");
  BOOST_TEST(lowered(R"({"generation_config":{}})") ==
             R"({"generation_config":{"maxOutputTokens":16}})");
  BOOST_TEST(lowered(R"({"generationConfig":null})") ==
             R"({"generationConfig":{"maxOutputTokens":16}})");
}

BOOST_AUTO_TEST_CASE(a_spent_budget_is_told_as_a_quota_of_the_day) {
  const std::string body =
      gemini().error_body(make_problem(problem_kind::budget_exceeded, "spent"), call_id{});
  simdjson::dom::parser parser;
  const simdjson::dom::element told = parser.parse(body).value();
  BOOST_TEST(told.at_pointer("/error/code").get_int64().value() == 429);
  BOOST_TEST(told.at_pointer("/error/status").get_string().value() == "RESOURCE_EXHAUSTED");
  BOOST_TEST(told.at_pointer("/error/details/0/@type").get_string().value() ==
             "type.googleapis.com/google.rpc.QuotaFailure");
  const auto quota = told.at_pointer("/error/details/0/violations/0/quotaId").get_string().value();
  BOOST_TEST(quota.find("PerDay") != std::string_view::npos);
  BOOST_TEST(
      gemini().error_event(make_problem(problem_kind::internal, "m"), call_id{}) ==
      "data: "
      "{\"error\":{\"code\":500,\"message\":\"m\",\"status\":\"INTERNAL\",\"details\":[]}}\n\n");
}

BOOST_AUTO_TEST_CASE(a_busy_budget_names_the_delay_after_which_to_come_again) {
  problem busy = make_problem(problem_kind::budget_busy, "busy");
  busy.retry_after_s = 2;
  const std::string body = gemini().error_body(busy, call_id{});
  BOOST_TEST(body.find(R"("retryDelay":"2s")") != std::string::npos);
  BOOST_TEST(body.find("QuotaFailure") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
