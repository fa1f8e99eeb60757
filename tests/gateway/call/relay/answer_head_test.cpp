// Goal: an upstream's head is passed on field by field, without what would let it frame, route or
// pose as us.
#include "gateway/call/relay/answer_head.hpp"

#include <boost/test/unit_test.hpp>

#include "budgets/records/standing.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(answer_head)

BOOST_AUTO_TEST_CASE(framing_hop_by_hop_cookies_and_our_own_names_are_not_passed_on) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: "
      "keep-alive\r\n"
      "Set-Cookie: a=b\r\nX-Stint-Cost-Usd: 0\r\nx-request-id: req_1\r\nOpenAI-Version: v\r\n\r\n";
  std::size_t scanned = 0;
  response_head head;
  BOOST_REQUIRE(check_response_head(text, head_limits(), false, scanned, head).state ==
                head_state::complete);
  std::string out;
  add_upstream_fields(head, content_coding::identity, out);
  BOOST_TEST(out ==
             "Content-Type: application/json\r\nx-request-id: req_1\r\nOpenAI-Version: v\r\n");
}

BOOST_AUTO_TEST_CASE(a_cap_that_refused_is_told_as_the_api_tells_its_own_limits) {
  const wall_time now{std::chrono::seconds{1'772'445'600}};  // 2026-03-02T10:00:00Z
  cap_standing full;
  full.limit = 1'000;
  full.used = 990;
  const auto told = [&](cap_unit unit, limit_form form) {
    full.unit = unit;
    std::string out;
    add_rate_limit_fields(full, form, now, out);
    return out;
  };
  // A cap without an end, as one of the request alone.
  BOOST_TEST(told(cap_unit::requests, limit_form::openai) ==
             "x-ratelimit-limit-requests: 1000\r\nx-ratelimit-remaining-requests: 10\r\n");
  full.window.end = now + std::chrono::milliseconds{3'661'001};
  full.held = 20;
  BOOST_TEST(told(cap_unit::tokens, limit_form::openai) ==
             "x-ratelimit-limit-tokens: 1000\r\nx-ratelimit-remaining-tokens: "
             "0\r\nx-ratelimit-reset-tokens: 1h1m2s\r\n");
  full.window.end = now + std::chrono::minutes{6};
  BOOST_TEST(
      told(cap_unit::tokens, limit_form::openai).ends_with("x-ratelimit-reset-tokens: 6m0s\r\n"));
  BOOST_TEST(told(cap_unit::output_tokens, limit_form::anthropic) ==
             "anthropic-ratelimit-output-tokens-limit: "
             "1000\r\nanthropic-ratelimit-output-tokens-remaining: 0\r\n"
             "anthropic-ratelimit-output-tokens-reset: 2026-03-02T10:06:00Z\r\n");
  full.window.end = now - std::chrono::seconds{1};
  BOOST_TEST(
      told(cap_unit::requests, limit_form::openai).ends_with("x-ratelimit-reset-requests: 0s\r\n"));
  BOOST_TEST(told(cap_unit::usd, limit_form::openai) == "");
  BOOST_TEST(told(cap_unit::input_tokens, limit_form::openai) == "");
  BOOST_TEST(told(cap_unit::tokens, limit_form::none) == "");
}

BOOST_AUTO_TEST_CASE(what_a_provider_s_connection_names_is_not_passed_on) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Inner\r\nx-inner: 10.0.0.7\r\nX-Other: 1\r\n"
      "connection: x-other\r\nx-inner-2: 2\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: "
      "0\r\n\r\n";
  std::size_t scanned = 0;
  response_head head;
  BOOST_REQUIRE(check_response_head(text, head_limits(), false, scanned, head).state ==
                head_state::complete);
  std::string out;
  add_upstream_fields(head, content_coding::identity, out);
  BOOST_TEST(out == "x-inner-2: 2\r\n");
}

BOOST_AUTO_TEST_CASE(what_a_head_says_of_a_coding_goes_with_the_coding) {
  const std::string of_coded_bytes =
      "Content-Encoding: gzip\r\nContent-MD5: x\r\nDigest: x\r\nContent-Digest: x\r\n"
      "Repr-Digest: x\r\n";
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + of_coded_bytes + "vary: x\r\n\r\n";
  std::size_t scanned = 0;
  response_head head;
  BOOST_REQUIRE(check_response_head(text, head_limits(), false, scanned, head).state ==
                head_state::complete);
  for (const content_coding decoded : {content_coding::gzip, content_coding::deflate}) {
    std::string out;
    add_upstream_fields(head, decoded, out);
    BOOST_TEST(out == "vary: x\r\n");
  }
  for (const content_coding kept : {content_coding::identity, content_coding::unreadable}) {
    std::string out;
    add_upstream_fields(head, kept, out);
    BOOST_TEST(out == of_coded_bytes + "vary: x\r\n");
  }
}

BOOST_AUTO_TEST_CASE(where_a_redirect_leads_is_not_passed_on) {
  const auto passed = [](const std::string& status) {
    const std::string text =
        "HTTP/1.1 " + status + " X\r\nLocation: http://10.0.0.7/inner\r\nContent-Length: 0\r\n\r\n";
    std::size_t scanned = 0;
    response_head head;
    BOOST_REQUIRE(check_response_head(text, head_limits(), false, scanned, head).state ==
                  head_state::complete);
    std::string out;
    add_upstream_fields(head, content_coding::identity, out);
    return out;
  };
  for (const std::string status : {"300", "301", "302", "303", "307", "308"})
    BOOST_TEST(passed(status) == "", status);
  BOOST_TEST(passed("201") == "Location: http://10.0.0.7/inner\r\n");
}

BOOST_AUTO_TEST_CASE(the_remaining_budget_is_never_shown_below_zero) {
  cap_standing standing;
  standing.cap = "day";
  standing.unit = cap_unit::usd;
  standing.limit = 1'000'000'000;
  standing.used = 900'000'000;
  standing.held = 50'000'000;
  std::string out;
  add_budget_fields(standing, out);
  BOOST_TEST(
      out ==
      "x-stint-budget-cap: day\r\nx-stint-budget-unit: usd\r\nx-stint-budget-remaining: 0.05\r\n");
  standing.used = 2'000'000'000;
  out.clear();
  add_budget_fields(standing, out);
  BOOST_TEST(out.ends_with("x-stint-budget-remaining: 0.00\r\n"));
}

BOOST_AUTO_TEST_CASE(every_answer_begins_with_its_status_and_the_id_of_its_call) {
  call_id id;
  for (std::size_t n = 0; n < id.bytes.size(); ++n)
    id.bytes[n] = static_cast<std::uint8_t>(n * 17);
  std::string out;
  begin_head(404, id, out);
  BOOST_TEST(out ==
             "HTTP/1.1 404 Not Found\r\n"
             "x-stint-request-id: 00112233-4455-6677-8899-aabbccddeeff\r\n");
}

BOOST_AUTO_TEST_CASE(names_are_told_apart_whatever_their_case_and_only_as_a_whole) {
  for (const auto& [field, is_passed_on] : {std::pair{"SET-COOKIE", false},
                                            {"Set-Cookie2", true},
                                            {"KEEP-ALIVE", false},
                                            {"let-cookie", true},
                                            {"te", false},
                                            {"tea", true},
                                            {"X-STINT-anything", false},
                                            {"x-stint-", false},
                                            {"x-stint", true},
                                            {"y-stint-x", true},
                                            {"Proxy-Authenticate", false},
                                            {"www-authenticate", true},
                                            {"ALT-SVC", false},
                                            {"NEL", false}}) {
    const std::string line = std::string(field) + ": v\r\n";
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + line + "\r\n";
    std::size_t scanned = 0;
    response_head head;
    BOOST_REQUIRE(check_response_head(text, head_limits(), false, scanned, head).state ==
                  head_state::complete);
    std::string out;
    add_upstream_fields(head, content_coding::identity, out);
    BOOST_TEST(out == (is_passed_on ? line : std::string()), field << " gave " << out);
  }
}

BOOST_AUTO_TEST_CASE(without_a_cap_nothing_is_said_of_a_budget) {
  std::string out;
  add_budget_fields(std::nullopt, out);
  BOOST_TEST(out == "");
}

BOOST_AUTO_TEST_CASE(a_budget_that_is_not_money_is_told_as_a_number) {
  cap_standing standing;
  standing.cap = "rpm";
  standing.unit = cap_unit::requests;
  standing.limit = 600;
  standing.used = 1;
  standing.held = 2;
  std::string out;
  add_budget_fields(standing, out);
  BOOST_TEST(out ==
             "x-stint-budget-cap: rpm\r\nx-stint-budget-unit: requests\r\n"
             "x-stint-budget-remaining: 597\r\n");
  standing.limit = 3;
  out.clear();
  add_budget_fields(standing, out);
  BOOST_TEST(out.ends_with("remaining: 0\r\n"));
}

BOOST_AUTO_TEST_CASE(a_bound_is_told_only_where_it_was_lowered) {
  std::string out;
  add_limit_field(0, out);
  BOOST_TEST(out == "");
  add_limit_field(1, out);
  BOOST_TEST(out == "x-stint-output-limit: 1\r\n");
}

BOOST_AUTO_TEST_CASE(the_cost_is_told_with_all_that_went_in_and_came_out) {
  usage used;
  used.input_tokens = 1;
  used.cached_input_tokens = 10;
  used.audio_input_tokens = 100;
  used.output_tokens = 1'000;
  used.reasoning_tokens = 500;
  used.audio_output_tokens = 10'000;
  std::string out;
  add_cost_fields(nanodollars(1), used, out);
  BOOST_TEST(out ==
             "x-stint-cost-usd: 0.000000001\r\nx-stint-input-tokens: 111\r\n"
             "x-stint-output-tokens: 11000\r\n");
}

BOOST_AUTO_TEST_CASE(a_head_with_a_length_says_what_becomes_of_the_connection_where_it_must) {
  const auto ended = [](bool http_1_1, bool keep_alive) {
    std::string out;
    end_head_with_length(12, http_1_1, keep_alive, out);
    return out;
  };
  BOOST_TEST(ended(true, true) == "content-length: 12\r\n\r\n");
  BOOST_TEST(ended(true, false) == "content-length: 12\r\nconnection: close\r\n\r\n");
  BOOST_TEST(ended(false, true) == "content-length: 12\r\nconnection: keep-alive\r\n\r\n");
  BOOST_TEST(ended(false, false) == "content-length: 12\r\nconnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_stream_is_chunked_for_who_knows_chunks) {
  const auto ended = [](bool http_1_1, bool keep_alive) {
    std::string out;
    end_head_of_stream(http_1_1, keep_alive, out);
    return out;
  };
  BOOST_TEST(ended(true, true) == "transfer-encoding: chunked\r\n\r\n");
  BOOST_TEST(ended(true, false) == "transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
  BOOST_TEST(ended(false, false) == "connection: close\r\n\r\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
