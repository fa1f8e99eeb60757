// Goal: no request head that any server is known to read in two ways gets through, however its
// bytes arrive. Method: own vectors from tests/vectors/http, exhaustive bytes, limits at n−1, n,
// n+1.
#include "gateway/http/request_head.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/http/http_vectors.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(request_head_suite)

namespace {

using testing::http_vector;

std::string describe(const request_head& head) {
  std::string text(to_string(head.method));
  text += ' ';
  text += head.target;
  text += head.http_1_1 ? " 1.1 " : " 1.0 ";
  switch (head.framing) {
    case body_framing::none:
      text += "none";
      break;
    case body_framing::length:
      text += "length:" + std::to_string(head.content_length);
      break;
    case body_framing::chunked:
      text += "chunked";
      break;
  }
  text += head.keep_alive ? " keep" : " close";
  if (head.expect_continue) text += " continue";
  return text + ' ' + std::to_string(head.field_count);
}

std::optional<std::string> check(std::string_view received, std::size_t& scanned,
                                 const head_limits& limits = {}) {
  request_head head;
  const head_check checked = check_request_head(received, limits, scanned, head);
  return testing::verdict_of(checked, head, [](const auto& read) { return describe(read); });
}

std::string verdict(std::string_view received, const head_limits& limits = {}) {
  std::size_t scanned = 0;
  const auto text = check(received, scanned, limits);
  return text ? text->substr(0, text->find('\n')) : "more";
}

void expect_on_every_split(const http_vector& vector) {
  const auto found = testing::verdicts_for_every_split(
      vector.bytes,
      [](std::string_view received, std::size_t& scanned) { return check(received, scanned); });
  BOOST_TEST_CONTEXT(found.whole) {
    BOOST_TEST(found.whole.substr(0, found.whole.find('\n')) == vector.expected);
    BOOST_TEST(found.difference == "");
  }
}

std::string get_with(std::string_view name, std::string_view value) {
  return std::string("GET / HTTP/1.1\r\nHost: a\r\n")
      .append(name)
      .append(": ")
      .append(value)
      .append("\r\n\r\n");
}

}  // namespace

BOOST_DATA_TEST_CASE(
    refused_requests_are_refused_however_they_arrive,
    boost::unit_test::data::make(testing::read_http_vectors("request_refused.txt")), vector) {
  expect_on_every_split(vector);
}

BOOST_DATA_TEST_CASE(
    accepted_requests_read_the_same_however_they_arrive,
    boost::unit_test::data::make(testing::read_http_vectors("request_accepted.txt")), vector) {
  expect_on_every_split(vector);
}

BOOST_DATA_TEST_CASE(
    beginnings_of_requests_wait_for_more,
    boost::unit_test::data::make(testing::read_http_vectors("request_incomplete.txt")), vector) {
  expect_on_every_split(vector);
}

BOOST_AUTO_TEST_CASE(every_refusal_names_a_rule) {
  for (const auto& vector : testing::read_http_vectors("request_refused.txt")) {
    std::size_t scanned = 0;
    const auto text = check(vector.bytes, scanned);
    BOOST_TEST_CONTEXT(vector) {
      BOOST_TEST(text->find("(RFC ") != std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(head_bytes_are_limited_exactly) {
  const std::string head = get_with("X-Filler", std::string(1000, 'a'));
  BOOST_TEST(verdict(head, {.bytes_max = head.size() + 1}) == "GET / 1.1 none keep 2");
  BOOST_TEST(verdict(head, {.bytes_max = head.size()}) == "GET / 1.1 none keep 2");
  BOOST_TEST(verdict(head, {.bytes_max = head.size() - 1}) == "431");
  // Without an end in sight: refused when the limit is reached, not one byte earlier.
  BOOST_TEST(verdict(head.substr(0, 499), {.bytes_max = 500}) == "more");
  BOOST_TEST(verdict(head.substr(0, 500), {.bytes_max = 500}) == "431");
  BOOST_TEST(verdict(head.substr(0, 501), {.bytes_max = 500}) == "431");
  BOOST_TEST(verdict("GET /" + std::string(495, 'a'), {.bytes_max = 500}) == "414");
}

BOOST_AUTO_TEST_CASE(bytes_after_the_head_do_not_count_as_head) {
  const std::string head = get_with("X-A", "b");
  BOOST_TEST(verdict(head + std::string(100'000, '\n'), {.bytes_max = head.size()}) ==
             "GET / 1.1 none keep 2");
}

BOOST_AUTO_TEST_CASE(target_bytes_are_limited_exactly) {
  const head_limits limits{.target_bytes_max = 100};
  const auto with_target_of = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  BOOST_TEST(verdict(with_target_of(99), limits).starts_with("GET /a"));
  BOOST_TEST(verdict(with_target_of(100), limits).starts_with("GET /a"));
  BOOST_TEST(verdict(with_target_of(101), limits) == "414");
}

BOOST_AUTO_TEST_CASE(fields_are_limited_exactly) {
  const auto with_fields = [](std::size_t count) {
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
    for (std::size_t i = 1; i < count; ++i)
      head += "X-" + std::to_string(i) + ": b\r\n";
    return head + "\r\n";
  };
  for (const std::size_t limit : {std::size_t{1}, std::size_t{100}, header_fields_cap}) {
    const head_limits limits{.fields_max = limit};
    if (limit > 1) BOOST_TEST(verdict(with_fields(limit - 1), limits).starts_with("GET / 1.1"));
    BOOST_TEST(verdict(with_fields(limit), limits).starts_with("GET / 1.1"));
    BOOST_TEST(verdict(with_fields(limit + 1), limits) == "431");
  }
  // A limit above the storage is the storage's.
  BOOST_TEST(verdict(with_fields(header_fields_cap + 1), {.fields_max = 1000}) == "431");
}

// Every byte value at every kind of place, against the sets as the RFCs write them, with our
// exceptions.
BOOST_AUTO_TEST_CASE(only_the_bytes_of_the_grammar_are_accepted) {
  const std::string letters_and_digits =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string name_bytes = letters_and_digits + "!#$%&'*+-.^_`|~";
  const std::string host_bytes = letters_and_digits + "-._~";
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    const std::string one(1, byte);
    BOOST_TEST_CONTEXT("byte " << value) {
      BOOST_TEST((verdict(get_with("X" + one + "Y", "b")) != "400") ==
                 (byte == ':' || name_bytes.find(byte) != std::string::npos));
      BOOST_TEST((verdict(get_with("X", "b" + one + "c")) != "400") ==
                 (byte == '\t' || (value >= 0x20 && value != 0x7f)));
      BOOST_TEST((verdict("GET /a" + one + "b HTTP/1.1\r\nHost: a\r\n\r\n") != "400") ==
                 (value > 0x20 && value < 0x7f && byte != '#' && byte != '\\'));
      BOOST_TEST((verdict("GET / HTTP/1.1\r\nHost: a" + one + "1\r\n\r\n") != "400") ==
                 (byte == ':' || host_bytes.find(byte) != std::string::npos));
    }
  }
}

BOOST_AUTO_TEST_CASE(path_and_query_are_parted_at_the_first_question_mark) {
  const std::string bytes = "GET /v1/models?limit=5?x HTTP/1.1\r\nHost: a\r\n\r\n";
  request_head head;
  std::size_t scanned = 0;
  BOOST_REQUIRE(check_request_head(bytes, {}, scanned, head).state == head_state::complete);
  BOOST_TEST(head.path == "/v1/models");
  BOOST_TEST(head.query == "limit=5?x");
  BOOST_TEST(head.size_bytes == bytes.size());
}

BOOST_AUTO_TEST_CASE(find_ignores_case_and_takes_the_first) {
  const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-Trace: \t one \r\nx-trace: two\r\n\r\n";
  request_head head;
  std::size_t scanned = 0;
  BOOST_REQUIRE(check_request_head(bytes, {}, scanned, head).state == head_state::complete);
  BOOST_TEST(head.find("x-trace").value() == "one");
  BOOST_TEST(head.find("host").value() == "a");
  BOOST_TEST(!head.find("x-trac").has_value());
  BOOST_TEST(!head.find("x-tracer").has_value());
}

// A connection keeps one request_head: nothing of the request before may show in the next.
BOOST_AUTO_TEST_CASE(a_head_that_is_used_again_forgets_the_request_before) {
  request_head head;
  std::size_t scanned = 0;
  const std::string first =
      "POST /a?b HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\nX-A: b\r\n\r\n";
  BOOST_REQUIRE(check_request_head(first, {}, scanned, head).state == head_state::complete);
  scanned = 0;
  const std::string second =
      "POST /a?b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n";
  BOOST_REQUIRE(check_request_head(second, {}, scanned, head).state == head_state::complete);
  scanned = 0;
  const std::string third = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  BOOST_REQUIRE(check_request_head(third, {}, scanned, head).state == head_state::complete);
  BOOST_TEST(describe(head) == "GET / 1.1 none keep 1");
  BOOST_TEST(head.content_length == 0U);
  BOOST_TEST(head.query == "");
  BOOST_TEST(!head.find("x-a").has_value());
}

// What was scanned is not looked at again before the head is complete: a bare LF planted there
// later goes unnoticed.
BOOST_AUTO_TEST_CASE(a_dripped_head_is_not_rescanned) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-A: ";
  request_head head;
  std::size_t scanned = 0;
  BOOST_REQUIRE(check_request_head(bytes, {}, scanned, head).state == head_state::incomplete);
  BOOST_TEST(scanned == bytes.size());
  bytes[5] = '\n';
  bytes += 'b';
  BOOST_TEST((check_request_head(bytes, {}, scanned, head).state == head_state::incomplete));
  BOOST_TEST(scanned == bytes.size());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
