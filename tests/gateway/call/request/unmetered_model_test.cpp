// Goal: a key that is limited to models is limited to them on every path. Method: tables of bodies.
#include "gateway/call/request/unmetered_model.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/call/run_to_end.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(unmetered_model)

namespace {
virtual_key limited_key() {
  virtual_key key;
  key.id = "key_1";
  key.models = {"gpt-4o-mini", "claude-*"};
  return key;
}
const provider_config far_away;
constexpr const char* own_body = R"({"model":"gpt-4o-mini"})";

// Nothing: it passes.
std::optional<problem> refusal_of(const parsed_head& head, const std::string& body,
                                  const virtual_key& key = limited_key()) {
  passing_on leaving;
  leaving.provider = &far_away;
  leaving.private_to_us = {"x-stint-feature", "x-model-team"};
  return refuse_unmetered_model(key, head.get(), leaving, body);
}
int status_of(const std::string& body, const std::string& line = "POST /v1/responses",
              const virtual_key& key = limited_key()) {
  const auto refused = refusal_of(parsed_head("", line), body, key);
  return refused ? refused->status : 200;
}
std::string message_of(const std::string& body, const std::string& line = "POST /v1/responses",
                       const std::string& fields = "") {
  const auto refused = refusal_of(parsed_head(fields, line), body);
  return refused ? refused->message : "";
}
}  // namespace

// Any model could be had for $0.00 where one path was let through.
BOOST_AUTO_TEST_CASE(a_model_that_is_not_the_keys_is_refused_wherever_it_is_named) {
  for (const char* body :
       {R"({"model":"gpt-5"})", R"({"model":"gpt-4o-mini","model":"gpt-5"})",
        R"({"model":"gpt-5","model":"gpt-4o-mini"})", R"({"model":"gpt-4o-mini","Model":"gpt-5"})",
        R"({"model":"gpt-4o-mini","models":["claude-x","gpt-5"]})", R"({"mode\u006c":"gpt-5"})",
        R"({"model":"gpt-4o-mini","fallbacks":["gpt-5"]})"}) {
    BOOST_TEST(status_of(body) == 403, body);
  }
  BOOST_TEST(message_of(R"({"model":"gpt-5"})") == "the key 'key_1' may not use the model 'gpt-5'");
}

// Of a body only its outermost "model" was looked at, and behind one of the key's own any other passed.
BOOST_AUTO_TEST_CASE(a_model_deep_in_a_body_or_under_another_name_is_the_keys_or_refused) {
  const auto beside_own = [](const std::string& more) {
    return R"({"model":"gpt-4o-mini",)" + more + "}";
  };
  for (const char* more :
       {R"("requests":[{"params":{"model":"gpt-5"}}])", R"("modelId":"gpt-5")",
        R"("engine":"gpt-5")", R"("deployment":"gpt-5")", R"("model_id":"gpt-5")",
        R"("model_name":"gpt-5")", R"("session":{"model":"gpt-5"})",
        R"("tools":[{"model":"gpt-5"}])", R"("a":[[{"FallBack_Models":["claude-x","gpt-5"]}]])",
        R"("session":{"model":7})", R"("tools":[{"model":{"id":"gpt-5"}}])", R"("fallback":true)",
        R"("properties":{"model":"gpt-5"})", R"("properties":{"a":{"model":{"type":"x"}}})"}) {
    BOOST_TEST(status_of(beside_own(more)) == 403, more);
  }
  for (const char* more :
       {R"("requests":[{"params":{"model":"claude-x"}}])", R"("model_id":"claude-x")",
        R"("models":null,"fallbacks":[])",
        R"("messages":[{"role":"user","content":"{\"model\":\"gpt-5\"}"}])",
        R"("tools":[{"parameters":{"type":"object","required":["model"],"properties":{"model":)"
        R"({"type":"string","enum":["a"]}}}}])"}) {
    BOOST_TEST(status_of(beside_own(more)) == 200, more);
  }
  BOOST_TEST(message_of(beside_own(R"("tools":[{"modelId":"gpt-5"}])")) ==
             "the key 'key_1' may not use the model 'gpt-5' that 'modelId' names");
  BOOST_TEST(message_of(beside_own(R"("model_config":{})")) ==
             "the key 'key_1' may use some models only, and this call may name another: the field "
             "'model_config' of its body is no name");
  const std::string deep = beside_own("\"a\":" + std::string(80, '[') + std::string(80, ']'));
  BOOST_TEST(status_of(deep) == 403);
}

// The model of the call is its API's usual one, whatever stands deeper inside.
BOOST_AUTO_TEST_CASE(a_call_that_names_its_model_elsewhere_alone_names_none) {
  for (const char* body :
       {R"({"metadata":{"model":"gpt-4o-mini"}})", R"({"Model":"gpt-4o-mini"})",
        R"({"fallbacks":["gpt-4o-mini"]})", R"({"model":null})", R"({"model":[]})"}) {
    BOOST_TEST(message_of(body) ==
                   "the key 'key_1' may use some models only, and this call names none that can be "
                   "read",
               body);
  }
}

BOOST_AUTO_TEST_CASE(one_of_its_own_passes) {
  BOOST_TEST(status_of(R"({"model":"gpt-4o-mini","input":"hi"})") == 200);
  BOOST_TEST(status_of(R"({"model":"claude-sonnet-4-5","models":["gpt-4o-mini"]})") == 200);
}

BOOST_AUTO_TEST_CASE(a_call_whose_model_cannot_be_read_is_refused) {
  for (const char* body : {"", "{}", "[]", "--x\r\nmodel", R"({"model":7})", R"({"model":["a",1]})",
                           R"({"input":{"model":"gpt-4o-mini"}})",
                           R"({"model":"gpt-4o-mini","models":[{"name":"gpt-5"}]})"}) {
    BOOST_TEST(status_of(body) == 403, body);
  }
  BOOST_TEST(status_of(R"({"model":"gpt-4o-mini"})", "POST /v1/responses?model=gpt-5") == 403);
}

BOOST_AUTO_TEST_CASE(what_costs_nothing_and_keys_without_a_list_pass) {
  BOOST_TEST(status_of("", "GET /v1/models") == 200);
  BOOST_TEST(status_of("{}", "POST /v1/messages/count_tokens") == 200);
  BOOST_TEST(status_of("--x", "POST /v1/files") == 200);
  BOOST_TEST(status_of("{}", "POST /v1/responses", virtual_key{}) == 200);
}

// A model in the path was not looked at, where the body named one of the key's.
BOOST_AUTO_TEST_CASE(a_model_in_the_path_is_the_keys_or_refused) {
  const std::string own = R"({"model":"gpt-4o-mini"})";
  for (const char* path :
       {"/v1beta/models/gemini-2.5-pro:generateContent", "/v1/Models/gpt-5:run",
        "/openai/deployments/gpt-5/chat/completions", "/model/gpt-5/invoke",
        "/v1/mod%65ls/gpt-5:run", "/models/claude-x/models/gpt-5", "/v1/engines/gpt-5/completions",
        "/v1/models//gpt-5:run", "/v1/tunedModels/gpt-5:generateContent", "/v1/models;v=1/gpt-5",
        "/v1/projects/p/endpoints/123:predict", "/v1/models/gpt-5:claude-x"})
    BOOST_TEST(status_of(own, std::string("POST ") + path) == 403, path);
  for (const char* path : {"/openai/deployments/gpt-4o-mini/chat/completions",
                           "/v1/models/claude-sonnet-5:streamRawPredict", "/model/claude-x/invoke",
                           "/model/claude-sonnet-20240229-v1:0/invoke", "/v1/models/gpt-4o-mini"})
    BOOST_TEST(status_of("{}", std::string("POST ") + path) == 200, path);
}

// What stood behind the colon fitted the key's list, and the model before it did not.
BOOST_AUTO_TEST_CASE(a_colon_in_a_path_lends_no_model_another_s_name) {
  virtual_key key = limited_key();
  key.models = {"*-mini", "gemini-flash", "claude-v1:0"};
  const auto status = [&](const std::string& path) {
    return status_of("{}", "POST /v1/models/" + path, key);
  };
  for (const char* path : {"gpt-5:x-mini", "gpt-5:0-mini", "gemini-flash:dear", "claude-v1:1",
                           "gpt-5:predict:x-mini", "gpt-5:predict"})
    BOOST_TEST(status(path) == 403, path);
  for (const char* path : {"gpt-5-mini", "gemini-flash:generateContent", "claude-v1:0",
                           "claude-v1:0:countTokens", "gemini-flash"})
    BOOST_TEST(status(path) == 200, path);
}

// UTF-7, or a form whose text happens to be JSON: the provider would read another model.
BOOST_AUTO_TEST_CASE(a_body_that_its_provider_would_read_otherwise_is_refused) {
  for (const char* type : {"application/json; charset=utf-7", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "text/plain"}) {
    const parsed_head head(std::string("content-type: ") + type + "\r\n", "POST /v1/responses");
    BOOST_TEST(refusal_of(head, own_body).has_value(), type);
  }
  const parsed_head head("content-type: application/json; charset=utf-8\r\n", "POST /v1/responses");
  BOOST_TEST(!refusal_of(head, own_body).has_value());
}

BOOST_AUTO_TEST_CASE(an_escaped_query_is_refused) {
  const std::string own = R"({"model":"gpt-4o-mini"})";
  BOOST_TEST(status_of(own, "POST /v1/responses?m%6Fdel=gpt-5") == 403);
  BOOST_TEST(status_of(own, "POST /v1/responses?MODEL=gpt-5") == 403);
  BOOST_TEST(status_of(own, "POST /v1/responses?api=1;mOdel_id=gpt-5") == 403);
  BOOST_TEST(status_of(own, "POST /v1/responses?deployment=gpt-5") == 403);
  BOOST_TEST(status_of(own, "POST /v1/responses?api-version=2024-10-21") == 200);
  BOOST_TEST(status_of(own, "POST /v1/responses?alt=sse&x=a%2Cb") == 200);
}

// It was not said what was wrong, and a field that never goes on was taken for one that does.
BOOST_AUTO_TEST_CASE(a_field_of_the_head_that_goes_on_and_may_name_a_model_is_refused_by_name) {
  const std::string begins =
      "the key 'key_1' may use some models only, and this call may name another: ";
  BOOST_TEST(message_of(own_body, "POST /score", "x-deployment: big\r\n") ==
             begins + "of its head, the field 'x-deployment'");
  BOOST_TEST(message_of(own_body, "POST /v1/responses?a=b&model_id=gpt-5") ==
             begins + "of its query, the key 'model_id'");
  for (const char* field : {"x-stint-model: a\r\n", "x-model-team: a\r\n",
                            "azureml-model-deployment: big\r\n", "x-forwarded-model: a\r\n"})
    BOOST_TEST(message_of(own_body, "POST /score", field) == "", field);
  provider_config listing;
  listing.pass_headers = {"azureml-model-deployment"};
  passing_on leaving;
  leaving.provider = &listing;
  const parsed_head head("azureml-model-deployment: big\r\n", "POST /score");
  BOOST_TEST(refuse_unmetered_model(limited_key(), head.get(), leaving, own_body).has_value());
}

BOOST_AUTO_TEST_CASE(a_long_body_is_read_elsewhere_within_the_key_s_share) {
  constexpr std::size_t mib = 1024 * 1024;
  const parsed_head head("", "POST /v1/responses");
  const std::string body =
      R"({"model":"gpt-4o-mini","input":")" + std::string(2 * mib, 'a') + "\"}";
  // Outlives the pool, whose thread may have answered and not yet let go of it.
  boost::asio::io_context context;
  boost::asio::thread_pool pool(1);
  const auto status_within = [&](std::uint64_t limit, std::uint64_t in_use) {
    memory_budget memory;
    memory.set_limit(limit);
    memory_claim others(memory);
    BOOST_TEST_REQUIRE((others.grow_parsed("key_1", in_use) == memory_verdict::granted));
    const virtual_key key = limited_key();
    passing_on leaving;
    leaving.provider = &far_away;
    const read_elsewhere where{pool, memory};
    const auto refused =
        run_to_end(context, check_unmetered_model(where, key, head.get(), leaving, body));
    BOOST_TEST(memory.used() == in_use);
    return refused ? refused->status : 200;
  };
  BOOST_TEST(status_within(16 * mib, 0) == 200);
  BOOST_TEST(status_within(16 * mib, 3 * mib) == 503);
  BOOST_TEST(status_within(7 * mib, 0) == 413);
}

// It was looked through on the io thread, and had its room all the time that it stood in line.
BOOST_AUTO_TEST_CASE(a_long_body_that_waits_for_the_pool_holds_no_memory) {
  const parsed_head head("", "POST /v1/responses");
  const std::string body =
      R"({"model":"gpt-4o-mini","input":")" + std::string(2 * 1024 * 1024, 'a') + "\"}";
  // Outlives the pool, whose thread may have answered and not yet let go of it.
  boost::asio::io_context context;
  boost::asio::thread_pool pool(1);
  std::promise<void> may_go_on;
  const std::future<void> gate = may_go_on.get_future();
  boost::asio::post(pool, [&gate] { gate.wait(); });
  memory_budget memory;
  const read_elsewhere where{pool, memory};
  const virtual_key key = limited_key();
  passing_on leaving;
  leaving.provider = &far_away;
  auto checked =
      boost::asio::co_spawn(context, check_unmetered_model(where, key, head.get(), leaving, body),
                            boost::asio::use_future);
  context.poll();
  BOOST_TEST(memory.used() == 0U);
  may_go_on.set_value();
  context.run();
  BOOST_TEST(!checked.get().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
