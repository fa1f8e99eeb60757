// Goal: a chunked body ends at one byte or is refused, however its bytes arrive, within bounds on
// body and framing. Method: own vectors from tests/vectors/http, limits at n−1, n, n+1, long
// streams.
#include "gateway/http/chunked_body.hpp"

#include <limits>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/http/http_vectors.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(chunked_body_suite)

namespace {

using testing::http_vector;

// As the vectors say.
constexpr std::size_t body_bytes_max = 64;
constexpr std::size_t framing_bytes_max = 64;

std::string_view name_of(chunk_state state) {
  switch (state) {
    case chunk_state::more:
      return "more";
    case chunk_state::done:
      return "done";
    case chunk_state::malformed:
      return "malformed";
    case chunk_state::framing_too_large:
      return "framing_too_large";
    case chunk_state::body_too_large:
      return "body_too_large";
  }
  return "";
}

struct decoding {
  chunk_state state = chunk_state::more;
  std::size_t consumed = 0;
  std::string body;

  bool operator==(const decoding&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const decoding& d) {
    return out << name_of(d.state) << " after " << d.consumed << ": " << d.body;
  }
};

// `cuts` are the offsets at which one call ends and the next begins.
decoding decode(std::string_view bytes, const std::vector<std::size_t>& cuts,
                chunked_decoder decoder) {
  decoding result;
  std::size_t start = 0;
  for (std::size_t piece = 0; piece <= cuts.size(); ++piece) {
    const std::size_t end = piece < cuts.size() ? cuts[piece] : bytes.size();
    const auto exact = std::make_unique<char[]>(end - start);
    bytes.copy(exact.get(), end - start, start);
    std::size_t consumed = 0;
    result.state = decoder.consume({exact.get(), end - start}, result.body, consumed);
    result.consumed += consumed;
    start = end;
  }
  BOOST_TEST(decoder.body_bytes() == result.body.size());
  return result;
}

decoding decode_on_every_split(std::string_view bytes) {
  const chunked_decoder fresh(body_bytes_max, framing_bytes_max);
  const decoding whole = decode(bytes, {}, fresh);
  std::vector<std::size_t> everywhere;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut)
    everywhere.push_back(cut);
  BOOST_TEST(decode(bytes, everywhere, fresh) == whole);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    BOOST_TEST_CONTEXT("cut at " << cut) {
      BOOST_TEST(decode(bytes, {cut}, fresh) == whole);
    }
  }
  return whole;
}

std::string_view state_of(std::string_view bytes, std::size_t body_max, std::size_t framing_max) {
  return name_of(decode(bytes, {}, chunked_decoder(body_max, framing_max)).state);
}

// What follows the first word of the expectation.
std::string expected_body(const http_vector& vector) {
  const std::size_t space = vector.expected.find(' ');
  return space == std::string::npos ? "" : testing::unescaped(vector.expected.substr(space + 1));
}

}  // namespace

BOOST_DATA_TEST_CASE(
    complete_bodies_decode_the_same_however_they_arrive,
    boost::unit_test::data::make(testing::read_http_vectors("chunked_accepted.txt")), vector) {
  const decoding whole = decode_on_every_split(vector.bytes);
  BOOST_TEST(name_of(whole.state) == "done");
  BOOST_TEST(whole.body == expected_body(vector));
  BOOST_TEST(vector.bytes.size() - whole.consumed == std::stoul(vector.expected));
}

BOOST_DATA_TEST_CASE(
    refused_bodies_are_refused_however_they_arrive,
    boost::unit_test::data::make(testing::read_http_vectors("chunked_refused.txt")), vector) {
  BOOST_TEST(name_of(decode_on_every_split(vector.bytes).state) == vector.expected);
}

BOOST_DATA_TEST_CASE(
    beginnings_of_bodies_give_what_has_arrived,
    boost::unit_test::data::make(testing::read_http_vectors("chunked_incomplete.txt")), vector) {
  const decoding whole = decode_on_every_split(vector.bytes);
  BOOST_TEST(name_of(whole.state) == "more");
  BOOST_TEST(whole.body == expected_body(vector));
  BOOST_TEST(whole.consumed == vector.bytes.size());
}

BOOST_AUTO_TEST_CASE(a_verdict_is_final) {
  for (const std::string_view first :
       {"0\r\n\r\n", "x", "41\r\n",
        "5;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    chunked_decoder decoder(body_bytes_max, framing_bytes_max);
    std::string body;
    std::size_t consumed = 0;
    const chunk_state state = decoder.consume(first, body, consumed);
    BOOST_TEST((state != chunk_state::more));
    BOOST_TEST((decoder.consume("5\r\nhello\r\n0\r\n\r\n", body, consumed) == state));
    BOOST_TEST(consumed == 0U);
    BOOST_TEST(body == "");
  }
}

BOOST_AUTO_TEST_CASE(body_bytes_are_limited_exactly) {
  const std::string body = "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n";
  BOOST_TEST(state_of(body, 9, 64) == "done");
  BOOST_TEST(state_of(body, 8, 64) == "done");
  BOOST_TEST(state_of(body, 7, 64) == "body_too_large");
  BOOST_TEST(state_of("0\r\n\r\n", 0, 64) == "done");
  BOOST_TEST(state_of("1\r\n", 0, 64) == "body_too_large");
}

BOOST_AUTO_TEST_CASE(a_body_without_limit_still_cannot_overflow) {
  constexpr auto unlimited = std::numeric_limits<std::size_t>::max();
  BOOST_TEST(state_of("5\r\nhello\r\nffffffffffffffff\r\n", unlimited, 64) == "body_too_large");
  BOOST_TEST(state_of("5\r\nhello\r\nfffffffffffffffa\r\n", unlimited, 64) == "more");
}

BOOST_AUTO_TEST_CASE(framing_bytes_are_limited_exactly) {
  const std::string body = "0\r\nX-A: b\r\n\r\n";
  BOOST_TEST(state_of(body, 64, body.size() + 1) == "done");
  BOOST_TEST(state_of(body, 64, body.size()) == "done");
  BOOST_TEST(state_of(body, 64, body.size() - 1) == "framing_too_large");
}

// A day's stream of small events must not be cut by a limit that is meant for padding.
BOOST_AUTO_TEST_CASE(a_long_stream_of_small_chunks_passes) {
  chunked_decoder decoder(std::numeric_limits<std::size_t>::max(), 64);
  const std::string chunk = "a\r\ndata: {}\n\n\r\n";
  std::string body;
  std::size_t consumed = 0;
  for (int i = 0; i < 100'000; ++i) {
    body.clear();
    BOOST_REQUIRE(decoder.consume(chunk, body, consumed) == chunk_state::more);
    BOOST_REQUIRE(body == "data: {}\n\n");
  }
  BOOST_TEST(decoder.body_bytes() == 1'000'000U);
  BOOST_TEST((decoder.consume("0\r\n\r\n", body, consumed) == chunk_state::done));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
