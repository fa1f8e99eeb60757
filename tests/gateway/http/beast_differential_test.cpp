// Goal: what we accept, a second reader accepts too and reads in the same way; and the vectors that
// claim that Beast accepts them tell the truth. Method: Boost.Beast's parsers on every vector and
// on random mutations of all of them, from a printed seed. STINT_TEST_SEED sets another seed.
#include <cstdlib>

#include <boost/test/unit_test.hpp>

#include "gateway/http/beast_opinion.hpp"
#include "gateway/http/http_mutator.hpp"
#include "gateway/http/http_vectors.hpp"

namespace stint {
BOOST_AUTO_TEST_SUITE(beast_differential_suite)

namespace {

constexpr int rounds = 150'000;
// Fewer accepted than this, and the comparison would say little.
constexpr int accepted_min = rounds / 20;

std::uint32_t chosen_seed() {
  const char* given = std::getenv("STINT_TEST_SEED");
  return given == nullptr ? 20'260'719U : static_cast<std::uint32_t>(std::stoul(given));
}

std::vector<std::string> bytes_of(std::initializer_list<const char*> files) {
  std::vector<std::string> all;
  for (const char* file : files) {
    for (auto& vector : testing::read_http_vectors(file))
      all.push_back(std::move(vector.bytes));
  }
  return all;
}

testing::decoded_body decode(std::string_view bytes) {
  testing::decoded_body result;
  chunked_decoder decoder(1'000'000, 1'000'000);
  result.done = decoder.consume(bytes, result.body, result.consumed) == chunk_state::done;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(beast_accepts_the_refused_heads_that_say_so) {
  int claims = 0;
  for (const auto& vector : testing::read_http_vectors("request_refused.txt")) {
    if (!vector.name.starts_with("beast_")) continue;
    ++claims;
    testing::http::request_parser<testing::http::empty_body> parser;
    BOOST_TEST_CONTEXT(vector) {
      BOOST_TEST(testing::reads_head(parser, vector.bytes));
    }
  }
  BOOST_TEST(claims > 60);
}

BOOST_AUTO_TEST_CASE(beast_reads_every_accepted_request_head_alike) {
  const std::uint32_t seed = chosen_seed();
  testing::http_mutator mutator(seed, bytes_of({"request_accepted.txt", "request_refused.txt"}));
  int accepted = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string bytes = mutator.next();
    request_head head;
    std::size_t scanned = 0;
    if (check_request_head(bytes, {}, scanned, head).state != head_state::complete) continue;
    ++accepted;
    const auto second =
        testing::request_by_beast(bytes.substr(0, head.size_bytes), head.keep_alive);
    BOOST_TEST_CONTEXT("seed " << seed << ", round " << round << ":\n" << bytes) {
      BOOST_REQUIRE_EQUAL(testing::text_of(head), second.value_or("refused"));
    }
  }
  BOOST_TEST(accepted > accepted_min);
}

BOOST_AUTO_TEST_CASE(beast_reads_every_accepted_response_head_alike) {
  const std::uint32_t seed = chosen_seed();
  testing::http_mutator mutator(seed, bytes_of({"response_accepted.txt", "response_refused.txt"}));
  int accepted = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string bytes = mutator.next();
    response_head head;
    std::size_t scanned = 0;
    if (check_response_head(bytes, {}, false, scanned, head).state != head_state::complete)
      continue;
    if (testing::lacks_space_after_status(bytes)) continue;
    ++accepted;
    const auto second = testing::response_by_beast(bytes.substr(0, head.size_bytes));
    BOOST_TEST_CONTEXT("seed " << seed << ", round " << round << ":\n" << bytes) {
      BOOST_REQUIRE_EQUAL(testing::text_of(head), second.value_or("refused"));
    }
  }
  BOOST_TEST(accepted > accepted_min);
}

BOOST_AUTO_TEST_CASE(beast_reads_every_accepted_chunked_body_alike) {
  const std::uint32_t seed = chosen_seed();
  testing::http_mutator mutator(
      seed, bytes_of({"chunked_accepted.txt", "chunked_refused.txt", "chunked_incomplete.txt"}));
  int accepted = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string bytes = mutator.next();
    const auto own = decode(bytes);
    if (!own.done || testing::may_have_framing_trailer(bytes)) continue;
    ++accepted;
    const auto second = testing::decode_by_beast(bytes);
    BOOST_TEST_CONTEXT("seed " << seed << ", round " << round << ":\n" << bytes) {
      BOOST_REQUIRE(second.done);
      BOOST_REQUIRE_EQUAL(own.consumed, second.consumed);
      BOOST_REQUIRE_EQUAL(own.body, second.body);
    }
  }
  BOOST_TEST(accepted > accepted_min);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace stint
