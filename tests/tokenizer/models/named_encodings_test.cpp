// Goal: every built-in encoding is found by name and counts as byte-pair encoding is defined, and a
// text that is not in Normalization Form C may be fed to Qwen's in any pieces. Method: the plain
// restatement in plain_encoding.hpp on random strings; the wide comparison is the exactness test.
#include "tokenizer/models/named_encodings.hpp"

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tokenizer/bpe/incremental_count.hpp"
#include "tokenizer/bpe/plain_encoding.hpp"
#include "tokenizer/vocab/rank_file.hpp"

BOOST_AUTO_TEST_SUITE(named_encodings_suite)

namespace {

using namespace stint::tokenizer;

struct expected_encoding {
  std::string name;
  std::string file;
  split_rule split;
  bool nfc;
};

const expected_encoding every_encoding[] = {
    {"o200k_base", "o200k_base", split_rule::o200k, false},
    {"o200k_harmony", "o200k_base", split_rule::o200k, false},
    {"cl100k_base", "cl100k_base", split_rule::cl100k, false},
    {"p50k_base", "p50k_base", split_rule::gpt2, false},
    {"r50k_base", "r50k_base", split_rule::gpt2, false},
    {"qwen3", "qwen3", split_rule::qwen2, true},
    {"deepseek_v3", "deepseek_v3", split_rule::deepseek_v3, false}};

plain_encoding plain_of(const expected_encoding& which) {
  std::ifstream file(STINT_SOURCE_DIR "/tokenizer/vocab/" + which.file + ".tiktoken",
                     std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto words = read_rank_file(text);
  BOOST_TEST_REQUIRE(words.has_value());
  return {std::move(*words), which.split, which.nfc};
}

const std::string fragments[] = {"the",     " gateway", "'s",     "'LL",  "123",      "4",
                                 " ",       "  ",       "\n",     "\r\n", "\t",       "é",
                                 "e\u0301", "\u0323",   "\u0958", "क",    "中文",     "・",
                                 "カ",      "👍",        "!?",     "\xFF", "\xE3\x81", "\u212B",
                                 "ſ",       "한\u11A8", "_x",     "\x01", " \u00a0",  "Ǆ"};

std::string some(std::mt19937& random, std::size_t most) {
  std::string text;
  for (std::size_t left = random() % most; left > 0; --left)
    text += fragments[random() % std::size(fragments)];
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_find_their_encodings) {
  for (const expected_encoding& each : every_encoding) {
    const encoding* const found = find_encoding(each.name);
    BOOST_TEST_REQUIRE(found != nullptr, each.name);
    BOOST_TEST(found->name() == each.name);
  }
  BOOST_TEST(encoding_names().size() == std::size(every_encoding));
  BOOST_TEST(find_encoding("o200k_base") == &o200k_base());
  BOOST_TEST(find_encoding("o200k") == nullptr);
  BOOST_TEST(find_encoding("") == nullptr);
}

BOOST_AUTO_TEST_CASE(each_encodes_as_the_definition_says) {
  constexpr unsigned seed = 20261124;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  for (const expected_encoding& each : every_encoding) {
    const plain_encoding plain = plain_of(each);
    const encoding& with = *find_encoding(each.name);
    for (int round = 0; round < 3000; ++round) {
      const std::string text = some(random, 24);
      const std::vector<std::uint32_t> ids = plain.encode(text);
      BOOST_TEST_CONTEXT(each.name << " on " << text) {
        BOOST_TEST_REQUIRE(with.encode(text) == ids);
        BOOST_TEST_REQUIRE(with.count(text) == static_cast<std::int64_t>(ids.size()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(the_sum_is_exact_however_a_text_is_split) {
  constexpr unsigned seed = 20261125;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  for (const expected_encoding& each : every_encoding) {
    const encoding& with = *find_encoding(each.name);
    for (int round = 0; round < 300; ++round) {
      const std::string text = some(random, 400);
      incremental_count pieces{with};
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = 1 + random() % 200;
        pieces.feed(std::string_view(text).substr(at, size));
        at += size;
      }
      BOOST_TEST_REQUIRE(pieces.total() == with.count(text), each.name << " on " << text);
    }
  }
}

// Each character here is decomposed for good, and Qwen's pattern cuts every one of them in the
// middle, so no cut of the text is one of its normal form; the border stays where it is right.
BOOST_AUTO_TEST_CASE(a_border_inside_a_character_is_no_border) {
  const encoding& with = *find_encoding("qwen3");
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "\u0958";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const std::string head = text.substr(0, size);
    const std::size_t stable = with.stable_prefix(head);
    BOOST_TEST_REQUIRE(with.count(text) ==
                       with.count(text.substr(0, stable)) + with.count(text.substr(stable)));
  }
}

BOOST_AUTO_TEST_CASE(the_form_is_counted_and_not_the_text) {
  const encoding& with = *find_encoding("qwen3");
  BOOST_TEST(with.encode("cafe\u0301") == with.encode("café"));
  BOOST_TEST(with.count("\u212B") == with.count("Å"));
  BOOST_TEST(with.tokens_max(1) == 3);
  BOOST_TEST(with.count("\U0001D160") <= with.tokens_max(4));
}

BOOST_AUTO_TEST_SUITE_END()
