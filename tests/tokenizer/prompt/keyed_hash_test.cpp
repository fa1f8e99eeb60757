// Goal: the digest tells texts apart and forgets nothing of them. That strangers cannot make it
// collide is proven for NH, not tested.
#include "tokenizer/prompt/keyed_hash.hpp"

#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(keyed_hash_suite)

namespace {

using stint::tokenizer::keyed_hash;

}  // namespace

BOOST_AUTO_TEST_CASE(every_bit_of_a_text_matters) {
  const keyed_hash hash;
  for (const std::size_t size : {1U, 15U, 16U, 17U, 1023U, 1024U, 1025U, 5000U}) {
    std::string text(size, 'x');
    std::set<keyed_hash::digest> seen = {hash.of(text)};
    for (std::size_t at = 0; at < size; at += 1 + size / 100) {
      for (int bit = 0; bit < 8; ++bit) {
        text[at] = static_cast<char>('x' ^ 1 << bit);
        BOOST_TEST_REQUIRE(seen.insert(hash.of(text)).second, "byte " << at << ", bit " << bit);
        text[at] = 'x';
      }
    }
    BOOST_TEST(hash.of(text) == hash.of(std::string(size, 'x')));
  }
}

BOOST_AUTO_TEST_CASE(blocks_and_words_that_change_places_are_seen) {
  const keyed_hash hash;
  const std::string a(1024, 'a');
  const std::string b(1024, 'b');
  BOOST_TEST((hash.of(a + b) != hash.of(b + a)));
  BOOST_TEST((hash.of("12345678abcdefgh") != hash.of("abcdefgh12345678")));
}

BOOST_AUTO_TEST_CASE(each_key_has_digests_of_its_own) {
  BOOST_TEST((keyed_hash().of("text") != keyed_hash().of("text")));
}

BOOST_AUTO_TEST_CASE(the_longest_text_has_a_digest_and_the_empty_one_too) {
  const keyed_hash hash;
  const std::string longest(keyed_hash::text_bytes_max, 'z');
  std::string other = longest;
  other.back() = 'y';
  BOOST_TEST((hash.of(longest) != hash.of(other)));
  BOOST_TEST((hash.of("") == hash.of("")));
}

BOOST_AUTO_TEST_SUITE_END()
