// Goal: a memo changes what counting costs and never what it gives, shares nothing between scopes,
// and keeps within its memory, from any number of threads.
#include "tokenizer/prompt/segment_memo.hpp"

#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tokenizer/bpe/kernel_texts.hpp"
#include "tokenizer/models/named_encodings.hpp"

BOOST_AUTO_TEST_SUITE(segment_memo_suite)

namespace {

using namespace stint::tokenizer;

// Lines of hard spans, long enough for several segments.
std::string lines(std::mt19937& random, std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += hard_text(random, random() % 200) + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(segments_add_up_to_the_text_under_every_encoding) {
  constexpr unsigned seed = 471;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  std::size_t cuts = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string text = lines(random, 3000 + random() % 30'000);
    for (const std::string_view name : encoding_names()) {
      const encoding* const words = find_encoding(name);
      std::int64_t tokens = 0;
      for (std::string_view rest = text; !rest.empty();) {
        const std::size_t size = segment_memo::segment_end(rest);
        tokens += words->count(rest.substr(0, size));
        rest.remove_prefix(size);
        cuts += rest.empty() ? 0 : 1;
      }
      BOOST_TEST_REQUIRE(tokens == words->count(text), name);
    }
  }
  BOOST_TEST(cuts > 100U);
}

BOOST_AUTO_TEST_CASE(a_text_that_comes_back_longer_costs_its_end) {
  std::mt19937 random{1};
  segment_memo memo(1 << 20);
  std::string text = lines(random, 100'000);
  BOOST_TEST(memo.count(o200k_base(), 1, text) == o200k_base().count(text));
  BOOST_TEST(memo.known_bytes() == 0U);
  const std::uint64_t before = memo.counted_bytes();
  text += lines(random, 1000);
  BOOST_TEST(memo.count(o200k_base(), 1, text) == o200k_base().count(text));
  BOOST_TEST(memo.known_bytes() > 90'000U);
  BOOST_TEST(memo.counted_bytes() - before < 12'000U);
}

// Lines of kana, of lists and of no lines at all had no border, and were counted anew on every
// turn.
BOOST_AUTO_TEST_CASE(texts_without_lines_of_english_are_remembered_too) {
  for (const std::string_view span :
       {"ひらがなのぎょう。\n", "- item one of the list\n", "Ещё одна строка.\n",
        R"({"key":"value of it","n":1234567},)", "AbCd1234efGH5678ijkl"}) {
    std::string text;
    while (text.size() < 200'000)
      text += span;
    segment_memo memo(1 << 20);
    for (int turn = 0; turn < 2; ++turn)
      BOOST_TEST(memo.count(o200k_base(), 1, text) == o200k_base().count(text), span);
    BOOST_TEST(memo.known_bytes() > 190'000U, span);
  }
}

BOOST_AUTO_TEST_CASE(scopes_and_encodings_share_nothing) {
  const std::string text(1000, 'q');
  segment_memo memo(1 << 16);
  const std::uint64_t acme = memo.scope_of("acme");
  BOOST_TEST(acme == memo.scope_of("acme"));
  BOOST_TEST(acme != memo.scope_of("zenith"));
  (void)memo.count(o200k_base(), acme, text);
  (void)memo.count(o200k_base(), memo.scope_of("zenith"), text);
  BOOST_TEST(memo.count(cl100k_base(), acme, text) == cl100k_base().count(text));
  BOOST_TEST(memo.known_bytes() == 0U);
  (void)memo.count(o200k_base(), acme, text);
  BOOST_TEST(memo.known_bytes() == text.size());
}

BOOST_AUTO_TEST_CASE(a_full_memo_forgets_and_stays_right) {
  std::mt19937 random{2};
  segment_memo memo(0);  // one set
  for (int round = 0; round < 500; ++round) {
    const std::string text = hard_text(random, 300 + random() % 50);
    BOOST_TEST_REQUIRE(memo.count(o200k_base(), 1, text) == o200k_base().count(text));
  }
}

BOOST_AUTO_TEST_CASE(short_texts_and_those_without_a_border_are_counted) {
  segment_memo memo(1 << 16);
  BOOST_TEST(memo.count(o200k_base(), 1, "") == 0);
  BOOST_TEST(memo.count(o200k_base(), 1, "one two") == 2);
  const std::string endless(200'000, 'a');
  BOOST_TEST(memo.count(o200k_base(), 1, endless) == o200k_base().count(endless));
}

BOOST_AUTO_TEST_CASE(threads_that_fight_for_the_same_entries_count_alike) {
  std::mt19937 random{3};
  std::vector<std::string> texts;
  std::vector<std::int64_t> expected;
  for (int i = 0; i < 40; ++i) {
    texts.push_back(hard_text(random, 400));
    expected.push_back(o200k_base().count(texts.back()));
  }
  segment_memo memo(0);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < 4000; ++i) {
        const std::size_t which = (i * 7 + static_cast<std::size_t>(thread)) % texts.size();
        if (memo.count(o200k_base(), 1, texts[which]) != expected[which]) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  BOOST_TEST(wrong == 0);
  BOOST_TEST(memo.known_bytes() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
