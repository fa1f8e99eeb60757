// Goal: like texts fall into the same class, whatever their length; nothing is lost when tokens are
// split. Method: a few texts of each class, whole, long and mixed.
#include "tokenizer/calibration/content_class.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(content_class_suite)

namespace {

using namespace stint::tokenizer;

constexpr std::string_view prose =
    "The committee met on Tuesday to consider the harbour's accounts, which had been kept since "
    "1874 in a single ledger. \"Nobody,\" said the clerk, \"has ever found a mistake in it.\" They "
    "adjourned at noon; it rained, and the ferry was late - as it had been all week.\n";
constexpr std::string_view cpp =
    "for (std::size_t i = 0; i < parts.size(); ++i) {\n  sum += parts[i]->value(); // all of it\n"
    "  if (sum > limit) return std::nullopt;\n}\n#include <vector>\nint* p = &table[key % n];\n";
constexpr std::string_view python =
    "def total(rows, key=None):\n    return {k: sum(r[k] for r in rows) for k in rows[0]}\n\n"
    "class Ledger(Base):\n    def __init__(self, path):\n        self._rows = load(path)\n";
constexpr std::string_view json =
    R"({"id":"a1","total":12.5,"items":[{"name":"bolt","count":3},{"name":"nut","count":8}],"ok":true},)"
    "\n";
constexpr std::string_view chinese =
    "会议于星期二举行,讨论港口的账目。自一八七四年以来,账目一直记在同一本账簿里。";
constexpr std::string_view russian =
    "Комитет собрался во вторник, чтобы рассмотреть счета гавани. ";
constexpr std::string_view german =
    "Der Ausschuß prüfte am Dienstag die Bücher des Hafens; für Änderungen wäre später Zeit. ";

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes)
    out += text;
  return out;
}

void check(std::string_view text, content_class expected) {
  for (const std::size_t bytes : {text.size(), std::size_t{700}, std::size_t{40'000}}) {
    const class_shares shares = content_shares(repeated(text, bytes));
    BOOST_TEST(to_string(leading_class(shares)) == to_string(expected), text.substr(0, 40));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_class_is_told_from_the_others_at_any_length) {
  check(prose, content_class::prose);
  check(german, content_class::prose);
  check(cpp, content_class::code);
  check(python, content_class::code);
  check(json, content_class::json);
  check(chinese, content_class::cjk);
  check(russian, content_class::cjk);
}

BOOST_AUTO_TEST_CASE(short_texts_are_classed_whole) {
  BOOST_TEST(to_string(leading_class(content_shares(""))) == "prose");
  BOOST_TEST(to_string(leading_class(content_shares("user"))) == "prose");
  BOOST_TEST(to_string(leading_class(content_shares("你好"))) == "cjk");
  BOOST_TEST(to_string(leading_class(content_shares(R"({"a":"b"})"))) == "json");
  BOOST_TEST(to_string(leading_class(content_shares("x = f(y[0]);"))) == "code");
  BOOST_TEST(to_string(leading_class(content_shares("\xff\xff\xff\xff"))) == "cjk");
}

// Fourteen bytes of which one is a mark are code; what prose has too is no mark.
BOOST_AUTO_TEST_CASE(each_byte_is_a_mark_or_none) {
  for (int value = 0; value < 256; ++value) {
    const auto c = static_cast<char>(value);
    const bool of_prose = value <= '!' || value >= 0x80 || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("',-.?").find(c) != std::string_view::npos;
    const auto found = leading_class(content_shares(std::string(13, 'a') + c));
    BOOST_TEST(to_string(found) == (of_prose ? "prose" : "code"), value);
  }
}

BOOST_AUTO_TEST_CASE(a_window_has_its_class_from_a_certain_share_on) {
  const auto class_with = [](std::size_t size, std::size_t high, std::size_t quotes,
                             std::size_t marks) {
    std::string text =
        std::string(high, '\x80') + std::string(quotes, '"') + std::string(marks - quotes, '{');
    text.resize(size, 'a');
    return to_string(leading_class(content_shares(text)));
  };
  BOOST_TEST(class_with(63, 21, 0, 0) == "cjk");
  BOOST_TEST(class_with(63, 20, 0, 0) == "prose");
  BOOST_TEST(class_with(64, 21, 0, 0) == "prose");
  BOOST_TEST(class_with(64, 22, 0, 0) == "cjk");
  BOOST_TEST(class_with(64, 0, 4, 8) == "json");
  BOOST_TEST(class_with(64, 0, 3, 8) == "code");
  BOOST_TEST(class_with(64, 0, 4, 7) == "code");
  BOOST_TEST(class_with(48, 0, 3, 6) == "json");
  BOOST_TEST(class_with(49, 0, 3, 7) == "code");
  BOOST_TEST(class_with(56, 0, 0, 4) == "code");
  BOOST_TEST(class_with(57, 0, 0, 4) == "prose");
  BOOST_TEST(class_with(56, 0, 0, 3) == "prose");
  BOOST_TEST(class_with(64, 0, 64, 64) == "json");
  BOOST_TEST(class_with(64, 64, 0, 0) == "cjk");
  BOOST_TEST(class_with(64, 0, 0, 64) == "code");
}

BOOST_AUTO_TEST_CASE(a_longer_text_has_a_window_for_each_512_bytes_and_16_at_most) {
  for (const auto& [size, windows] :
       {std::pair{0, 1}, std::pair{64, 1}, std::pair{65, 1}, std::pair{511, 1}, std::pair{512, 2},
        std::pair{1023, 2}, std::pair{1024, 3}, std::pair{7'679, 15}, std::pair{7'680, 16},
        std::pair{1'000'000, 16}}) {
    const class_shares shares = content_shares(std::string(static_cast<std::size_t>(size), 'a'));
    BOOST_TEST(shares[0] == windows, size);
    BOOST_TEST(shares[1] + shares[2] + shares[3] == 0, size);
  }
}

// Of 1,023 bytes the halves are 511: windows of 64 bytes begin at 223 and at 734.
BOOST_AUTO_TEST_CASE(windows_lie_in_the_middle_of_their_parts) {
  for (const std::size_t begin : {223U, 734U}) {
    for (const std::size_t at : {begin, begin + 64 - 22}) {
      std::string text(1'023, 'a');
      text.replace(at, 22, 22, '\x80');
      BOOST_TEST(content_shares(text)[static_cast<std::size_t>(content_class::cjk)] == 1, at);
    }
    for (const std::size_t at : {begin - 1, begin + 64 - 21}) {
      std::string text(1'023, 'a');
      text.replace(at, 22, 22, '\x80');
      BOOST_TEST(content_shares(text)[static_cast<std::size_t>(content_class::cjk)] == 0, at);
    }
  }
}

BOOST_AUTO_TEST_CASE(tokens_are_split_in_proportion_and_the_rest_is_the_leading_classs) {
  using parts = std::array<std::int64_t, content_class_count>;
  BOOST_TEST(
      (split_by_class(1'000'003, {1, 2, 3, 4}) == parts{100'000, 200'000, 300'000, 400'003}));
  BOOST_TEST((split_by_class(19, {5, 5, 0, 0}) == parts{14, 5, 0, 0}));
  BOOST_TEST((split_by_class(19, {0, 0, 3, 0}) == parts{0, 0, 19, 0}));
  BOOST_TEST((leading_class({0, 7, 7, 1}) == content_class::code));
}

BOOST_AUTO_TEST_CASE(a_text_of_two_halves_is_split_between_them) {
  const std::string mixed = repeated(prose, 20'000) + repeated(chinese, 20'000);
  const auto parts = split_by_class(1'000, content_shares(mixed));
  BOOST_TEST(parts[static_cast<std::size_t>(content_class::prose)] >= 400);
  BOOST_TEST(parts[static_cast<std::size_t>(content_class::cjk)] >= 400);
}

BOOST_AUTO_TEST_CASE(the_parts_add_up_to_the_whole) {
  for (const class_shares shares : {class_shares{1, 0, 0, 0}, class_shares{1, 2, 3, 4},
                                    class_shares{7, 0, 9, 0}, class_shares{0, 0, 0, 16}}) {
    for (const std::int64_t tokens :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{17}, std::int64_t{1'000'003}, INT64_MAX}) {
      const auto parts = split_by_class(tokens, shares);
      BOOST_TEST(parts[0] + parts[1] + parts[2] + parts[3] == tokens);
      for (std::size_t i = 0; i < parts.size(); ++i)
        BOOST_TEST((parts[i] == 0 || shares[i] > 0));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
