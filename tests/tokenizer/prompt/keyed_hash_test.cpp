// Goal: the digest tells texts apart and forgets nothing of them. That strangers cannot make it
// collide is proven for NH, not tested.
#include "tokenizer/prompt/keyed_hash.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(keyed_hash_suite)

namespace {

using stint::tokenizer::keyed_hash;
__extension__ using wide = unsigned __int128;

// Numbers that have nothing to do with each other.
struct scattered {
  std::uint64_t state = 0;
  std::uint64_t operator()() {
    std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
  }
};

// RFC 4418, section 5.2, with words of 64 bits, by its letter.
std::vector<std::uint64_t> nh(const std::vector<std::uint64_t>& words, const std::uint64_t* key) {
  wide sum = 0;
  for (std::size_t i = 0; i < words.size(); i += 2)
    sum += static_cast<wide>(words[i] + key[i]) * static_cast<wide>(words[i + 1] + key[i + 1]);
  return {static_cast<std::uint64_t>(sum), static_cast<std::uint64_t>(sum >> 64)};
}

// Twice, the key two words on.
std::vector<std::uint64_t> nh_twice(const std::vector<std::uint64_t>& words,
                                    const std::uint64_t* key) {
  std::vector<std::uint64_t> both = nh(words, key);
  for (const std::uint64_t half : nh(words, key + 2))
    both.push_back(half);
  return both;
}

std::vector<std::uint64_t> words_of(std::string block) {
  block.resize((block.size() + 15) / 16 * 16);
  std::vector<std::uint64_t> words(block.size() / 8);
  if (!words.empty()) std::memcpy(words.data(), block.data(), block.size());
  return words;
}

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

BOOST_AUTO_TEST_CASE(the_digest_is_nh_taken_twice_over_blocks_and_then_over_their_sums) {
  scattered random;
  keyed_hash::block_key of_blocks;
  keyed_hash::top_key of_sums;
  std::generate(of_blocks.begin(), of_blocks.end(), std::ref(random));
  std::generate(of_sums.begin(), of_sums.end(), std::ref(random));
  const keyed_hash hash(of_blocks, of_sums);
  for (const std::size_t size : {0U, 1U, 16U, 40U, 1024U, 1025U, 3000U, 65'536U}) {
    std::string text(size, '\0');
    std::generate(text.begin(), text.end(), [&] { return static_cast<char>(random()); });
    std::vector<std::uint64_t> sums;
    for (std::size_t at = 0; at == 0 || at < size; at += 1024) {
      for (const std::uint64_t word : nh_twice(words_of(text.substr(at, 1024)), of_blocks.data()))
        sums.push_back(word);
    }
    const keyed_hash::digest digest = hash.of(text);
    const auto expected = nh_twice(sums, of_sums.data());
    BOOST_TEST(digest == expected, boost::test_tools::per_element());
  }
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
