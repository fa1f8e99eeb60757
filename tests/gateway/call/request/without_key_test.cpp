// Goal: probes are answered to anybody, browsers are let in from the configured origins alone, and
// nothing else is answered without a key.
#include "gateway/call/request/without_key.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(without_key)

namespace {
listener_config open_to(std::vector<std::string> origins) {
  listener_config listener;
  listener.cors_origins = std::move(origins);
  return listener;
}
const std::string asks_first =
    "origin: https://app.example.com\r\naccess-control-request-method: POST\r\n"
    "access-control-request-headers: authorization,content-type\r\n";
}  // namespace

BOOST_AUTO_TEST_CASE(a_probe_needs_no_key) {
  for (const char* line : {"HEAD /", "GET /", "GET /healthz", "HEAD /healthz", "HEAD /api/hello"}) {
    const parsed_head head("", line);
    const auto answer = answer_without_key({}, head.get());
    BOOST_TEST_REQUIRE(answer.has_value(), line);
    BOOST_TEST(answer->body == "ok\n");
  }
}

BOOST_AUTO_TEST_CASE(nothing_else_is_answered_without_a_key) {
  for (const char* line :
       {"POST /", "POST /healthz", "GET /healthz/", "GET /metrics", "GET /v1/models", "OPTIONS /",
        "OPTIONS /v1/messages", "PUT /", "DELETE /healthz"}) {
    const parsed_head head(asks_first, line);
    BOOST_TEST(!answer_without_key({}, head.get()).has_value(), line);
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_a_configured_origin_may_call) {
  const auto listener = open_to({"https://other.example.com", "https://app.example.com"});
  const parsed_head head(asks_first, "OPTIONS /v1/chat/completions");
  BOOST_TEST(page_origin_of(listener, head.get()) == "https://app.example.com");
  const auto answer = answer_without_key(listener, head.get());
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->fields.find("access-control-allow-headers: authorization,content-type\r\n") !=
             std::string::npos);
  BOOST_TEST(answer->fields.find("access-control-allow-methods: GET, POST\r\n") !=
             std::string::npos);
  const parsed_head call("origin: https://app.example.com\r\n");
  BOOST_TEST(page_origin_of(listener, call.get()) == "https://app.example.com");
  BOOST_TEST(!answer_without_key(listener, call.get()).has_value());
}

BOOST_AUTO_TEST_CASE(a_page_of_another_origin_may_not) {
  const parsed_head head(asks_first, "OPTIONS /v1/chat/completions");
  for (const char* origin : {"https://app.example.co", "https://app.example.com:8443",
                             "http://app.example.com", "null", ""}) {
    const auto listener = open_to({origin});
    BOOST_TEST(page_origin_of(listener, head.get()).empty(), origin);
    BOOST_TEST(!answer_without_key(listener, head.get()).has_value(), origin);
  }
}

// "OPTIONS *" and other questions are no preflight.
BOOST_AUTO_TEST_CASE(only_a_preflight_is_answered_for_a_page) {
  const parsed_head head("origin: https://app.example.com\r\n", "OPTIONS /v1/chat/completions");
  BOOST_TEST(!answer_without_key(open_to({"https://app.example.com"}), head.get()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
