// Goal: every kernel that this processor can run counts as the plain one does, which cuts with
// next_piece and knows no cache. Method: random hard texts of every size around a block's, under
// each rule; the fuzz target of the same name looks further.
#include "tokenizer/bpe/kernel.hpp"

#include <algorithm>
#include <memory>

#include <boost/test/unit_test.hpp>

#include "tokenizer/bpe/kernel_texts.hpp"
#include "tokenizer/models/named_encodings.hpp"
#include "tokenizer/vocab/embedded.hpp"
#include "tokenizer/vocab/vocabulary_block.hpp"
#include "tokenizer/vocab/vocabulary_builder.hpp"

BOOST_AUTO_TEST_SUITE(kernel_suite)

namespace {

using namespace stint::tokenizer;

constexpr split_rule rules[] = {split_rule::o200k, split_rule::cl100k, split_rule::gpt2,
                                split_rule::qwen2, split_rule::deepseek_v3};

struct counting {
  vocabulary words{vocab::o200k_base()};
  std::unique_ptr<piece_cache> cache = std::make_unique<piece_cache>();

  [[nodiscard]] std::int64_t count(const kernel& with, split_rule rule,
                                   std::string_view text) const {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(text.data());
    return with.count({.words = words,
                       .rule = rule,
                       .cache = *cache,
                       .begin = begin,
                       .end = begin + text.size()});
  }
};

// In memory of just its size, so that a sanitizer sees a read beyond it.
std::string_view exactly(std::unique_ptr<char[]>& memory, std::string_view text) {
  memory = std::make_unique<char[]>(text.size());
  std::copy(text.begin(), text.end(), memory.get());
  return {memory.get(), text.size()};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_plain_kernel_is_the_last_and_always_there) {
  BOOST_TEST_REQUIRE(!kernels().empty());
  BOOST_TEST(kernels().back().name == "plain");
  for (const kernel& one : kernels())
    BOOST_TEST_MESSAGE("kernel " << one.name);
}

BOOST_AUTO_TEST_CASE(every_kernel_counts_as_the_plain_one) {
  constexpr unsigned seed = 20261121;
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random{seed};
  const counting with;
  const kernel plain = kernels().back();
  for (int round = 0; round < 6000; ++round) {
    std::unique_ptr<char[]> memory;
    const std::string made = hard_text(random, 1 + random() % 300);
    const std::string_view text = exactly(memory, made);
    for (const split_rule rule : rules) {
      const std::int64_t expected = with.count(plain, rule, text);
      for (const kernel& one : kernels()) {
        const std::int64_t found = with.count(one, rule, text);
        BOOST_TEST_REQUIRE(found == expected, one.name << ", rule " << static_cast<int>(rule)
                                                       << ", round " << round << ": " << found
                                                       << ", not " << expected << "\n"
                                                       << made);
      }
    }
  }
}

// A block ends at every byte of these in some round, whatever stands there.
BOOST_AUTO_TEST_CASE(where_a_block_ends_does_not_matter) {
  const counting with;
  const kernel plain = kernels().back();
  for (const std::string_view tail :
       {"don't stop", "don'T", "I'llX", "x'ſy", " \n \n word", ";\n/*", "\n\n/x", "12345678",
        "日Abc", "a\u0301B", "...\n", "(日本", "—a", " —b", "\t\tif", "AbCd", "  '"}) {
    for (std::size_t before = 0; before < 140; ++before) {
      for (const char filler : {'a', ' ', '.', '\n', '7'}) {
        const std::string text = std::string(before, filler) + std::string(tail);
        for (const split_rule rule : rules) {
          const std::int64_t expected = with.count(plain, rule, text);
          for (const kernel& one : kernels()) {
            BOOST_TEST_REQUIRE(with.count(one, rule, text) == expected,
                               one.name << ", rule " << static_cast<int>(rule) << ": " << text);
          }
        }
      }
    }
  }
}

// The key of a long piece must be that of no token: once it was that of its first 14 bytes and FF.
BOOST_AUTO_TEST_CASE(a_long_piece_is_not_taken_for_a_token_of_15_bytes_that_ends_in_ff) {
  vocabulary_source source;
  for (int value = 0; value < 256; ++value)
    source.tokens.emplace_back(1, static_cast<char>(value));
  std::string token = "a";
  for (char next = 'b'; next <= 'n'; ++next)
    source.tokens.push_back(token += next);
  source.tokens.push_back(token + '\xFF');
  for (std::uint32_t id = 0; id < source.tokens.size(); ++id)
    source.ids.push_back(id);
  const compiled_vocabulary tables = compile_vocabulary(source);
  BOOST_TEST_REQUIRE(tables.error == "");
  const counting with{.words = vocabulary(*open_vocabulary(std::as_bytes(std::span(tables.block)))),
                      .cache = std::make_unique<piece_cache>()};
  for (const kernel& one : kernels())
    BOOST_TEST(with.count(one, split_rule::cl100k, "abcdefghijklmnzzzz") == 5, one.name);
}

BOOST_AUTO_TEST_SUITE_END()
