// Goal: a text's count does not depend on how it arrives. Method: random texts on the
// pre-tokenizers' borders, cut anywhere, inside characters too.
#include "tokenizer/bpe/incremental_count.hpp"

#include <algorithm>
#include <random>

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(incremental_count_suite)

namespace {

using namespace stint::tokenizer;

const encoding* const both[] = {&o200k_base(), &cl100k_base()};

constexpr std::string_view fragments[] = {"a",
                                          "Ab",
                                          "AB",
                                          "don't",
                                          "'s",
                                          "'",
                                          "'ſ",
                                          " ",
                                          "  ",
                                          "\n",
                                          "\r\n",
                                          "\t",
                                          "1",
                                          "23",
                                          "4567",
                                          "!",
                                          "/",
                                          "//",
                                          "é",
                                          "e\xCC\x81",
                                          "\xCC\x81",
                                          "あ",
                                          "中文",
                                          "\xC2\xA0",
                                          "\xC2\x85",
                                          "👩‍👩‍👧",
                                          "🇩🇪",
                                          "ǅ",
                                          "ª",
                                          "word",
                                          " word",
                                          "\xE2\x80\xA8",
                                          "\xEF\xBB\xBF",
                                          "{\"k\": 1}",
                                          "…",
                                          "\xFF",
                                          "\xE2\x82",
                                          "\xF0\x9F"};

std::string random_text(std::mt19937& random, std::size_t most) {
  std::string text;
  for (std::size_t left = random() % most + 1; left > 0; --left) {
    text += fragments[random() % std::size(fragments)];
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_total_is_exact_however_the_text_is_split) {
  std::mt19937 random{20261121};
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_text(random, 200);
    const encoding& with = *both[round % 2];
    incremental_count counter{with};
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t size = std::min<std::size_t>(random() % 24 + 1, text.size() - at);
      counter.feed(std::string_view(text).substr(at, size));
      at += size;
      if (random() % 8 == 0) BOOST_TEST_REQUIRE(counter.total() == with.count(text.substr(0, at)));
    }
    BOOST_TEST_REQUIRE(counter.total() == with.count(text));
  }
}

BOOST_AUTO_TEST_CASE(a_stable_prefix_counts_alone_whatever_follows) {
  std::mt19937 random{42};
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_text(random, 12);
    const std::string more = random_text(random, 4);
    const encoding& with = *both[round % 2];
    const std::size_t stable = with.stable_prefix(text);
    const std::string whole = text + more;
    BOOST_TEST_REQUIRE(with.count(whole) ==
                       with.count(whole.substr(0, stable)) + with.count(whole.substr(stable)));
  }
}

BOOST_AUTO_TEST_CASE(a_stable_prefix_leaves_only_the_last_piece) {
  BOOST_TEST(o200k_base().stable_prefix("Hello world") == 5U);
  BOOST_TEST(o200k_base().stable_prefix("Hello world, and") == 12U);
  BOOST_TEST(o200k_base().stable_prefix("123") == 3U);
  BOOST_TEST(o200k_base().stable_prefix("12") == 0U);
  BOOST_TEST(o200k_base().stable_prefix("I don't") == 7U);
  BOOST_TEST(o200k_base().stable_prefix("I don'") == 1U);
  // The second of the spaces is cut off for what follows, and is no border by itself.
  BOOST_TEST(o200k_base().stable_prefix("a  1") == 2U);
  BOOST_TEST(o200k_base().stable_prefix("  1") == 1U);
}

BOOST_AUTO_TEST_CASE(an_empty_counter_has_no_tokens) {
  incremental_count counter{cl100k_base()};
  BOOST_TEST(counter.total() == 0);
  counter.feed("");
  BOOST_TEST(counter.total() == 0);
}

// One piece that never ends, a byte at a time: quadratic work would take minutes.
BOOST_AUTO_TEST_CASE(a_single_endless_piece_is_fed_in_linear_time) {
  incremental_count counter{o200k_base()};
  for (int i = 0; i < 1 << 20; ++i)
    counter.feed(" ");
  BOOST_TEST(counter.total() == (1 << 20) / 128);
}

BOOST_AUTO_TEST_CASE(of_a_text_of_many_pieces_only_the_end_is_kept) {
  for (const std::string_view name : encoding_names()) {
    const encoding* const with = find_encoding(name);
    incremental_count counter{*with};
    std::string whole;
    for (int i = 0; i < 500; ++i) {
      const std::string_view piece = i % 3 == 0 ? "Un cafe\u0301 noir, " : "and more of it.\n";
      counter.feed(piece);
      whole += piece;
      BOOST_TEST_REQUIRE(counter.unsettled_bytes() < 400U, name);
    }
    BOOST_TEST(counter.total() == with->count(whole), name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
