// Goal: a tokenizer.json is taken when tokens by priority say the same as its merges, and refused
// with the field's path otherwise. Method: small files with a few merges over all bytes, changed in
// one place for each case.
#include "tokenizer/vocab/tokenizer_json.hpp"

#include <algorithm>

#include <boost/algorithm/string/replace.hpp>
#include <boost/test/unit_test.hpp>

#include "tokenizer/vocab/sample_tokenizer_json.hpp"

BOOST_AUTO_TEST_SUITE(tokenizer_json_suite)

namespace {

using namespace stint::tokenizer;

std::string sample() {
  return sample_tokenizer_json();
}

std::string with(const std::string& what, const std::string& instead) {
  std::string file = sample();
  BOOST_TEST_REQUIRE(file.find(what) != std::string::npos);
  boost::replace_first(file, what, instead);
  return file;
}

std::string error_of(const std::string& file) {
  const auto read = read_tokenizer_json(file);
  return read ? "" : read.error();
}

void refused(const std::string& what, const std::string& instead, const std::string& error) {
  BOOST_TEST_CONTEXT(instead) {
    const std::string found = error_of(with(what, instead));
    BOOST_TEST(found.starts_with(error), found << " does not begin with " << error);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_file_is_read_by_priority) {
  const auto read = read_tokenizer_json(sample());
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  BOOST_TEST((read->split == split_rule::qwen2));
  BOOST_TEST(read->nfc);
  BOOST_TEST(!read->words.whole_piece_first);
  BOOST_TEST_REQUIRE(read->words.tokens.size() == 260U);
  for (int value = 0; value < 256; ++value) {
    BOOST_TEST(read->words.tokens[static_cast<std::size_t>(value)] ==
               std::string(1, static_cast<char>(value)));
  }
  BOOST_TEST(read->words.tokens[256] == "ab");
  BOOST_TEST(read->words.tokens[258] == "abc");
  BOOST_TEST(read->words.tokens[259] == " a");
  BOOST_TEST(read->words.ids[259] == 259U);
}

// The order of the list decides, whatever the ids are.
BOOST_AUTO_TEST_CASE(priority_is_the_place_in_the_list_not_the_id) {
  const auto read = read_tokenizer_json(with(R"("a b","b c","ab c")", R"("b c","a b","a bc")"));
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  BOOST_TEST(read->words.tokens[256] == "bc");
  BOOST_TEST(read->words.ids[256] == 257U);
}

// Files converted from rank files list every split of a token; merging meets one of them.
BOOST_AUTO_TEST_CASE(splits_that_merging_never_meets_do_no_harm) {
  BOOST_TEST(error_of(with(R"("ab c")", R"("a bc","ab c")")) == "");
}

// "a b" merges first, so "a" and "bc" never meet: a list with only that pair makes no "abc", while
// merging by priority would.
BOOST_AUTO_TEST_CASE(a_list_that_priorities_cannot_express_is_refused) {
  refused(R"("ab c")", R"("a bc")", R"(model.no merge of "ab" and "c")");
  // Here "abc" is first made by a merge that is never met, and its real one comes after "Ġ a".
  refused(R"("ab c",["Ġ","a"])", R"("a bc",["Ġ","a"],"ab c")", "model.merges[3]: out of order");
}

BOOST_AUTO_TEST_CASE(a_token_without_merges_counts_only_where_whole_pieces_do) {
  const std::string extra = with(R"("ab":256)", R"("xyz":999,"ab":256)");
  BOOST_TEST(read_tokenizer_json(extra)->words.tokens.size() == 260U);
  std::string whole = extra;
  boost::replace_first(whole, R"("ignore_merges":false)", R"("ignore_merges":true)");
  const auto read = read_tokenizer_json(whole);
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  BOOST_TEST(read->words.whole_piece_first);
  BOOST_TEST(read->words.tokens.back() == "xyz");
  // "xy" of two bytes is what its neighbours would merge into: no merge says so.
  boost::replace_first(whole, R"("xyz":999)", R"("xy":999)");
  BOOST_TEST(error_of(whole).starts_with(R"(model.no merge of "x" and "y")"));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_refused_by_name) {
  refused(R"("version")", R"("surprise":1,"version")", "surprise: not known");
  refused(R"("dropout":null)", R"("surprise":1)", "model.surprise: not known");
  refused(R"("dropout":null)", R"("dropout":0.1)", "model.dropout: ");
  refused(R"("unk_token":null)", R"("end_of_word_suffix":"</w>")", "model.end_of_word_suffix: ");
  refused(R"("type":"BPE")", R"("type":"Unigram")", "model.type: ");
  refused(R"({"type":"NFC"})", R"({"type":"Lowercase"})", "normalizer.type: Lowercase");
  refused(R"({"type":"NFC"})",
          R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Strip"}]})",
          "normalizer.normalizers[1].type: Strip");
}

BOOST_AUTO_TEST_CASE(a_pre_tokenizer_that_cuts_otherwise_is_refused_by_name) {
  refused(R"(|\\p{N}|)", R"(|\\p{N}{1,2}|)", "pre_tokenizer: not a pattern known");
  refused(R"("behavior":"Isolated")", R"("behavior":"MergedWithNext")",
          "pre_tokenizer.pretokenizers[0].behavior: ");
  refused(R"("add_prefix_space":false)", R"("add_prefix_space":true)",
          "pre_tokenizer.pretokenizers[1].add_prefix_space: ");
  refused(R"({"type":"ByteLevel")", R"({"type":"Metaspace")",
          "pre_tokenizer.pretokenizers[1].type: the last step");
  refused(R"("use_regex":false)", R"("use_regex":true)", "pre_tokenizer: not a pattern known");
  refused(sample_split, "null", "pre_tokenizer: missing");
}

BOOST_AUTO_TEST_CASE(the_byte_level_kind_has_a_pattern_of_its_own) {
  const auto read = read_tokenizer_json(
      with(sample_split, R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true})"));
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  BOOST_TEST((read->split == split_rule::gpt2));
}

BOOST_AUTO_TEST_CASE(damage_is_refused) {
  BOOST_TEST(error_of("{").starts_with("not JSON: "));
  BOOST_TEST(error_of("[]") == "not a JSON object");
  refused(R"("a b")", R"("ab")", "model.merges[0]: not two tokens");
  refused(R"("a b")", R"("a q q")", "model.merges[0]: not two tokens");
  refused(R"("a b")", R"("q q")", R"(model.merges[0]: "qq" is not in the vocabulary)");
  refused(R"("b c")", R"("a b")", "model.merges[1]: this merge is there twice");
  refused(R"("ab":256)", R"("ab":-1)", "model.vocab: the id of \"ab\"");
  refused(R"("ab":256)", R"("ab":255)", "model.vocab: the token with id 255 shares");
  refused(R"("ab":256)", R"("ab":256,"ab":999)", "model.vocab: \"ab\" is there twice");
  refused(R"("ab":256)", R"("中":256)", "model.vocab: \"中\" is not spelled");
  refused(R"("A":65,)", "", "model.255 of the 256");
}

BOOST_AUTO_TEST_SUITE_END()
