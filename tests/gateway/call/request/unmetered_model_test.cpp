// Goal: a key that is limited to models is limited to them on every path. Method: tables of bodies.
#include "gateway/call/request/unmetered_model.hpp"

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
int status_of(const std::string& body, const std::string& line = "POST /v1/responses") {
  const parsed_head head("", line);
  const auto refused = refuse_unmetered_model(limited_key(), head.get(), body);
  return refused ? refused->status : 200;
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
  const parsed_head head("", "POST /v1/responses");
  const auto why = refuse_unmetered_model(limited_key(), head.get(), R"({"model":"gpt-5"})");
  BOOST_TEST(why->message == "the key 'key_1' may not use the model 'gpt-5'");
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
  const parsed_head head("", "POST /v1/responses");
  BOOST_TEST(!refuse_unmetered_model(virtual_key{}, head.get(), "{}").has_value());
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

// UTF-7, or a form whose text happens to be JSON: the provider would read another model.
BOOST_AUTO_TEST_CASE(a_body_that_its_provider_would_read_otherwise_is_refused) {
  for (const char* type : {"application/json; charset=utf-7", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "text/plain"}) {
    const parsed_head head(std::string("content-type: ") + type + "\r\n", "POST /v1/responses");
    BOOST_TEST(
        refuse_unmetered_model(limited_key(), head.get(), R"({"model":"gpt-4o-mini"})").has_value(),
        type);
  }
  const parsed_head head("content-type: application/json; charset=utf-8\r\n", "POST /v1/responses");
  BOOST_TEST(
      !refuse_unmetered_model(limited_key(), head.get(), R"({"model":"gpt-4o-mini"})").has_value());
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

BOOST_AUTO_TEST_CASE(a_field_of_the_head_that_may_name_a_model_is_refused) {
  const parsed_head head("azureml-model-deployment: big\r\n", "POST /score");
  BOOST_TEST(
      refuse_unmetered_model(limited_key(), head.get(), R"({"model":"gpt-4o-mini"})").has_value());
}

BOOST_AUTO_TEST_CASE(a_long_body_is_read_elsewhere_within_the_key_s_share) {
  constexpr std::size_t mib = 1024 * 1024;
  const parsed_head head("", "POST /v1/responses");
  const std::string body =
      R"({"model":"gpt-4o-mini","input":")" + std::string(2 * mib, 'a') + "\"}";
  boost::asio::thread_pool pool(1);
  const auto status_within = [&](std::uint64_t limit, std::uint64_t in_use) {
    memory_budget memory;
    memory.set_limit(limit);
    memory_claim others(memory);
    BOOST_TEST_REQUIRE((others.grow_parsed("key_1", in_use) == memory_verdict::granted));
    boost::asio::io_context context;
    const virtual_key key = limited_key();
    const auto refused =
        run_to_end(context, check_unmetered_model(pool, memory, key, head.get(), body));
    BOOST_TEST(memory.used() == in_use);
    return refused ? refused->status : 200;
  };
  BOOST_TEST(status_within(16 * mib, 0) == 200);
  BOOST_TEST(status_within(16 * mib, 3 * mib) == 503);
  BOOST_TEST(status_within(7 * mib, 0) == 413);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
