// Goal: what providers need of a client's head reaches them, and nothing does that frames a message, names
// another account or is a secret. Method: names as clients, load balancers and clouds send them.
#include "gateway/http/field_reach.hpp"

#include <boost/test/unit_test.hpp>

namespace stint {

BOOST_AUTO_TEST_SUITE(field_reach_suite)

BOOST_AUTO_TEST_CASE(what_sdks_and_tools_send_goes_on) {
  for (const char* name : {"accept",
                           "User-Agent",
                           "content-type",
                           "idempotency-key",
                           "anthropic-version",
                           "anthropic-beta",
                           "OpenAI-Beta",
                           "x-app",
                           "X-Stainless-Retry-Count",
                           "x-stainless-package-version",
                           "HTTP-Referer",
                           "X-Title",
                           "x-claude-code-session-id",
                           "x-claude-code-agent-id",
                           "traceparent",
                           "baggage",
                           "x-client-request-id",
                           "x-request-id",
                           "anthropic-dangerous-direct-browser-access",
                           "x-session-affinity",
                           "accept-language",
                           "x-initiator",
                           "priority"})
    BOOST_TEST((reach_of(name) == field_reach::onwards), name);
}

BOOST_AUTO_TEST_CASE(what_concerns_this_hop_stays_here) {
  for (const char* name : {"Host",
                           "connection",
                           "Content-Length",
                           "transfer-encoding",
                           "TE",
                           "trailer",
                           "keep-alive",
                           "upgrade",
                           "HTTP2-Settings",
                           "Proxy-Connection",
                           "proxy-authorization",
                           "expect",
                           "accept-encoding",
                           "content-encoding",
                           "Content-Digest",
                           "content-md5",
                           "authorization",
                           "x-api-key",
                           "API-Key",
                           "x-goog-api-key",
                           "Cookie",
                           "forwarded",
                           "X-Forwarded-For",
                           "x-forwarded-client-cert",
                           "x-real-ip",
                           "via",
                           "cf-connecting-ip",
                           "Origin",
                           "referer",
                           "sec-fetch-mode",
                           "sec-websocket-key",
                           "access-control-request-method",
                           "x-stint-feature",
                           "X-STINT-TAGS",
                           "x-http-method-override",
                           "X-Method-Override",
                           "x-http-method",
                           "x-original-url",
                           "x-rewrite-url",
                           "x-envoy-original-path"})
    BOOST_TEST((reach_of(name) == field_reach::here), name);
  BOOST_TEST((reach_of(std::string(81, 'x')) == field_reach::here));
  BOOST_TEST((reach_of(std::string(80, 'x')) == field_reach::onwards));
}

BOOST_AUTO_TEST_CASE(accounts_tiers_and_secrets_need_to_be_listed) {
  for (const char* name :
       {"x-goog-user-project", "X-Goog-FieldMask", "x-amz-security-token",
        "x-amzn-bedrock-service-tier", "X-Vertex-AI-LLM-Shared-Request-Type", "x-ms-useragent",
        "azureml-model-deployment", "OpenAI-Organization", "openai-project", "x-auth-request-user",
        "x-access-token", "private-token", "x-company-secret", "x-jwt-assertion",
        "x-company-api-key", "x-service-tier", "x-set-cookie2", "x-authorization"})
    BOOST_TEST((reach_of(name) == field_reach::if_listed), name);
}

// Hugging Face, Azure's API Management and Functions, Alibaba, Anthropic, Bifrost, RapidAPI.
BOOST_AUTO_TEST_CASE(who_is_billed_and_by_which_key_needs_to_be_listed) {
  for (const char* name :
       {"X-HF-Bill-To", "Ocp-Apim-Subscription-Key", "x-functions-key", "x-access-key",
        "private-key", "X-DashScope-WorkSpace", "X-DashScope-Async", "anthropic-organization-id",
        "x-organization-id", "x-bf-vk", "x-rapidapi-key", "x-subscription-key", "x-account-id",
        "x-billing-project", "x-project-id", "x-workspace"})
    BOOST_TEST((reach_of(name) == field_reach::if_listed), name);
}

// What a load balancer or a proxy in front of us says of who calls.
BOOST_AUTO_TEST_CASE(who_the_client_is_needs_to_be_listed) {
  for (const char* name :
       {"Fly-Client-IP", "fastly-client-ip", "X-Azure-ClientIP", "x-azure-socketip",
        "x-appengine-user-ip", "remote-user", "x-remote-user", "Cf-Access-Authenticated-User-Email",
        "do-connecting-ip", "x-nf-client-connection-ip", "client-cert", "x-arr-clientcert"})
    BOOST_TEST((reach_of(name) == field_reach::if_listed), name);
}

BOOST_AUTO_TEST_CASE(what_cuts_an_answer_down_stays_where_the_answer_is_read) {
  for (const char* name : {"Range", "if-none-match", "If-Match", "if-modified-since", "Prefer"})
    BOOST_TEST((reach_of(name) == field_reach::if_unmetered), name);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
