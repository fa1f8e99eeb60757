// Goal: encodings equal to tiktoken's, on inputs whose ids are known or follow from a simple
// restatement of the algorithm. The wide comparison with the reference itself is the exactness test
// (exactness.py).
#include <fstream>
#include <iterator>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/vocab/rank_file.hpp"

BOOST_AUTO_TEST_SUITE(encoding_suite)

namespace {

using namespace stint::tokenizer;
using ids = std::vector<std::uint32_t>;

const encoding* const both[] = {&o200k_base(), &cl100k_base()};

// The ranks as the files state them, and byte-pair merging as its definition has it: by the bytes
// of the joined parts, quadratic, nothing clever.
class definition {
 public:
  explicit definition(const std::string& name) {
    std::ifstream file(STINT_SOURCE_DIR "/tokenizer/vocab/" + name + ".tiktoken");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto words = read_rank_file(text);
    BOOST_TEST_REQUIRE(words.has_value());
    for (std::uint32_t rank = 0; rank < words->tokens.size(); ++rank)
      ranks_.emplace(words->tokens[rank], rank);
    ids_ = words->ids;
  }

  [[nodiscard]] ids merge(std::string_view piece) const {
    std::vector<std::string> parts;
    for (const char byte : piece)
      parts.emplace_back(1, byte);
    for (;;) {
      auto best = ranks_.end();
      std::size_t where = 0;
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        const auto found = ranks_.find(parts[i] + parts[i + 1]);
        if (found == ranks_.end() || (best != ranks_.end() && found->second >= best->second)) {
          continue;
        }
        best = found;
        where = i;
      }
      if (best == ranks_.end()) break;
      parts[where] = best->first;
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(where) + 1);
    }
    ids merged;
    for (const std::string& part : parts)
      merged.push_back(ids_[ranks_.at(part)]);
    return merged;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> ranks_;
  ids ids_;
};

std::string random_letters(std::mt19937& random, std::string_view alphabet, std::size_t size) {
  std::string text;
  while (text.size() < size)
    text += alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

// The OpenAI cookbook prints these ids ("How to count tokens with tiktoken", section 5).
BOOST_AUTO_TEST_CASE(published_ids_are_reproduced) {
  BOOST_TEST(cl100k_base().encode("antidisestablishmentarianism") ==
             (ids{519, 85342, 34500, 479, 8997, 2191}));
  BOOST_TEST(cl100k_base().encode("2 + 2 = 4") == (ids{17, 489, 220, 17, 284, 220, 19}));
  BOOST_TEST(cl100k_base().encode("お誕生日おめでとう") ==
             (ids{33334, 45918, 243, 21990, 9080, 33334, 62004, 16556, 78699}));
}

BOOST_AUTO_TEST_CASE(an_empty_text_has_no_tokens) {
  for (const encoding* with : both) {
    BOOST_TEST(with->count("") == 0);
    BOOST_TEST(with->encode("").empty());
    BOOST_TEST(with->stable_prefix("") == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_special_tokens_spelling_is_ordinary_text) {
  for (const encoding* with : both)
    BOOST_TEST(with->count("<|endoftext|>") > 1);
}

BOOST_AUTO_TEST_CASE(every_single_byte_is_one_token_or_a_replacement_character) {
  for (const encoding* with : both) {
    const std::int64_t replacement = with->count("\xEF\xBF\xBD");
    for (int value = 0; value < 256; ++value) {
      const std::string text(1, static_cast<char>(value));
      BOOST_TEST(with->count(text) == (value < 0x80 ? 1 : replacement));
    }
  }
}

// The WHATWG decoder's own examples of maximal subparts (Unicode 16.0, section 3.9, table 3-8).
BOOST_AUTO_TEST_CASE(ill_formed_bytes_count_as_the_replacement_characters_a_decoder_makes) {
  const std::pair<std::string, std::string> cases[] = {
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82 A", "�������� A"},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF A", "�������� A"},
      {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", "�����A��B"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", "����A"},
      {"it'\xC5", "it'�"},
  };
  for (const auto& [bytes, decoded] : cases) {
    for (const encoding* with : both) {
      BOOST_TEST(with->encode(bytes) == with->encode(decoded));
      BOOST_TEST(with->count(bytes) == with->count(decoded));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_contraction_may_end_in_a_long_s) {
  // cl100k cuts off "'ſ"; o200k keeps it with the word before.
  BOOST_TEST(cl100k_base().count("it'ſ") == cl100k_base().count("it") + cl100k_base().count("'ſ"));
  BOOST_TEST(o200k_base().stable_prefix("it'ſ") == std::string_view("it'ſ").size());
}

// Long pieces are merged in windows; the pieces here span several, of alphabets in which merges
// reach far.
BOOST_AUTO_TEST_CASE(pieces_of_any_length_merge_as_the_definition_says) {
  const definition o200k("o200k_base");
  const definition cl100k("cl100k_base");
  std::mt19937 random{20261121};
  for (const std::string_view alphabet : {"ab", "a", "etaoinshrdlu", "aaaaaaab", "xyz"}) {
    for (const std::size_t size :
         {2U, 15U, 16U, 31U, 32U, 33U, 127U, 128U, 129U, 600U, 4095U, 4097U}) {
      const std::string text = random_letters(random, alphabet, size);
      BOOST_TEST_CONTEXT(alphabet << " × " << size) {
        for (const auto& [words, known] :
             {std::pair{&o200k_base(), &o200k}, {&cl100k_base(), &cl100k}}) {
          if (size <= 128 && words->count(text) == 1) continue;  // a token as a whole piece
          const ids merged = known->merge(text);
          BOOST_TEST(words->count(text) == static_cast<std::int64_t>(merged.size()));
          BOOST_TEST((words->encode(text) == merged));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(counting_equals_encoding_for_random_bytes) {
  std::mt19937 random{7};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t left = random() % 64; left > 0; --left)
      text += static_cast<char>(random());
    for (const encoding* with : both) {
      BOOST_TEST_REQUIRE(with->count(text) == static_cast<std::int64_t>(with->encode(text).size()));
    }
  }
}

// Linear in time and bounded in memory: a quadratic algorithm would need hours here.
BOOST_AUTO_TEST_CASE(megabytes_of_one_piece_are_counted) {
  constexpr std::size_t megabyte = 1U << 20;
  BOOST_TEST(o200k_base().count(std::string(10 * megabyte, ' ')) == 81'920);
  BOOST_TEST(cl100k_base().count(std::string(10 * megabyte, ' ')) == 81'920);
  BOOST_TEST(o200k_base().count(std::string(megabyte, 'a')) == 131'072);
  std::mt19937 random{1};
  const std::string letters = random_letters(random, "ab", megabyte);
  BOOST_TEST(o200k_base().count(letters) < static_cast<std::int64_t>(megabyte));
  BOOST_TEST(cl100k_base().count(std::string(megabyte, '\x80')) > 0);
}

BOOST_AUTO_TEST_CASE(threads_count_alike) {
  const std::string text = "Several threads, the same words: tokenizers nevertheless agree. ";
  const std::int64_t expected = o200k_base().count(text);
  std::vector<std::thread> threads;
  std::vector<std::int64_t> counts(4, 0);
  for (std::int64_t& count : counts) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        count = o200k_base().count(text);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const std::int64_t count : counts)
    BOOST_TEST(count == expected);
}

BOOST_AUTO_TEST_SUITE_END()
