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

// What stands before and after a place where every rule cuts for certain; and what looks like one.
BOOST_AUTO_TEST_CASE(a_segment_ends_only_where_every_rule_cuts) {
  struct place {
    std::string_view before;
    std::string_view after;
    bool is_border;
  };
  constexpr place places[] = {// A line that ends in ink, then a letter.
                              {"!\n", "a", true},
                              {"~\n", "a", true},
                              {" \n", "a", false},
                              {"\x7F\n", "a", false},
                              {"\x1F\n", "a", false},
                              {"é\n", "a", true},
                              {"\u00C0\n", "a", true},
                              {"\u00BF\n", "a", false},
                              {"\u00A0\n", "a", false},
                              {"\u07FF\n", "a", true},
                              {"\u0800\n", "a", false},
                              {"\u2003\n", "a", false},
                              {"\u3000\n", "a", false},
                              {"\u3001\n", "a", true},
                              {"\u30FF\n", "a", true},
                              {"\uFFFD\n", "a", true},
                              {"🙂\n", "a", false},
                              {"\xE3\xC3\x80\n", "a", true},
                              {"\xE4x\x80\n", "a", false},
                              {"\xE4\xC0\x80\n", "a", false},
                              {"\xE0\x80\n", "a", false},
                              {"\xF0\x80\x80\n", "a", false},
                              {"\xE1\x85\xBF\n", "a", false},
                              {"!\n", "Z", true},
                              {"!\n", "é", true},
                              {"!\n", "É", true},
                              {"!\n", "中", true},
                              {"!\n", "\u02E0", true},
                              {"!\n", "ǅ", true},
                              {"!\n", "1", false},
                              {"!\n", ".", false},
                              {"!\n", "@", false},
                              {"!\n", "[", false},
                              {"!\n", "{", false},
                              {"!\n", "`", false},
                              {"!\n", "\u0301", false},
                              {"!\n", "\u00A0", false},
                              {"!\n", "\u0663", false},
                              {"!\n", "\n", false},
                              {"!\n", " ", false},
                              {"!\r", "a", false},
                              // A letter, then a space and a letter; a letter, then a digit.
                              {"a", " b", true},
                              {"z", " B", true},
                              {"a", " z", true},
                              {"a", " 1", false},
                              {"a", " {", false},
                              {"a", " `", false},
                              {"a", "  b", false},
                              {"a", "\tb", false},
                              {"A", " b", false},
                              {"`", " b", false},
                              {"{", " b", false},
                              {"é", " b", false},
                              {"a", "0", true},
                              {"z", "9", true},
                              {"a", "/", false},
                              {"a", ":", false},
                              {"A", "0", false},
                              {"`", "0", false},
                              {"{", "0", false},
                              {"a", "b", false}};
  const std::string filler(segment_memo::segment_bytes + 7, '.');
  for (const place& one : places) {
    const std::string head = filler + std::string(one.before);
    const std::string text = head + std::string(one.after) + "...";
    const std::size_t expected = one.is_border ? head.size() : text.size();
    BOOST_TEST(segment_memo::segment_end(text) == expected, one.before << '|' << one.after);
  }
  BOOST_TEST(segment_memo::segment_end(filler + "a ") == filler.size() + 2);
  // The letter after the space may be the text's last; one beyond its end is not of the text.
  const std::string longer = filler + "a b";
  BOOST_TEST(segment_memo::segment_end(longer) == filler.size() + 1);
  BOOST_TEST(segment_memo::segment_end(std::string_view(longer).substr(0, filler.size() + 2)) ==
             filler.size() + 2);
}

BOOST_AUTO_TEST_CASE(a_segment_has_its_size_before_it_may_end) {
  std::string text;
  while (text.size() < 3 * segment_memo::segment_bytes)
    text += "a1";
  BOOST_TEST(segment_memo::segment_end(text) == segment_memo::segment_bytes + 1);
  BOOST_TEST(segment_memo::segment_end(text.substr(1)) == segment_memo::segment_bytes);
  BOOST_TEST(segment_memo::segment_end("a1") == 2U);
  // What stands behind a text is no word of it.
  const std::string words = std::string(segment_memo::segment_bytes, 'a') + " b";
  BOOST_TEST(segment_memo::segment_end(words) == segment_memo::segment_bytes);
  const std::string_view one_word = std::string_view(words).substr(0, words.size() - 1);
  BOOST_TEST(segment_memo::segment_end(one_word) == one_word.size());
  BOOST_TEST(segment_memo::segment_end("") == 0U);
}

BOOST_AUTO_TEST_CASE(only_texts_of_a_certain_size_are_remembered) {
  for (const auto& [size, is_kept] : {std::pair{63U, false}, std::pair{64U, true},
                                      std::pair{65'536U, true}, std::pair{65'537U, false}}) {
    segment_memo memo(1 << 16);
    const std::string text(size, 'q');
    for (int turn = 0; turn < 2; ++turn)
      BOOST_TEST(memo.count(o200k_base(), 1, text) == o200k_base().count(text));
    BOOST_TEST(memo.known_bytes() == (is_kept ? size : 0U), size);
    const std::uint64_t counted = size < 64 ? 0 : is_kept ? size : 2 * size;
    BOOST_TEST(memo.counted_bytes() == counted, size);
  }
}

BOOST_AUTO_TEST_CASE(a_set_holds_four_texts_and_a_fifth_takes_the_place_of_one) {
  segment_memo memo(0);  // one set
  std::vector<std::string> texts;
  for (char c = 'a'; c < 'f'; ++c)
    texts.emplace_back(100, c);
  const auto known = [&](std::size_t which) {
    const std::uint64_t before = memo.known_bytes();
    (void)memo.count(o200k_base(), 1, texts[which]);
    return memo.known_bytes() - before == texts[which].size();
  };
  for (std::size_t which = 0; which < 4; ++which)
    BOOST_TEST(!known(which), which);
  for (std::size_t which = 0; which < 4; ++which)
    BOOST_TEST(known(which), which);
  BOOST_TEST(!known(4));
  BOOST_TEST(known(4));
  // Of the five, the four that were there last.
  int left = 0;
  segment_memo other(0);
  for (const std::string& text : texts)
    (void)other.count(o200k_base(), 1, text);
  for (const std::string& text : texts) {
    const std::uint64_t before = other.known_bytes();
    if (other.count(o200k_base(), 1, text) > 0 && other.known_bytes() > before) ++left;
  }
  BOOST_TEST(left >= 1);
}

// 64 KB are 1,024 entries; what is asked for is rounded down to a power of two of sets.
BOOST_AUTO_TEST_CASE(a_memo_holds_as_much_as_its_memory) {
  const auto kept_of = [](std::size_t bytes, std::size_t texts) {
    segment_memo memo(bytes);
    for (int turn = 0; turn < 2; ++turn) {
      for (std::size_t i = 0; i < texts; ++i)
        (void)memo.count(o200k_base(), 1, std::string(100, ' ') + std::to_string(i + 10'000));
    }
    return memo.known_bytes() / 105;
  };
  BOOST_TEST(kept_of(1 << 16, 256) > 240U);
  BOOST_TEST(kept_of((1 << 16) - 1, 4096) < 512U);
  BOOST_TEST(kept_of(1 << 16, 4096) < 1024U);
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
  BOOST_TEST(acme != memo.scope_of("bcme"));
  BOOST_TEST(acme != memo.scope_of(""));
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
