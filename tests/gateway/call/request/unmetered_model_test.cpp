// Goal: a key that is limited to models is limited to them on every path. Method: tables of bodies.
#include "gateway/call/request/unmetered_model.hpp"

#include <boost/test/unit_test.hpp>

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
