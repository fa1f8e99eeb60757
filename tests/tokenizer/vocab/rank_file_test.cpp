// Goal: what a rank file says is what is read, and anything else is refused with its line.
#include "tokenizer/vocab/rank_file.hpp"

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/base64_text.hpp"

BOOST_AUTO_TEST_SUITE(rank_file_suite)

namespace {

using namespace stint::tokenizer;

std::string line(std::string_view token, int rank) {
  return base64_text(token) + ' ' + std::to_string(rank) + '\n';
}

std::string all_bytes() {
  std::string text;
  for (int value = 0; value < 256; ++value) {
    const auto byte = static_cast<char>(value);
    text += line({&byte, 1}, value);
  }
  return text;
}

std::string error_of(const std::string& text) {
  const auto read = read_rank_file(text);
  return read ? "" : read.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(lines_in_any_order_and_gaps_are_read_by_rank) {
  const auto read =
      read_rank_file(line("abc", 400) + all_bytes() + "\n" + line("ab", 300) + "YWJjZA== 401\r\n");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST_REQUIRE(read->tokens.size() == 259U);
  BOOST_TEST(read->tokens[65] == "A");
  BOOST_TEST(read->tokens[256] == "ab");
  BOOST_TEST(read->ids[256] == 300U);
  BOOST_TEST(read->tokens[257] == "abc");
  BOOST_TEST(read->ids[258] == 401U);
  BOOST_TEST(read->whole_piece_first);
}

BOOST_AUTO_TEST_CASE(the_last_line_may_lack_its_newline) {
  std::string text = all_bytes() + line("ab", 256);
  text.pop_back();
  BOOST_TEST(read_rank_file(text)->tokens.back() == "ab");
}

BOOST_AUTO_TEST_CASE(damage_is_refused_with_its_line) {
  BOOST_TEST(error_of(all_bytes() + "YWI=\n") == "line 257: expected \"<token in base64> <rank>\"");
  BOOST_TEST(error_of("YW?= 1\n") == "line 1: the token is not base64");
  BOOST_TEST(error_of("YWI 1\n") == "line 1: the token is not base64");
  // The bits left over before the padding are zero, in the one spelling a token has.
  BOOST_TEST(error_of("YR== 1\n") == "line 1: the token is not base64");
  BOOST_TEST(error_of("YY== 1\n") == "line 1: the token is not base64");
  BOOST_TEST(error_of("YWJ= 1\n") == "line 1: the token is not base64");
  BOOST_TEST(error_of(" 1\n") == "line 1: the token is not base64");
  BOOST_TEST(error_of("YWI= 4294967296\n") == "line 1: the rank is not a number below 2^32");
  BOOST_TEST(error_of("YWI= 1 2\n") == "line 1: the rank is not a number below 2^32");
  BOOST_TEST(error_of("YWI= -1\n") == "line 1: the rank is not a number below 2^32");
}

BOOST_AUTO_TEST_CASE(a_vocabulary_that_cannot_work_is_refused) {
  BOOST_TEST(error_of("") == "byte 0 is no token; only byte-level vocabularies are read");
  BOOST_TEST(error_of(all_bytes() + line("ab", 300) + line("ab", 301)) ==
             "the token with id 301 is there twice");
  BOOST_TEST(error_of(all_bytes() + line("ab", 300) + line("cd", 300)) ==
             "the token with id 300 shares its id with another");
  BOOST_TEST(error_of(all_bytes() + line(std::string(255, 'x'), 300)) == "");
  BOOST_TEST(error_of(all_bytes() + line(std::string(256, 'x'), 300)) ==
             "the token with id 300 has 256 bytes, and at most 255 are taken");
  BOOST_TEST(flaw_of({.tokens = {"a", ""}, .ids = {5, 7}}) == "the token with id 7 is empty");
}

BOOST_AUTO_TEST_CASE(a_missing_byte_is_named) {
  const std::string first = line(std::string(1, '\0'), 0);
  BOOST_TEST(error_of(all_bytes().substr(first.size())).starts_with("byte 0 is no token"));
  std::string text = all_bytes();
  text.resize(text.size() - line("\xFF", 255).size());
  BOOST_TEST(error_of(text).starts_with("byte 255 is no token"));
}

// A file of more tokens than any vocabulary has fills no memory with their tables.
BOOST_AUTO_TEST_CASE(more_tokens_than_any_vocabulary_has_are_refused) {
  vocabulary_source words;
  words.tokens.resize(vocabulary_tokens_max + 1);
  words.ids.resize(vocabulary_tokens_max + 1);
  BOOST_TEST(flaw_of(words) == "1048577 tokens, and at most 1048576 are taken");
  words.tokens.resize(vocabulary_tokens_max);
  words.ids.resize(vocabulary_tokens_max);
  BOOST_TEST(flaw_of(words) == "the token with id 0 is empty");
  std::string text;
  for (std::size_t i = 0; i <= vocabulary_tokens_max; ++i)
    text += "YQ== 0\n";
  BOOST_TEST(error_of(text) == "more than 1048576 tokens");
  text.resize(text.size() - 7);
  BOOST_TEST(error_of(text) == "the token with id 0 is there twice");
}

BOOST_AUTO_TEST_SUITE_END()
