// Goal: a compressed body is read as what it means, and costs no more memory than one that is not.
#include "gateway/call/request/decode_body.hpp"

#include <boost/test/unit_test.hpp>

#include "gateway/call/run_to_end.hpp"
#include "gateway/http/compressed.hpp"

namespace stint {

BOOST_AUTO_TEST_SUITE(decode_body_suite)

namespace {
struct decoding {
  ~decoding() { pool.join(); }

  // What is wrong with it; "" where nothing is.
  std::string decode(content_coding coding, std::string body, std::size_t bytes_max = 1'000'000) {
    decoded = std::move(body);
    memory_claim claim(memory);
    const body_room room{claim, memory, "key_1"};
    const auto wrong = run_to_end(context, decode_body(coding, bytes_max, pool, room, decoded));
    return wrong ? std::to_string(wrong->status) + " " + wrong->message : "";
  }

  boost::asio::io_context context{1};
  boost::asio::thread_pool pool{1};
  memory_budget memory;
  std::string decoded;
};

const std::string call_text = R"({"model":"gpt-4o","messages":[]})";
}  // namespace

BOOST_FIXTURE_TEST_CASE(each_coding_is_taken_off, decoding) {
  BOOST_TEST(decode(content_coding::gzip, testing::compressed(call_text)) == "");
  BOOST_TEST(decoded == call_text);
  for (const int wrapper : {testing::zlib_wrapper, testing::no_wrapper}) {
    BOOST_TEST(decode(content_coding::deflate, testing::compressed(call_text, wrapper)) == "");
    BOOST_TEST(decoded == call_text);
  }
  BOOST_TEST(decode(content_coding::identity, call_text) == "");
  BOOST_TEST(decoded == call_text);
  BOOST_TEST(decode(content_coding::gzip, "") == "");
  BOOST_TEST(decoded == "");
}

// Larger than what is decoded on the io thread.
BOOST_FIXTURE_TEST_CASE(what_unfolds_into_much_is_whole, decoding) {
  std::string text;
  while (text.size() < 900'000)
    text += std::to_string(text.size()) + " ";
  BOOST_TEST(decode(content_coding::gzip, testing::compressed(text)) == "");
  BOOST_TEST((decoded == text));
}

BOOST_FIXTURE_TEST_CASE(what_it_means_is_bounded_and_not_what_it_was_sent_as, decoding) {
  for (const std::size_t bytes : {std::size_t{1'000}, std::size_t{600'000}}) {
    const std::string coded = testing::compressed(std::string(bytes, 'a'));
    BOOST_TEST(decode(content_coding::gzip, coded, bytes) == "");
    BOOST_TEST(decoded.size() == bytes);
    BOOST_TEST(decode(content_coding::gzip, coded, bytes - 1).starts_with("413 the body unfolds"));
  }
  // 64 MB out of 64 KB.
  std::string zeros;
  zeros.resize(64'000'000);
  const std::string bomb = testing::compressed(zeros);
  BOOST_TEST(decode(content_coding::gzip, bomb).starts_with("413 "));
}

BOOST_FIXTURE_TEST_CASE(what_it_unfolds_into_is_part_of_the_memory_of_all_bodies, decoding) {
  memory.set_limit(4'000'000);
  const std::string text(900'000, 'a');
  BOOST_TEST(decode(content_coding::gzip, testing::compressed(text)) == "");
  BOOST_TEST(memory.used() == 0U);
  memory_claim others(memory);
  BOOST_TEST((others.grow_body("key_1", 500'000) == memory_verdict::granted));
  BOOST_TEST(decode(content_coding::gzip, testing::compressed(text)).starts_with("503 "));
  BOOST_TEST(memory.used() == 500'000U);
  others.release();
  const std::string larger(1'500'000, 'a');  // more than a key's bodies may take: no waiting helps
  BOOST_TEST(
      decode(content_coding::gzip, testing::compressed(larger), 2'000'000).starts_with("413 "));
}

BOOST_FIXTURE_TEST_CASE(half_of_one_and_none_at_all_are_refused, decoding) {
  const std::string coded = testing::compressed(call_text);
  BOOST_TEST(decode(content_coding::gzip, coded.substr(0, coded.size() - 9)).starts_with("400 "));
  std::string damaged = coded;
  damaged[coded.size() / 2] = static_cast<char>(damaged[coded.size() / 2] ^ 0x55);
  BOOST_TEST(decode(content_coding::gzip, damaged).starts_with("400 "));
  BOOST_TEST(decode(content_coding::deflate, "\xff\xff\xff\xff").starts_with("400 "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint
