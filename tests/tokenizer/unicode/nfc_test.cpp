// Goal: Normalization Form C as the reference has it. Method: written-out examples of Unicode
// Standard Annex 15 and of what tables of Unicode 9.0 do not know; then, on random strings, the
// promises of the header against to_nfc itself. The wide comparison with the reference is the
// exactness test (Qwen).
#include "tokenizer/unicode/nfc.hpp"

#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>
#include <utf8proc.h>

BOOST_AUTO_TEST_SUITE(nfc_suite)

namespace {

using namespace stint::tokenizer;

const std::string fragments[] = {
    "a", "e",  "Ω",      "é",      "ñ",      "\u0301", "\u0323", "\u0334", "\u0345",     "\u00C5",
    " ", "가", "\u1100", "\u1161", "\u11A8", "\u0915", "\u093C", "\u212B", "\U0001D15E", "中"};

}  // namespace

BOOST_AUTO_TEST_CASE(composable_sequences_are_composed) {
  BOOST_TEST(to_nfc("") == "");
  BOOST_TEST(to_nfc("cafe\u0301") == "café");
  BOOST_TEST(to_nfc("\u212B") == "\u00C5");         // the ångström sign
  BOOST_TEST(to_nfc("s\u0307\u0323") == "\u1E69");  // the marks in either order
  BOOST_TEST(to_nfc("\u1E69") == "\u1E69");
  BOOST_TEST(to_nfc("é\u0323!") == "\u1EB9\u0301!");     // taken apart and put together
  BOOST_TEST(to_nfc("\u1100\u1161\u11A8") == "\uAC01");  // Hangul
  BOOST_TEST(to_nfc("\u0958") == "\u0915\u093C");        // excluded from composition
  BOOST_TEST(to_nfc("x\U0002F800y") == "x\u4E3Dy");      // a compatibility ideograph
}

// U+1DF6 (class 232) came with Unicode 10, U+11935 U+11930 = U+11938 with 13.
BOOST_AUTO_TEST_CASE(what_unicode_9_did_not_know_is_left_alone) {
  BOOST_TEST(to_nfc("a\u1DF6\u0323") == "a\u1DF6\u0323");
  BOOST_TEST(to_nfc("\U00011935\U00011930") == "\U00011935\U00011930");
  BOOST_TEST(to_nfc("\U00011938\u0334") == "\U00011938\u0334");
}

BOOST_AUTO_TEST_CASE(text_in_this_form_is_recognised) {
  BOOST_TEST(is_surely_nfc(""));
  BOOST_TEST(is_surely_nfc("Ünïcödé text, Привет, 中文字符, 한국어, 👍"));
  BOOST_TEST(!is_surely_nfc("cafe\u0301"));
  BOOST_TEST(!is_surely_nfc("twelve bytes of text and then e\u0301"));
}

BOOST_AUTO_TEST_CASE(the_promises_hold_on_random_strings) {
  constexpr unsigned seed = 20261123;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const auto some = [&] {
    std::string text;
    for (std::size_t left = random() % 7; left > 0; --left)
      text += fragments[random() % std::size(fragments)];
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = some();
    const std::string more = some();
    const std::string whole = to_nfc(text + more);
    BOOST_TEST_REQUIRE(to_nfc(whole) == whole);
    if (is_surely_nfc(text)) BOOST_TEST_REQUIRE(to_nfc(text) == text);
    const std::size_t stable = nfc_stable_prefix(text);
    BOOST_TEST_REQUIRE(to_nfc(text.substr(0, stable)) + to_nfc(text.substr(stable) + more) ==
                       whole);
  }
}

BOOST_AUTO_TEST_CASE(a_megabyte_of_marks_in_the_wrong_order_is_sorted) {
  std::string text = "a";
  for (int i = 0; i < 250'000; ++i)
    text += "\u0301\u0323";
  const std::string composed = to_nfc(text);
  BOOST_TEST(composed.starts_with("\u1EA1\u0323\u0323"));
  BOOST_TEST(composed.ends_with("\u0301\u0301"));
  BOOST_TEST(composed.size() == text.size());  // U+1EA1 has the three bytes of "a" and one mark
}

BOOST_AUTO_TEST_CASE(a_sequence_that_breaks_off_stays_as_it_is) {
  BOOST_TEST(to_nfc("e\u0301\xE4\xB8") == "é\xE4\xB8");
  BOOST_TEST(nfc_stable_prefix("ab\xCC") == 1U);  // it may become a mark on the b
  BOOST_TEST(nfc_stable_prefix("ab\x80") == 2U);
  BOOST_TEST(to_nfc("e\x80\u0301\xFF\u0301") == "e\x80\u0301\xFF\u0301");
}

BOOST_AUTO_TEST_CASE(a_cut_falls_between_what_stays_apart) {
  const std::string text = "abe\u0301 \u212Bc";  // normally abé Åc, of 1, 1, 2, 1, 2 and 1 bytes
  const std::size_t expected[][2] = {{0, 0}, {1, 1}, {2, 2}, {2, 2}, {5, 4},
                                     {6, 5}, {6, 5}, {9, 7}, {10, 8}};
  for (std::size_t most = 0; most < std::size(expected); ++most) {
    const nfc_cut cut = nfc_cut_at(text, most);
    BOOST_TEST_CONTEXT(most) {
      BOOST_TEST(cut.text == expected[most][0]);
      BOOST_TEST(cut.normal == expected[most][1]);
      BOOST_TEST(to_nfc(text.substr(0, cut.text)).size() == cut.normal);
    }
  }
}

// Wherever something composes or has a class, a character between a letter and a mark becomes what
// utf8proc makes of the three, but for what came with a later Unicode than 9.
BOOST_AUTO_TEST_CASE(each_character_is_composed_with_what_stands_beside_it) {
  constexpr std::pair<std::uint32_t, std::uint32_t> ranges[] = {
      {0x0080, 0x3100},   {0xA600, 0xAC80},   {0xD780, 0xD7FF},   {0xF900, 0xFFFE},
      {0x10000, 0x12000}, {0x16A00, 0x17000}, {0x1BC00, 0x1BD00}, {0x1D100, 0x1D300},
      {0x1E000, 0x1EA00}, {0x2F800, 0x2FA20}};
  int later = 0;
  for (const auto& [first, end] : ranges) {
    for (std::uint32_t point = first; point < end; ++point) {
      std::array<utf8proc_uint8_t, 4> bytes;
      const auto size = utf8proc_encode_char(static_cast<std::int32_t>(point), bytes.data());
      const std::string text =
          "e" +
          std::string(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size)) +
          "\u0301";
      utf8proc_uint8_t* const expected =
          utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(text.c_str()));
      const std::string composed = reinterpret_cast<const char*>(expected);
      std::free(expected);
      const std::string found = to_nfc(text);
      if (found == composed) continue;
      BOOST_TEST(found == text, "U+" << std::hex << point);
      ++later;
    }
  }
  BOOST_TEST(later <= 70);  // 59 by the tables of Unicode 15
}

// A text is a part of a request, which goes on behind it: with what would join its last character.
BOOST_AUTO_TEST_CASE(what_stands_behind_a_text_does_not_change_its_form) {
  const std::string_view text = "e\u0301\u0323";
  BOOST_TEST(to_nfc(text.substr(0, 3)) == "é");
  BOOST_TEST(to_nfc(text.substr(0, 1)) == "e");
  BOOST_TEST(is_surely_nfc(text.substr(0, 1)));
  const nfc_cut cut = nfc_cut_at(std::string_view("ab\x80").substr(0, 2), 2);
  BOOST_TEST(cut.text == 2U);
  BOOST_TEST(cut.normal == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
