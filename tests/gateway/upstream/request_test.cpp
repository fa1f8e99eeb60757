// Goal: what reaches a provider is built by us: our framing, path and credential, and what goes on of the client's fields.
#include "gateway/upstream/request.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(upstream_request)

namespace {
const call_target fixed;

provider_config openai_at(std::uint16_t port) {
  provider_config provider;
  provider.name = "openai";
  provider.host = "api.example.test";
  provider.port = port;
  provider.base_path = "/prefix";
  provider.credential = secret("sk-provider");
  return provider;
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_head_carries_our_credential_and_never_the_clients) {
  const provider_config provider = openai_at(443);
  const parsed_head from(
      "authorization: Bearer sk-stint-client\r\ncookie: a=b\r\nx-forwarded-for: 1.2.3.4\r\n"
      "connection: x-secret\r\nx-secret: 1\r\naccept: text/event-stream\r\nx-feature: chat\r\n"
      "content-type: application/json; charset=utf-7\r\n",
      "POST //v1/chat/completions/?a=b");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = what.called = find_dialect("openai");
  what.target = &fixed;
  what.metered = true;
  what.private_to_us = {"x-feature", "x-tags"};
  what.body_bytes = 12;
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(head ==
             "POST /prefix/v1/chat/completions HTTP/1.1\r\nhost: "
             "api.example.test\r\naccept-encoding: identity\r\n"
             "accept: text/event-stream\r\ncontent-type: application/json\r\nauthorization: Bearer "
             "sk-provider\r\n"
             "content-length: 12\r\n\r\n");
}

// A provider that believed "charset=utf-7" read another max_tokens than the gateway had.
BOOST_AUTO_TEST_CASE(a_metered_body_is_json_whatever_the_client_calls_it) {
  const provider_config provider = openai_at(443);
  for (const char* lines : {"content-type: application/json; charset=utf-7\r\n",
                            "Content-Type: text/json\r\n", "accept: x/y\r\n"}) {
    const parsed_head from(lines);
    outbound what;
    what.provider = &provider;
    what.from = &from.get();
    what.speaks = what.called = find_dialect("openai");
    what.target = &fixed;
    what.body_bytes = 12;
    what.metered = true;
    std::string head;
    build_upstream_head(what, head);
    const std::size_t at = head.find("content-type: ");
    BOOST_TEST(head.substr(at, 32) == "content-type: application/json\r\n");
    BOOST_TEST(head.find("content-type: ", at + 1) == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_pass_through_goes_as_it_came_but_for_the_version) {
  provider_config provider = openai_at(443);
  provider.dialects = {find_dialect("openai")};
  provider.base_path = "/api/paas/v4";
  provider.has_version = true;
  const parsed_head from("content-type: multipart/form-data; boundary=x\r\n",
                         "GET /v1/files/a%20b?limit=2&key=k");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = find_dialect("openai");
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(head.starts_with("GET /api/paas/v4/files/a%20b?limit=2 HTTP/1.1\r\n"), head);
  BOOST_TEST(head.find("content-type: multipart/form-data; boundary=x\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_path_and_a_credential_header_of_its_own_are_its_providers) {
  provider_config provider = openai_at(443);
  provider.base_path = "/models";
  provider.paths = {{find_dialect("openai"), "/chat/completions?api-version=2024-05-01-preview"}};
  provider.credential_header = "api-key";
  const parsed_head from("api-key: sk-stint-client\r\n", "POST /v1/chat/completions?api-version=1");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = what.called = find_dialect("openai");
  what.target = &fixed;
  what.metered = true;
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(
      head.starts_with("POST /models/chat/completions?api-version=2024-05-01-preview HTTP/1.1\r\n"),
      head);
  BOOST_TEST(head.find("api-key: sk-provider\r\n") != std::string::npos);
  BOOST_TEST(head.find("sk-stint-client") == std::string::npos);
  BOOST_TEST(head.find("authorization") == std::string::npos);
}

// Whatever the client's spelling was, and in place of "/v1" where the base URL has a version.
BOOST_AUTO_TEST_CASE(an_endpoint_beside_the_metered_one_goes_in_its_providers_spelling) {
  provider_config provider = openai_at(443);
  const parsed_head from("", "POST //messages/count_tokens?beta=true&key=x");
  call_target target;
  target.at = &find_dialect("anthropic")->facts().endpoints[1];
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = what.called = find_dialect("anthropic");
  what.target = &target;
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(head.starts_with("POST /prefix/v1/messages/count_tokens?beta=true HTTP/1.1\r\n"),
             head);
}

BOOST_AUTO_TEST_CASE(a_model_fills_the_hole_of_a_path_that_an_entry_gives) {
  provider_config provider = openai_at(443);
  provider.paths = {
      {find_dialect("openai"), "/deployments/{model}/chat/completions?api-version=1"}};
  const parsed_head from("", "POST /v1/chat/completions");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = what.called = find_dialect("openai");
  what.target = &fixed;
  what.model = "gpt/4o";
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(head.starts_with(
                 "POST /prefix/deployments/gpt%2F4o/chat/completions?api-version=1 HTTP/1.1\r\n"),
             head);
}

BOOST_AUTO_TEST_CASE(anthropic_gets_its_own_credential_field_and_a_version) {
  const provider_config provider = openai_at(8443);
  const parsed_head from("x-api-key: sk-stint-client\r\n", "POST /v1/messages");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = find_dialect("anthropic");
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(head.find("host: api.example.test:8443\r\n") != std::string::npos);
  BOOST_TEST(head.find("x-api-key: sk-provider\r\n") != std::string::npos);
  BOOST_TEST(head.find("anthropic-version: 2023-06-01\r\n") != std::string::npos);
  BOOST_TEST(head.find("sk-stint-client") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_stands_in_brackets) {
  provider_config provider = openai_at(8443);
  provider.host = "2001:db8::1";
  const parsed_head from("");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = find_dialect("openai");
  std::string head;
  build_upstream_head(what, head);
  BOOST_TEST(head.find("host: [2001:db8::1]:8443\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_a_provider_that_wants_it_is_told_whose_call_it_is) {
  provider_config provider = openai_at(443);
  const parsed_head from("x-stint-tenant: forged\r\nx-stint-request-id: forged\r\n");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = find_dialect("openai");
  what.id.bytes[15] = 7;
  what.tenant = "acme";
  std::string untold;
  build_upstream_head(what, untold);
  BOOST_TEST(untold.find("x-stint-") == std::string::npos);
  provider.attribution_headers = true;
  std::string told;
  build_upstream_head(what, told);
  BOOST_TEST(told.find("\r\nx-stint-request-id: 00000000-0000-0000-0000-000000000007\r\n"
                       "x-stint-tenant: acme\r\n") != std::string::npos);
  BOOST_TEST(told.find("forged") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
