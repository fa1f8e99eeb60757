// Goal: the pieces of each pre-tokenizer on the borders that its pattern draws. Method: written-out
// pieces, each reasoned from the pattern; the wide comparison is the exactness test. Then what
// every rule owes its callers, on random bytes: progress, and the same pieces with and without
// decoding checks.
#include "tokenizer/bpe/split.hpp"

#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tokenizer/unicode/char_class.hpp"

BOOST_AUTO_TEST_SUITE(split_suite)

namespace {

using namespace stint::tokenizer;
using pieces = std::vector<std::string>;

constexpr split_rule every_rule[] = {split_rule::cl100k, split_rule::o200k, split_rule::gpt2,
                                     split_rule::qwen2, split_rule::deepseek_v3};

pieces cut(split_rule rule, const std::string& text, bool valid = true) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
  split_text over{.end = begin + text.size(), .valid_utf8 = valid};
  pieces found;
  for (const std::uint8_t* at = begin; at != over.end;) {
    const std::uint8_t* const after = next_piece(rule, over, at);
    BOOST_TEST_REQUIRE((after > at && after <= over.end));
    found.emplace_back(at, after);
    at = after;
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(digits_stand_in_threes_alone_or_in_one_run) {
  BOOST_TEST(cut(split_rule::cl100k, "a 12345") == (pieces{"a", " ", "123", "45"}));
  BOOST_TEST(cut(split_rule::o200k, "a 12345") == (pieces{"a", " ", "123", "45"}));
  BOOST_TEST(cut(split_rule::qwen2, "a 123") == (pieces{"a", " ", "1", "2", "3"}));
  BOOST_TEST(cut(split_rule::gpt2, "a 12345½") == (pieces{"a", " 12345½"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, "a  1234½x") == (pieces{"a", "  ", "123", "4½", "x"}));
}

BOOST_AUTO_TEST_CASE(contractions_are_cut_off_as_each_pattern_spells_them) {
  BOOST_TEST(cut(split_rule::cl100k, "it'S we'ſ") == (pieces{"it", "'S", " we", "'ſ"}));
  BOOST_TEST(cut(split_rule::o200k, "it'S we'ſ") == (pieces{"it'S", " we'ſ"}));
  BOOST_TEST(cut(split_rule::gpt2, "it's it'S") == (pieces{"it", "'s", " it", "'", "S"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, "it's naïve'été") ==
             (pieces{"it", "'s", " naïve", "'", "été"}));
}

BOOST_AUTO_TEST_CASE(newlines_end_a_run_of_white_space_except_in_gpt2) {
  BOOST_TEST(cut(split_rule::cl100k, "a \n\n  b") == (pieces{"a", " \n\n", " ", " b"}));
  BOOST_TEST(cut(split_rule::qwen2, "a!\r\n\n b") == (pieces{"a", "!\r\n\n", " b"}));
  BOOST_TEST(cut(split_rule::gpt2, "a!\n\n b\n\nc") ==
             (pieces{"a", "!", "\n\n", " b", "\n", "\n", "c"}));
}

BOOST_AUTO_TEST_CASE(deepseek_cuts_east_asian_runs_first_and_then_inside_them) {
  BOOST_TEST(cut(split_rule::deepseek_v3, "x中文y") == (pieces{"x", "中文", "y"}));
  // A part ends where the range does: what comes before cannot lend it a space.
  BOOST_TEST(cut(split_rule::deepseek_v3, "a  中") == (pieces{"a", "  ", "中"}));
  // U+9FA6 is a letter beyond the range, the middle dot is punctuation within it.
  BOOST_TEST(cut(split_rule::deepseek_v3, "中\u9fa6一") == (pieces{"中", "\u9fa6", "一"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, "カ・タ・・。") ==
             (pieces{"カ", "・", "タ", "・・", "。"}));
  // U+3040 is unassigned: a prefix within the run.
  BOOST_TEST(cut(split_rule::deepseek_v3, "\u3040\u3040あ") == (pieces{"\u3040", "\u3040あ"}));
}

BOOST_AUTO_TEST_CASE(deepseek_leaves_what_no_pattern_matches_as_a_piece) {
  const std::string two_controls("\x01\x02", 2);
  BOOST_TEST(cut(split_rule::deepseek_v3, two_controls + "!") == (pieces{two_controls, "!"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, two_controls + "ab") == (pieces{"\x01",
                                                                          "\x02"
                                                                          "ab"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, "(abc123é") == (pieces{"(abc", "123", "é"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, " ++\r\n\n x") == (pieces{" ++\r\n\n", " x"}));
}

// The same bytes with `valid_utf8` set and not: the checked decoder must see what the other sees.
BOOST_AUTO_TEST_CASE(the_two_decoders_cut_alike) {
  constexpr unsigned seed = 20261122;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const std::string alphabet[] = {"a",      "B",      "'", "s", "1",      " ",    "\n",
                                  "\r",     "\t",     "/", "é", "ſ",      "中",   "・",
                                  "\u3097", "\u0301", "𐐀", "👍", "\u00a0", "\x01", "½"};
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left)
      text += alphabet[random() % std::size(alphabet)];
    for (const split_rule rule : every_rule)
      BOOST_TEST_REQUIRE(cut(rule, text, true) == cut(rule, text, false));
  }
}

BOOST_AUTO_TEST_CASE(ill_formed_bytes_are_cut_as_the_replacement_character_is) {
  for (const split_rule rule : every_rule) {
    const pieces broken = cut(rule, "a\xFF z\xE3\x81!", false);
    const pieces replaced = cut(rule, "a\uFFFD z\uFFFD!");
    BOOST_TEST(broken.size() == replaced.size());
  }
}

// A stray byte is punctuation of one byte, and was once taken for ASCII punctuation, which
// DeepSeek's pattern joins with ASCII letters only: "\xFFité" was cut in two behind the t.
BOOST_AUTO_TEST_CASE(a_stray_byte_is_no_ascii_punctuation) {
  BOOST_TEST(cut(split_rule::deepseek_v3, "\xFFité", false) == (pieces{"\xFF", "ité"}));
  BOOST_TEST(cut(split_rule::deepseek_v3, "\uFFFDité") == (pieces{"\uFFFD", "ité"}));
}

BOOST_AUTO_TEST_CASE(a_character_of_any_length_is_decoded_and_what_is_none_is_punctuation) {
  const auto decoded = [](std::string_view text) {
    const auto* const at = reinterpret_cast<const std::uint8_t*>(text.data());
    bool truncated = false;
    return decode_any(at, at + text.size(), truncated);
  };
  BOOST_TEST((decoded("ab").kind == char_class::lower));
  BOOST_TEST(decoded("ab").bytes == 1);
  BOOST_TEST((decoded("Éb").kind == char_class::upper));
  BOOST_TEST(decoded("Éb").bytes == 2);
  BOOST_TEST((decoded("中b").kind == char_class::letter));
  BOOST_TEST(decoded("中b").bytes == 3);
  BOOST_TEST(decoded("🙂b").bytes == 4);
  BOOST_TEST((decoded("\xFF"
                      "b")
                  .kind == char_class::punctuation));
  BOOST_TEST(decoded("\xFF"
                     "b")
                 .bytes == 1);
}

BOOST_AUTO_TEST_SUITE_END()
