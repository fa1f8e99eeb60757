// Goal: a compiled vocabulary answers as the list of tokens it was made from does. Method: every
// token of the shipped ones, and small lists whose answers are known.
#include "tokenizer/bpe/vocabulary.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

#include <boost/test/unit_test.hpp>

#include "tokenizer/bpe/kernel.hpp"
#include "tokenizer/vocab/embedded.hpp"
#include "tokenizer/vocab/rank_file.hpp"
#include "tokenizer/vocab/vocabulary_block.hpp"
#include "tokenizer/vocab/vocabulary_builder.hpp"

BOOST_AUTO_TEST_SUITE(vocabulary_suite)

namespace {

using namespace stint::tokenizer;

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

vocabulary_source all_bytes_and(const std::vector<std::string>& more) {
  vocabulary_source source;
  for (int value = 0; value < 256; ++value)
    source.tokens.emplace_back(1, static_cast<char>(value));
  source.tokens.insert(source.tokens.end(), more.begin(), more.end());
  for (std::uint32_t i = 0; i < source.tokens.size(); ++i)
    source.ids.push_back(1000 + i);
  return source;
}

struct compiled {
  compiled_vocabulary tables;
  explicit compiled(const vocabulary_source& source) : tables(compile_vocabulary(source)) {
    BOOST_TEST_REQUIRE(tables.error == "");
  }
  [[nodiscard]] vocabulary words() const {
    const auto arrays = open_vocabulary(std::as_bytes(std::span(tables.block)));
    BOOST_TEST_REQUIRE(arrays.has_value());
    return vocabulary(*arrays);
  }
};

std::uint32_t find(const vocabulary& words, const std::string& piece) {
  const std::uint8_t* const at = bytes_of(piece);
  if (piece.size() > piece_key::max_bytes) {
    return words.find_long(at, piece.size(), vocabulary::long_hash(at, piece.size()));
  }
  return words.find(piece_key::of(at, piece.size(), at + piece.size()));
}

}  // namespace

BOOST_AUTO_TEST_CASE(pieces_are_found_whole_and_nothing_else_is) {
  const std::string longest(40, 'z');
  const compiled tables(
      all_bytes_and({"ab", "abc", "fifteen bytes..", "sixteen bytes...", longest}));
  const vocabulary words = tables.words();
  for (const std::string& token :
       {std::string("a"), std::string("ab"), std::string("abc"), std::string("fifteen bytes.."),
        std::string("sixteen bytes..."), longest}) {
    BOOST_TEST(find(words, token) == 1U, token);
  }
  for (const std::string& other :
       {std::string("abd"), std::string("ab\0", 3), std::string("bc"),
        std::string("fifteen bytes.,"), std::string(39, 'z'), std::string(41, 'z')}) {
    BOOST_TEST(find(words, other) == 0U, other);
  }
}

// In the tables that the program was built with, short and long ones alike.
BOOST_AUTO_TEST_CASE(every_token_of_a_shipped_vocabulary_is_one_piece_of_it) {
  std::ifstream file(STINT_SOURCE_DIR "/tokenizer/vocab/o200k_base.tiktoken", std::ios::binary);
  const auto listed = read_rank_file(std::string(std::istreambuf_iterator<char>(file), {}));
  BOOST_TEST_REQUIRE(listed.has_value(), listed.error());
  const vocabulary words(vocab::o200k_base());
  std::size_t missing = 0;
  for (const std::string& token : listed->tokens)
    missing += find(words, token) == 1U ? 0 : 1;
  BOOST_TEST(missing == 0U);
}

// Made anew, to the last byte.
BOOST_AUTO_TEST_CASE(the_tables_that_are_built_in_are_those_of_their_file) {
  std::ifstream file(STINT_SOURCE_DIR "/tokenizer/vocab/r50k_base.tiktoken", std::ios::binary);
  const auto listed = read_rank_file(std::string(std::istreambuf_iterator<char>(file), {}));
  BOOST_TEST_REQUIRE(listed.has_value(), listed.error());
  const compiled_vocabulary tables = compile_vocabulary(*listed);
  BOOST_TEST_REQUIRE(tables.error == "");
  const auto made = open_vocabulary(std::as_bytes(std::span(tables.block)));
  BOOST_TEST_REQUIRE(made.has_value());
  const vocabulary::arrays built = vocab::r50k_base();
  const auto expect = [](const char* name, auto left, auto right) {
    BOOST_TEST((left.size_bytes() == right.size_bytes() &&
                std::memcmp(left.data(), right.data(), left.size_bytes()) == 0),
               name);
  };
  expect("byte_symbols", made->byte_symbols, built.byte_symbols);
  expect("byte_pairs", made->byte_pairs, built.byte_pairs);
  expect("piece_pilots", made->piece_pilots, built.piece_pilots);
  expect("pieces", made->pieces, built.pieces);
  expect("pair_pilots", made->pair_pilots, built.pair_pilots);
  expect("pairs", made->pairs, built.pairs);
  expect("links", made->links, built.links);
  expect("long_pieces", made->long_pieces, built.long_pieces);
  expect("arena", made->arena, built.arena);
  expect("ids", made->ids, built.ids);
  expect("strays", made->strays, built.strays);
  expect("characters", made->characters, built.characters);
  expect("bridges", made->bridges, built.bridges);
  BOOST_TEST(made->longest == built.longest);
  BOOST_TEST(made->piece_shift == built.piece_shift);
  BOOST_TEST(made->pair_shift == built.pair_shift);
}

// Which merging would count as one token for each byte.
BOOST_AUTO_TEST_CASE(a_piece_that_is_a_token_counts_as_one_whatever_its_length) {
  const std::vector<std::string> tokens = {"xy", "fifteen bytes..", "sixteen bytes...",
                                           std::string(200, 'z')};
  const compiled tables(all_bytes_and(tokens));
  const auto count = [words = tables.words()](const std::string& piece) {
    return count_whole_piece(words, bytes_of(piece), piece.size(), bytes_of(piece) + piece.size());
  };
  for (const std::string& token : tokens)
    BOOST_TEST(count(token) == 1, token);
  BOOST_TEST(count("fifteen bytes,,") == 15);
  BOOST_TEST(count("sixteen bytes,,,") == 16);
}

BOOST_AUTO_TEST_CASE(two_symbols_make_the_token_that_merging_its_bytes_ends_with) {
  // 256: ab, 257: bc, 258: abc, which ab and c make, since ab comes first.
  const compiled tables(all_bytes_and({"ab", "bc", "abc"}));
  const vocabulary words = tables.words();
  BOOST_TEST(words.merged('a', 'b') == 256U);
  BOOST_TEST(words.merged(256, 'c') == 258U);
  BOOST_TEST(words.merged('a', 257) == no_symbol);
  BOOST_TEST(words.merged('c', 'a') == no_symbol);
  BOOST_TEST(words.id(258) == 1258U);
}

BOOST_AUTO_TEST_CASE(a_token_that_merging_does_not_make_counts_as_a_whole_piece_only) {
  vocabulary_source source = all_bytes_and({"xyz"});  // no xy, no yz
  const compiled whole(source);
  BOOST_TEST(find(whole.words(), "xyz") == 1U);
  BOOST_TEST(whole.words().stray_id(bytes_of("xyz"), 3) == 1256U);
  BOOST_TEST(whole.words().stray_id(bytes_of("xyy"), 3) == no_symbol);
  source.whole_piece_first = false;
  const compiled merged(source);
  BOOST_TEST(find(merged.words(), "xyz") == 3U);
  BOOST_TEST(merged.words().stray_id(bytes_of("xyz"), 3) == no_symbol);
}

BOOST_AUTO_TEST_CASE(whole_pieces_are_told_apart_however_many_there_are) {
  const std::vector<std::string> strays = {"zyx", "xyz", "xy1z", "q-q-q", std::string(20, 'q')};
  const compiled tables(all_bytes_and(strays));
  const vocabulary words = tables.words();
  for (std::uint32_t i = 0; i < strays.size(); ++i) {
    BOOST_TEST(words.stray_id(bytes_of(strays[i]), strays[i].size()) == 1256U + i, strays[i]);
    BOOST_TEST(find(words, strays[i]) == 1U, strays[i]);
  }
}

// As many as share slots. Where merging comes first, each has its own count.
BOOST_AUTO_TEST_CASE(long_tokens_are_found_among_each_other) {
  vocabulary_source source = all_bytes_and({});
  for (int i = 0; i < 300; ++i) {
    source.tokens.push_back(std::to_string(1000 + i) + " is a long token");
    source.ids.push_back(5000U + static_cast<std::uint32_t>(i));
  }
  const compiled whole(source);
  source.whole_piece_first = false;
  const compiled merged(source);
  for (std::size_t i = 256; i < source.tokens.size(); ++i) {
    BOOST_TEST(find(whole.words(), source.tokens[i]) == 1U);
    BOOST_TEST(find(merged.words(), source.tokens[i]) == source.tokens[i].size());
    std::string other = source.tokens[i];
    other.back() = 'm';
    BOOST_TEST(find(whole.words(), other) == 0U);
  }
}

// U+65E5 and U+672C, with a token that has both; U+4E2D beside neither; and tokens that hold a part
// of a character, which must bridge to every character it can be of.
BOOST_AUTO_TEST_CASE(characters_are_bridged_where_a_token_may_have_both) {
  const compiled tables(all_bytes_and({"\xE6\x97", "日", "\xE6\x9C", "本", "\xE4\xB8", "中",
                                       "\xE5\x9B", "国", "日本", "中\xE6", "\xAD国"}));
  const vocabulary words = tables.words();
  BOOST_TEST(words.bridged(0x65E5, 0x672C));
  BOOST_TEST(!words.bridged(0x672C, 0x65E5));
  BOOST_TEST(!words.bridged(0x65E5, 0x65E5));
  BOOST_TEST(words.bridged(0x4E2D, 0x672C));  // 中 and the first byte of 本
  BOOST_TEST(words.bridged(0x4E2D, 0x56FD));  // the last byte of 中 and 国
  BOOST_TEST(words.bridged(0x672C, 0x56FD));  // false would be right too: 国 is left open
  BOOST_TEST(words.character_tokens(0x65E5) == 1U);
  BOOST_TEST(words.character_tokens(0x65B0) == 3U);  // E6 96 B0, no two bytes of which are a token
}

BOOST_AUTO_TEST_CASE(a_list_that_no_tables_can_be_made_of_says_why) {
  vocabulary_source twice = all_bytes_and({"ab", "ab"});
  BOOST_TEST(compile_vocabulary(twice).error.find("twice") != std::string::npos);
  vocabulary_source lacking = all_bytes_and({});
  lacking.tokens.erase(lacking.tokens.begin() + 65);
  lacking.ids.pop_back();
  BOOST_TEST(!compile_vocabulary(lacking).error.empty());
}

// Tokens of two, three and four bytes, each made of the one before it and a byte behind it, so that
// 64 bytes, 4,096 tokens of two bytes and `of_three` are first parts of others; mirrored: second ones.
vocabulary_source with_parts(std::size_t of_three, bool mirrored) {
  std::vector<std::string> tokens[3];
  for (char first = 0; first < 64; ++first) {
    for (int second = 64; second < 128; ++second)
      tokens[0].push_back({first, static_cast<char>(second)});
  }
  for (int third = 128; third < 144; ++third) {
    for (const std::string& two : tokens[0]) {
      if (tokens[1].size() == of_three) break;
      tokens[1].push_back(two + static_cast<char>(third));
      tokens[2].push_back(tokens[1].back() + '\xFF');
    }
  }
  std::vector<std::string> all;
  for (const std::vector<std::string>& some : tokens)
    all.insert(all.end(), some.begin(), some.end());
  if (mirrored) {
    for (std::string& token : all)
      token.assign(token.rbegin(), token.rend());
  }
  return all_bytes_and(all);
}

// The links of a symbol have 16 bits for its first parts and as many for its second ones.
BOOST_AUTO_TEST_CASE(more_parts_of_tokens_than_can_be_numbered_are_refused) {
  constexpr std::size_t most = 65'535 - 64 - 4'096;
  for (const bool mirrored : {false, true}) {
    const compiled tables(with_parts(most, mirrored));
    const vocabulary words = tables.words();
    const std::uint32_t last =
        256 + 4'096 + static_cast<std::uint32_t>(most) - 1;  // of three bytes
    BOOST_TEST((mirrored ? words.merged(0xFF, last) : words.merged(last, 0xFF)) == last + most);
    BOOST_TEST(compile_vocabulary(with_parts(most + 1, mirrored)).error ==
               "more than 65,535 tokens that are parts of others");
  }
}

// tiktoken would merge a and b (257) and then abc (256); tables know only lower parts.
BOOST_AUTO_TEST_CASE(ranks_that_are_out_of_order_are_refused_not_miscounted) {
  vocabulary_source source = all_bytes_and({"abc", "ab"});
  BOOST_TEST(compile_vocabulary(source).error == "");  // a list of merges may say so
  source.joined_by_bytes = true;
  BOOST_TEST(compile_vocabulary(source).error.find("1256 is made of") != std::string::npos);
  // The second and the third part, and four of which the first two and the last two are tokens.
  for (const std::vector<std::string>& late :
       {std::vector<std::string>{"abc", "bc"}, {"abcd", "ab", "cd"}, {"xabc", "bc", "abc"}}) {
    source = all_bytes_and(late);
    source.joined_by_bytes = true;
    BOOST_TEST(compile_vocabulary(source).error ==
               "the token with the id 1256 is made of tokens that come after it");
  }
  // What merging by priority does not make is a whole piece under that rule too: ab comes before
  // bc, and then a, bc and d are never side by side.
  source = all_bytes_and({"ab", "abcd", "bc", "bcd"});
  source.joined_by_bytes = true;
  BOOST_TEST(compile_vocabulary(source).error == "");
}

BOOST_AUTO_TEST_CASE(the_lowest_pair_is_merged_first_and_of_equals_the_leftmost) {
  const compiled tables(all_bytes_and({"aa", "bc", "ab", "aab", "abc", "aaaa"}));
  const vocabulary words = tables.words();
  constexpr std::uint32_t aa = 256;
  constexpr std::uint32_t bc = 257;
  constexpr std::uint32_t ab = 258;
  BOOST_TEST(words.merged('a', 'a') == aa);
  BOOST_TEST(words.merged(aa, 'b') == 259U);
  BOOST_TEST(words.merged('a', ab) == no_symbol);
  BOOST_TEST(words.merged('a', bc) == 260U);
  BOOST_TEST(words.merged(ab, 'c') == no_symbol);
  BOOST_TEST(words.merged(aa, aa) == 261U);
  BOOST_TEST(words.merged(0xFF, 0xFF) == no_symbol);
}

BOOST_AUTO_TEST_CASE(the_pairs_of_the_outermost_bytes_are_merged) {
  const std::string last(2, '\xFF');
  const compiled tables(all_bytes_and({std::string(2, '\0'), last, std::string("\0\xFF", 2),
                                       std::string("\xFF\0", 2), last + last}));
  const vocabulary words = tables.words();
  BOOST_TEST(words.merged(0, 0) == 256U);
  BOOST_TEST(words.merged(0xFF, 0xFF) == 257U);
  BOOST_TEST(words.merged(0, 0xFF) == 258U);
  BOOST_TEST(words.merged(0xFF, 0) == 259U);
  BOOST_TEST(words.merged(257, 257) == 260U);
}

BOOST_AUTO_TEST_CASE(a_block_says_of_its_tables_what_they_were_made_with) {
  vocabulary::arrays all;
  all.longest = 7;
  all.piece_shift = 3;
  all.pair_shift = 5;
  const std::vector<std::uint64_t> block = block_of(all);
  const auto found = open_vocabulary(std::as_bytes(std::span(block)));
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(found->longest == 7U);
  BOOST_TEST(found->piece_shift == 3);
  BOOST_TEST(found->pair_shift == 5);
}

BOOST_AUTO_TEST_CASE(a_block_with_a_wrong_bit_is_refused) {
  compiled tables(all_bytes_and({"ab"}));
  std::vector<std::uint64_t>& block = tables.tables.block;
  // Every word of the head, and some of each array.
  for (std::size_t at = 0; at < block.size(); at += at < 40 ? 1 : 1 + block.size() / 97) {
    block[at] ^= std::uint64_t{1} << (at % 64);
    BOOST_TEST(!open_vocabulary(std::as_bytes(std::span(block))).has_value(), at);
    block[at] ^= std::uint64_t{1} << (at % 64);
  }
  BOOST_TEST(open_vocabulary(std::as_bytes(std::span(block))).has_value());
}

// Its sum is of its own words alone, whatever stands behind it.
BOOST_AUTO_TEST_CASE(a_block_is_read_where_others_follow_it) {
  const compiled tables(all_bytes_and({"ab"}));
  for (const std::uint64_t next : {0x5555555555555555U, 0xAAAAAAAAAAAAAAAAU}) {
    std::vector<std::uint64_t> copy = tables.tables.block;
    copy.push_back(next);
    const auto block = std::as_bytes(std::span(copy));
    BOOST_TEST(open_vocabulary(block.first(block.size() - sizeof next)).has_value());
    BOOST_TEST(!open_vocabulary(block).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_block_that_is_cut_short_is_refused) {
  const compiled tables(all_bytes_and({"ab"}));
  const auto block = std::as_bytes(std::span(tables.tables.block));
  BOOST_TEST(open_vocabulary(block).has_value());
  BOOST_TEST(!open_vocabulary(block.first(block.size() / 2)).has_value());
  BOOST_TEST(!open_vocabulary(block.first(8)).has_value());
  BOOST_TEST(!open_vocabulary(block.subspan(8)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
