// Goal: what goes on of a client's head is what it sent, but for what nobody has priced and what its
// hop alone concerns.
#include "gateway/upstream/client_fields.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/dialect/table.hpp"
#include "gateway/http/head_of.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(client_fields_suite)

namespace {
struct passing_fixture {
  passing_fixture() {
    what.provider = &provider;
    what.metered = true;
    what.private_to_us = {"x-feature", "x-stint-tags"};
  }
  std::string passed(const std::string& lines) {
    const parsed_head from(lines);
    std::string out;
    append_client_fields(from.get(), what, out);
    return out;
  }
  std::string query(std::string_view text, const char* called = nullptr) {
    std::string out;
    append_query(text, called != nullptr ? find_dialect(called) : nullptr, provider, '?', out);
    return out;
  }

  provider_config provider;
  passing_on what;
  price rates;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(fields_go_on_as_they_were_sent_each_line_of_them, passing_fixture) {
  const std::string lines =
      "anthropic-beta: interleaved-thinking-2025-05-14, claude-code-20250219\r\nx-app: cli\r\n"
      "X-Stainless-Lang: js\r\nHTTP-Referer: https://a\r\nx-claude-code-session-id: 1\r\n"
      "anthropic-beta: oauth-2025-04-20\r\n";
  BOOST_TEST(
      passed("authorization: Bearer k\r\n" + lines + "cookie: a=b\r\n") ==
      "anthropic-beta: interleaved-thinking-2025-05-14,claude-code-20250219\r\nx-app: cli\r\n"
      "X-Stainless-Lang: js\r\nHTTP-Referer: https://a\r\nx-claude-code-session-id: 1\r\n"
      "anthropic-beta: oauth-2025-04-20\r\n");
}

BOOST_FIXTURE_TEST_CASE(what_connection_names_stays_here, passing_fixture) {
  BOOST_TEST(
      passed("connection: keep-alive, X-Hop\r\nx-hop: 1\r\nx-hop-2: 2\r\nConnection: x-other\r\n"
             "X-Other: 3\r\nx-title: t\r\n") == "x-hop-2: 2\r\nx-title: t\r\n");
  BOOST_TEST(passed("connection: keep-alive\r\nx-title: t\r\n") == "x-title: t\r\n");
}

BOOST_FIXTURE_TEST_CASE(names_that_mean_something_here_stay_here, passing_fixture) {
  provider.credential_header = "x-own-auth-name";
  BOOST_TEST(passed("X-Feature: chat\r\nx-own-auth-name: mine\r\nx-title: t\r\n") ==
             "x-title: t\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_provider_s_entry_lists_what_else_goes_on, passing_fixture) {
  BOOST_TEST(passed("x-goog-user-project: p\r\nif-match: a\r\n") == "");
  provider.pass_headers = {"x-goog-user-project", "if-match"};
  BOOST_TEST(passed("X-Goog-User-Project: p\r\nif-match: a\r\nx-goog-fieldmask: a\r\n") ==
             "X-Goog-User-Project: p\r\nif-match: a\r\n");
  provider.pass_headers.clear();
  what.metered = false;
  BOOST_TEST(passed("if-match: a\r\nrange: bytes=0-1\r\n") ==
             "if-match: a\r\nrange: bytes=0-1\r\n");
}

// A key of ours under whatever name: behind a proxy that moved it, or in a field of the client's own.
BOOST_FIXTURE_TEST_CASE(no_field_takes_a_key_of_ours_to_a_provider, passing_fixture) {
  provider.pass_headers = {"x-custom-key"};
  for (const bool metered : {true, false}) {
    what.metered = metered;
    BOOST_TEST(passed("x-caller: sk-stint-abc\r\nx-custom-key: Bearer sk-stint-abc\r\n"
                      "x-note: a,b=sk-stint-abc;c\r\nx-title: sk-stin-\r\n") ==
               "x-title: sk-stin-\r\n");
  }
}

BOOST_FIXTURE_TEST_CASE(no_list_sends_a_second_credential_or_what_means_something_here,
                        passing_fixture) {
  provider.credential_header = "x-own-key";
  provider.pass_headers = {"x-own-key", "x-feature", "if-match"};
  BOOST_TEST(passed("X-Own-Key: mine\r\nX-Feature: chat\r\nif-match: a\r\n") == "if-match: a\r\n");
  provider.credential_header = "if-match";
  what.metered = false;
  BOOST_TEST(passed("if-match: a\r\n") == "");
}

// Its provider would answer with what it had answered to the other body, or refuse the key.
BOOST_FIXTURE_TEST_CASE(another_body_goes_without_the_idempotency_key_of_the_first,
                        passing_fixture) {
  const std::string lines = "Idempotency-Key: once\r\nx-title: t\r\n";
  BOOST_TEST(passed(lines) == lines);
  what.is_another_body = true;
  BOOST_TEST(passed(lines) == "x-title: t\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_beta_that_changes_the_bill_goes_on_only_where_it_is_priced,
                        passing_fixture) {
  const std::string line =
      "anthropic-beta: fast-mode-2026-02-01, Context-1M-2025-08-07,extended-cache-ttl-2025-04-11,,"
      "managed-agents-2026-04-01, pdfs-2024-09-25\r\n";
  BOOST_TEST(passed(line) == "anthropic-beta: pdfs-2024-09-25\r\n");
  what.rates = &rates;
  BOOST_TEST(passed(line) == "anthropic-beta: pdfs-2024-09-25\r\n");
  rates.tier_listed[static_cast<std::size_t>(service_tier::fast)] = true;
  BOOST_TEST(passed(line) == "anthropic-beta: fast-mode-2026-02-01,pdfs-2024-09-25\r\n");
  rates.steps.push_back({});
  rates.base.cache_write_1h = 2;
  rates.base.cache_write_5m = 1;
  BOOST_TEST(passed(line) ==
             "anthropic-beta: fast-mode-2026-02-01,Context-1M-2025-08-07,"
             "extended-cache-ttl-2025-04-11,pdfs-2024-09-25\r\n");
  BOOST_TEST(passed("anthropic-beta: managed-agents-2026-04-01\r\n") == "");
  rates.steps.clear();
  rates.context_window_tokens = 1'000'000;  // at one price
  BOOST_TEST(passed("x-anthropic-beta: context-1m-2025-08-07\r\n") ==
             "x-anthropic-beta: context-1m-2025-08-07\r\n");
  BOOST_TEST(passed("OpenAI-Beta: responses_multi_agent=v1, assistants=v2\r\n") ==
             "OpenAI-Beta: assistants=v2\r\n");
}

BOOST_FIXTURE_TEST_CASE(a_metered_call_takes_no_query_but_what_its_api_lists, passing_fixture) {
  BOOST_TEST(query("beta=true&fields=id&alt=json&key=k", "anthropic") == "?beta=true");
  BOOST_TEST(query("api-version=2024-10-21&%24fields=usage", "openai") ==
             "?api-version=2024-10-21");
  BOOST_TEST(query("beta=true;fields=id", "anthropic") == "");
  BOOST_TEST(query("beta=true", "openai") == "");
  BOOST_TEST(query("alt=sse&key=k&%24alt=json&fields=x", "gemini") == "?alt=sse&%24alt=json");
  BOOST_TEST(query("", "openai") == "");
  provider.pass_query = {"region"};
  BOOST_TEST(query("a=b&region=eu&api-version=1", "openai") == "?region=eu&api-version=1");
}

BOOST_FIXTURE_TEST_CASE(a_pass_through_takes_all_but_keys_and_methods, passing_fixture) {
  BOOST_TEST(
      query("limit=5&after=x&key=k&Access_Token=t&%6bey=k&a=1;key=k&_method=DELETE&monkey=1&x") ==
      "?limit=5&after=x&monkey=1&x");
}

BOOST_FIXTURE_TEST_CASE(no_query_tells_of_another_request_than_the_one_looked_at, passing_fixture) {
  for (const char* name :
       {"$httpMethod", "%24httpMethod", "$HTTPMETHOD", "$httpHeaders", "%24httpheaders", "$req"}) {
    BOOST_TEST(query(std::string("a=1&") + name + "=POST&b=2") == "?a=1&b=2", name);
    provider.pass_query = {name, "$httpMethod"};
    BOOST_TEST(query(std::string("alt=sse&") + name + "=POST", "gemini") == "?alt=sse", name);
  }
}

BOOST_FIXTURE_TEST_CASE(no_credential_goes_in_the_query_of_a_pass_through, passing_fixture) {
  for (const char* name :
       {"%4BEY", "%4b%45%59", "subscription-key", "Subscription%2DKey", "token", "client_secret",
        "sig", "authorization", "x-amz-signature", "X-Goog-Credential"}) {
    BOOST_TEST(query(std::string("a=1&") + name + "=x&b=2") == "?a=1&b=2", name);
  }
  BOOST_TEST(query("a=sk-stint-abc&b=2") == "?b=2");
  BOOST_TEST(query("a=sk%2Dstint%2dabc&b=2") == "?b=2");
  BOOST_TEST(query("page_token=a&next_page_token=b&signal=c") ==
             "?page_token=a&next_page_token=b&signal=c");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
