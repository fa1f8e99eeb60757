// Goal: what reaches a provider is built by us: our framing and credential, an allow-list of the client's fields.
#include "gateway/upstream/request.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(upstream_request)

namespace {
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
      "connection: x-secret\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n");
  outbound what;
  what.provider = &provider;
  what.from = &from.get();
  what.speaks = find_dialect("openai");
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
  BOOST_TEST(authority_of(provider) == "[2001:db8::1]:8443");
  provider.port = 443;
  BOOST_TEST(authority_of(provider) == "[2001:db8::1]");
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
