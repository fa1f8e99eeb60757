// Goal: an upstream's head is read in exactly one way or not at all, however its bytes arrive.
// Method: own vectors from tests/vectors/http, every status, limits at n−1, n, n+1.
#include "gateway/http/response_head.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/http/http_vectors.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(response_head_suite)

namespace {

using testing::http_vector;

std::string describe(const response_head& head) {
  std::string text = std::to_string(head.status) + (head.http_1_1 ? " 1.1 " : " 1.0 ");
  switch (head.framing) {
    case answer_framing::none:
      text += "none";
      break;
    case answer_framing::length:
      text += "length:" + std::to_string(head.content_length);
      break;
    case answer_framing::chunked:
      text += "chunked";
      break;
    case answer_framing::until_close:
      text += "until_close";
      break;
  }
  return text + (head.keep_alive ? " keep " : " close ") + std::to_string(head.field_count);
}

std::optional<std::string> check(std::string_view received, std::size_t& scanned, bool answers_head,
                                 const head_limits& limits = {}) {
  response_head head;
  const head_check checked = check_response_head(received, limits, answers_head, scanned, head);
  return testing::verdict_of(checked, head, [](const auto& read) { return describe(read); });
}

std::string verdict(std::string_view received, const head_limits& limits = {}) {
  std::size_t scanned = 0;
  const auto text = check(received, scanned, false, limits);
  return text ? text->substr(0, text->find('\n')) : "more";
}

void expect_on_every_split(const http_vector& vector) {
  const std::size_t space = vector.expected.find(' ');
  const bool answers_head = vector.expected.substr(0, space) == "HEAD";
  const auto found = testing::verdicts_for_every_split(
      vector.bytes, [answers_head](std::string_view received, std::size_t& scanned) {
        return check(received, scanned, answers_head);
      });
  BOOST_TEST_CONTEXT(found.whole) {
    BOOST_TEST(found.whole.substr(0, found.whole.find('\n')) == vector.expected.substr(space + 1));
    BOOST_TEST(found.difference == "");
  }
}

}  // namespace

BOOST_DATA_TEST_CASE(
    refused_responses_are_refused_however_they_arrive,
    boost::unit_test::data::make(testing::read_http_vectors("response_refused.txt")), vector) {
  expect_on_every_split(vector);
}

BOOST_DATA_TEST_CASE(
    accepted_responses_read_the_same_however_they_arrive,
    boost::unit_test::data::make(testing::read_http_vectors("response_accepted.txt")), vector) {
  expect_on_every_split(vector);
}

BOOST_DATA_TEST_CASE(
    beginnings_of_responses_wait_for_more,
    boost::unit_test::data::make(testing::read_http_vectors("response_incomplete.txt")), vector) {
  expect_on_every_split(vector);
}

BOOST_AUTO_TEST_CASE(exactly_the_statuses_100_to_599_but_101_are_accepted) {
  for (int status = 0; status < 1000; ++status) {
    std::string digits = std::to_string(status);
    digits.insert(0, 3 - digits.size(), '0');
    const bool accepted = verdict("HTTP/1.1 " + digits + " X\r\n\r\n") != "502";
    BOOST_TEST_CONTEXT(digits) {
      BOOST_TEST(accepted == (status >= 100 && status <= 599 && status != 101));
    }
  }
}

BOOST_AUTO_TEST_CASE(head_bytes_are_limited_exactly) {
  const std::string head = "HTTP/1.1 200 OK\r\nX-Filler: " + std::string(500, 'a') + "\r\n\r\n";
  BOOST_TEST(verdict(head, {.bytes_max = head.size() + 1}) == "200 1.1 until_close close 1");
  BOOST_TEST(verdict(head, {.bytes_max = head.size()}) == "200 1.1 until_close close 1");
  BOOST_TEST(verdict(head, {.bytes_max = head.size() - 1}) == "502");
  BOOST_TEST(verdict(head.substr(0, 399), {.bytes_max = 400}) == "more");
  BOOST_TEST(verdict(head.substr(0, 400), {.bytes_max = 400}) == "502");
}

BOOST_AUTO_TEST_CASE(fields_are_limited_exactly) {
  const auto with_fields = [](std::size_t count) {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i < count; ++i)
      head += "Set-Cookie: a\r\n";
    return head + "\r\n";
  };
  BOOST_TEST(verdict(with_fields(99), {.fields_max = 100}) == "200 1.1 until_close close 99");
  BOOST_TEST(verdict(with_fields(100), {.fields_max = 100}) == "200 1.1 until_close close 100");
  BOOST_TEST(verdict(with_fields(101), {.fields_max = 100}) == "502");
}

BOOST_AUTO_TEST_CASE(what_an_answer_is_its_media_type_alone_says) {
  const auto media_of = [](std::string_view content_type) {
    const std::string bytes =
        "HTTP/1.1 200 OK\r\nContent-Type: " + std::string(content_type) + "\r\n\r\n";
    response_head head;
    std::size_t scanned = 0;
    BOOST_TEST_REQUIRE(
        (check_response_head(bytes, {}, false, scanned, head).state == head_state::complete));
    return head.media();
  };
  for (const char* type : {"text/event-stream", "Text/Event-Stream;charset=utf-8",
                           "text/event-stream ; charset=utf-8"})
    BOOST_TEST((media_of(type) == answer_media::event_stream), type);
  for (const char* type : {"application/json", "application/JSON; charset=utf-8",
                           "application/json; x=text/event-stream"})
    BOOST_TEST((media_of(type) == answer_media::json), type);
  for (const char* type :
       {"text/event-streams", "", "text/plain", "application/json-seq", "application/x-ndjson",
        "application/jsonl", "application/vnd.amazon.eventstream"})
    BOOST_TEST((media_of(type) == answer_media::other), type);
}

// A pooled connection keeps one response_head: nothing of the answer before may show in the next.
BOOST_AUTO_TEST_CASE(a_head_that_is_used_again_forgets_the_answer_before) {
  response_head head;
  std::size_t scanned = 0;
  const std::string first = "HTTP/1.0 404 X\r\nContent-Length: 5\r\nX-A: b\r\n\r\n";
  BOOST_REQUIRE(check_response_head(first, {}, false, scanned, head).state == head_state::complete);
  scanned = 0;
  const std::string second = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  BOOST_REQUIRE(check_response_head(second, {}, false, scanned, head).state ==
                head_state::complete);
  BOOST_TEST(describe(head) == "200 1.1 chunked keep 1");
  BOOST_TEST(head.content_length == 0U);
  BOOST_TEST(!head.find("x-a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
