// Goal: a tokenizer.json is taken when tokens by priority say the same as its merges, and refused
// with the field's path otherwise. Method: small files with a few merges over all bytes, changed in
// one place for each case.
#include "tokenizer/vocab/tokenizer_json.hpp"

#include <algorithm>

#include <boost/algorithm/string/replace.hpp>
#include <boost/test/unit_test.hpp>

#include "tokenizer/vocab/byte_alphabet.hpp"
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

// The sample with more tokens, "x":300 and so on, and with more merges at the list's end.
std::string with_more(const std::string& tokens, const std::string& merges) {
  std::string file = with(R"("ab":256)", tokens + R"(,"ab":256)");
  boost::replace_first(file, R"(["Ġ","a"]])", R"(["Ġ","a"],)" + merges + ']');
  return file;
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

// Each step's new parts are looked at with both their neighbours: the first list's "wxyz" and the
// second's "yzwx" come before what the list makes the token of.
BOOST_AUTO_TEST_CASE(a_long_token_is_merged_step_by_step) {
  const std::string tokens = R"("wx":300,"yz":301,"wxyz":302,"yzwx":303,"wxyzwx":304)";
  const std::string pairs = R"("w x","y z",)";
  BOOST_TEST(error_of(with_more(tokens, pairs + R"("wx yz","yz wx","wxyz wx")")) == "");
  BOOST_TEST(error_of(with_more(tokens, pairs + R"("yz wx","wx yz","wx yzwx")")) == "");
  const std::string left = error_of(with_more(tokens, pairs + R"("wx yz","yz wx","wx yzwx")"));
  BOOST_TEST(left.starts_with(R"(model.no merge of "wxyz" and "wx")"), left);
  const std::string right = error_of(with_more(tokens, pairs + R"("yz wx","wx yz","wxyz wx")"));
  BOOST_TEST(right.starts_with(R"(model.no merge of "wx" and "yzwx")"), right);
}

// 128, 64 and so on by doubling, then those one after the other: 255 of them are a token.
BOOST_AUTO_TEST_CASE(a_token_of_255_bytes_is_the_longest_that_a_list_makes) {
  std::string tokens;
  std::string merges;
  const auto add = [&](int left, int right) {
    const auto of = [](int size) { return std::string(static_cast<std::size_t>(size), 'w'); };
    tokens += (tokens.empty() ? "" : ",") + quoted(of(left + right)) + ':' +
              std::to_string(1000 + left + right);
    merges += (merges.empty() ? "" : ",") + quoted(of(left) + ' ' + of(right));
  };
  for (int size = 1; size < 128; size *= 2)
    add(size, size);
  for (int size = 128, more = 64; more > 0; size += more, more /= 2)
    add(size, more);
  BOOST_TEST(error_of(with_more(tokens, merges)) == "");
  add(255, 1);
  BOOST_TEST(error_of(with_more(tokens, merges)) == "model.merges[18]: makes a token of 256 bytes");
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

// They are no text, but for what merging makes of text all the same: a byte, and a listed merge.
BOOST_AUTO_TEST_CASE(an_added_token_of_the_vocabulary_stays_if_merging_makes_it) {
  const auto tokens_of = [](std::string file) {
    boost::replace_first(file, R"("ignore_merges":false)", R"("ignore_merges":true)");
    boost::replace_first(file, R"("ab":256)", R"("xyz":300,"ab":256)");
    const auto read = read_tokenizer_json(file);
    BOOST_TEST_REQUIRE(read.has_value(), read.error());
    return read->words.tokens;
  };
  const auto holds = [](const std::vector<std::string>& tokens, std::string_view token) {
    return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
  };
  const std::string listed = R"("added_tokens":[)";
  BOOST_TEST(holds(tokens_of(sample()), "xyz"));
  const auto tokens =
      tokens_of(with(listed, listed + R"({"content":"xyz"},{"content":"ab"},{"content":"a"},)"));
  BOOST_TEST(!holds(tokens, "xyz"));
  BOOST_TEST(holds(tokens, "ab"));
  BOOST_TEST(holds(tokens, "a"));
  BOOST_TEST(tokens.size() == 260U);
}

BOOST_AUTO_TEST_CASE(an_added_token_need_not_be_spelled_in_the_alphabet) {
  std::string file = with(R"("<|end|>":260)", R"("<｜end｜>":260)");
  BOOST_TEST(error_of(file) == "model.vocab: \"<｜end｜>\" is not spelled in the byte alphabet");
  boost::replace_first(file, R"("content":"<|end|>")", R"("content":"<｜end｜>")");
  BOOST_TEST(error_of(file) == "");
}

BOOST_AUTO_TEST_CASE(added_tokens_are_a_list_of_contents) {
  const std::string listed = R"([{"id":260,"content":"<|end|>","special":true}])";
  refused(listed, "5", "added_tokens: not a list");
  refused(listed, R"([{"id":260}])", "added_tokens: no content");
  BOOST_TEST(error_of(with(listed, "null")) == "");
  BOOST_TEST(error_of(with(R"("added_tokens":)" + listed + ',', "")) == "");
}

BOOST_AUTO_TEST_CASE(a_normalizer_is_nfc_or_a_sequence_of_it) {
  const std::string nfc = R"({"type":"NFC"})";
  BOOST_TEST(!read_tokenizer_json(with(nfc, "null"))->nfc);
  BOOST_TEST(!read_tokenizer_json(with(R"("normalizer":)" + nfc + ',', ""))->nfc);
  const std::string sequence = R"({"type":"Sequence","normalizers":[)";
  BOOST_TEST(!read_tokenizer_json(with(nfc, sequence + "]}"))->nfc);
  BOOST_TEST(read_tokenizer_json(with(nfc, sequence + nfc + "]}"))->nfc);
  refused(nfc, R"({"kind":"NFC"})", "normalizer: has no type");
  refused(nfc, R"({"type":"Sequence"})", "normalizer.type: Sequence is not known");
  refused(nfc, sequence + nfc + ',' + sequence + nfc + "]}]}",
          "normalizer.normalizers[1]: a sequence in a sequence");
}

BOOST_AUTO_TEST_CASE(what_says_nothing_does_no_harm) {
  for (const auto& [what, instead] :
       {std::pair{R"("dropout":null)", R"("dropout":0)"},
        std::pair{R"("dropout":null)", R"("dropout":0.0,"fuse_unk":true)"},
        std::pair{R"("dropout":null,)", ""},
        std::pair{R"("unk_token":null)", R"("continuing_subword_prefix":"")"},
        std::pair{R"("unk_token":null)", R"("end_of_word_suffix":null)"},
        std::pair{R"("ignore_merges":false)", R"("ignore_merges":null)"},
        std::pair{R"("ignore_merges":false,)", ""}}) {
    const std::string file = with(what, instead);
    BOOST_TEST(error_of(file) == "", instead);
    BOOST_TEST(!read_tokenizer_json(file)->words.whole_piece_first, instead);
  }
  refused(R"("ignore_merges":false)", R"("ignore_merges":1)",
          "model.ignore_merges: not true or false");
  refused(R"("dropout":null)", R"("dropout":"no")", "model.dropout: counting cannot be random");
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
  refused(sample_split, R"({"type":"Sequence","pretokenizers":{}})",
          "pre_tokenizer.pretokenizers: not a list");
  refused(sample_split, R"({"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},5]})",
          "pre_tokenizer.pretokenizers[0].type: ByteLevel is not known");
  refused(R"({"type":"ByteLevel")", R"({"type":"Split")",
          "pre_tokenizer.pretokenizers[1].type: the last step");
  refused(R"("Regex")", R"("String")", "pre_tokenizer.pretokenizers[0].pattern: no Regex");
  refused(R"("add_prefix_space":false,)", "", "pre_tokenizer.pretokenizers[1].add_prefix_space: ");
  refused(R"(,"use_regex":false)", "", "pre_tokenizer: not a pattern known");
}

// What the pattern leaves between its matches is thrown away, or the matches are: as the pattern
// leaves nothing between, only the second changes what is counted.
BOOST_AUTO_TEST_CASE(removed_is_isolated_only_if_inverted) {
  const std::string isolated = R"("behavior":"Isolated","invert":false)";
  BOOST_TEST(error_of(with(isolated, R"("behavior":"Isolated")")) == "");
  BOOST_TEST(error_of(with(isolated, R"("behavior":"Removed","invert":true)")) == "");
  const std::string refusal = "pre_tokenizer.pretokenizers[0].behavior: ";
  refused(isolated, R"("behavior":"Removed","invert":false)", refusal);
  refused(isolated, R"("behavior":"Removed")", refusal);
  refused(isolated, R"("behavior":"Isolated","invert":true)", refusal);
}

// DeepSeek cuts by three patterns, one after the other; each alone leaves text between its matches,
// which "Removed" would lose.
BOOST_AUTO_TEST_CASE(three_patterns_in_their_order_are_a_rule_of_their_own) {
  const std::string patterns[] = {
      R"(\\p{N}{1,3})", R"([一-龥\u3040-ゟ゠-ヿ]+)",
      R"([!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+)"
      R"(| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+)"};
  const std::string isolated = R"("behavior":"Isolated","invert":false)";
  const auto split_by = [](const std::string& pattern, const std::string& how) {
    return R"({"type":"Split","pattern":{"Regex":")" + pattern + R"("},)" + how + "},";
  };
  const auto sequence = [](const std::string& splits) {
    return with(sample_split, R"({"type":"Sequence","pretokenizers":[)" + splits +
                                  R"({"type":"ByteLevel","add_prefix_space":false,)"
                                  R"("use_regex":false}]})");
  };
  std::string all;
  for (const std::string& pattern : patterns)
    all += split_by(pattern, isolated);
  const auto read = read_tokenizer_json(sequence(all));
  BOOST_TEST_REQUIRE(read.has_value(), read.error());
  BOOST_TEST((read->split == split_rule::deepseek_v3));
  for (const std::string& pattern : patterns) {
    BOOST_TEST(error_of(sequence(split_by(pattern, isolated)))
                   .starts_with("pre_tokenizer: not a pattern known"));
    BOOST_TEST(error_of(sequence(split_by(pattern, R"("behavior":"Removed","invert":true)")))
                   .starts_with("pre_tokenizer.pretokenizers[0].behavior: "));
  }
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
  refused(R"("a b")", R"(["a","b","c"])", "model.merges[0]: not two tokens");
  refused(R"("a b")", R"(["a"])", "model.merges[0]: not two tokens");
  refused(R"("a b")", R"([1,"b"])", "model.merges[0]: not two tokens");
  refused(R"("a b")", R"(["a",1])", "model.merges[0]: not two tokens");
  refused(R"("a b")", "1", "model.merges[0]: not two tokens");
  refused(R"("a b")", R"(" b")", "model.merges[0]: makes a token of 1 bytes");
  refused(R"("a b")", R"("a ")", "model.merges[0]: makes a token of 1 bytes");
  refused(R"("b c")", R"("a b")", "model.merges[1]: this merge is there twice");
  refused(R"("ab":256)", R"("ab":-1)", "model.vocab: the id of \"ab\"");
  refused(R"("ab":256)", R"("ab":4294967296)", "model.vocab: the id of \"ab\"");
  BOOST_TEST(read_tokenizer_json(with(R"("ab":256)", R"("ab":4294967295)"))->words.ids[256] ==
             4294967295U);
  refused(R"("ab":256)", R"("ab":255)", "model.vocab: the token with id 255 shares");
  refused(R"("ab":256)", R"("ab":256,"ab":999)", "model.vocab: \"ab\" is there twice");
  refused(R"("ab":256)", R"("中":256)", "model.vocab: \"中\" is not spelled");
  refused(R"("A":65,)", "", "model.255 of the 256");
}

// Bytes that a terminal would not show are told by their numbers.
BOOST_AUTO_TEST_CASE(a_token_is_quoted_so_that_it_can_be_read) {
  for (const auto& [value, shown] :
       {std::pair{0x00, R"(\x00)"}, std::pair{0x1F, R"(\x1f)"}, std::pair{0x20, " "},
        std::pair{0x22, R"(\x22)"}, std::pair{0x5C, R"(\x5c)"}, std::pair{0x7E, "~"},
        std::pair{0x7F, R"(\x7f)"}, std::pair{0xAB, R"(\xab)"}, std::pair{0xFE, R"(\xfe)"}}) {
    refused(R"("a b")", '[' + quoted(symbol_of(value)) + R"(,"q"])",
            "model.merges[0]: \"" + std::string(shown) + "q\" is not in the vocabulary");
  }
}

BOOST_AUTO_TEST_CASE(the_alphabet_has_256_characters_and_no_other) {
  std::string bytes;
  int known = 0;
  for (int point = 0; point < 0x800; ++point) {
    const std::string symbol = point < 0x80 ? std::string(1, static_cast<char>(point))
                                            : std::string{static_cast<char>(0xC0 | point >> 6),
                                                          static_cast<char>(0x80 | (point & 63))};
    if (bytes_of_symbols(symbol, bytes)) {
      ++known;
      BOOST_TEST(symbol == symbol_of(static_cast<std::uint8_t>(bytes.at(0))));
    }
  }
  BOOST_TEST(known == 256);
  BOOST_TEST(bytes_of_symbols("aĠ", bytes));
  BOOST_TEST(bytes == "a ");
  // What is no UTF-8 spells nothing, whatever it would come to.
  for (const std::string_view damaged : {"\xC4", "a\xC4", "\xC1\x81", "\xE0\xA1", "\x80\x80"})
    BOOST_TEST(!bytes_of_symbols(damaged, bytes), damaged);
}

BOOST_AUTO_TEST_SUITE_END()
