// Goal: images cost what the providers' own worked examples say, and no estimate exceeds its bound.
#include "tokenizer/prompt/image_tokens.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(image_tokens_suite)

namespace {

using namespace stint::tokenizer;

std::int64_t expected(std::string_view model, std::int64_t width, std::int64_t height,
                      image_detail detail = image_detail::high) {
  return image_tokens(model, pixel_size{width, height}, detail).expected;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_vision_guides_tile_examples) {
  BOOST_TEST(expected("gpt-4o", 1024, 1024) == 765);
  BOOST_TEST(expected("gpt-4o", 2048, 4096) == 1105);
  BOOST_TEST(expected("gpt-4o", 4096, 8192, image_detail::low) == 85);
  BOOST_TEST(expected("gpt-4o", 512, 512) == 255);
  BOOST_TEST(expected("gpt-4o-mini", 1024, 1024) == 2833 + 4 * 5667);
  BOOST_TEST(expected("gpt-5", 1024, 1024) == 70 + 4 * 140);
  BOOST_TEST(expected("o1", 1024, 1024) == 75 + 4 * 150);
  BOOST_TEST(expected("openai/gpt-4.1", 1024, 1024) == 765);
}

BOOST_AUTO_TEST_CASE(the_vision_guides_patch_examples) {
  BOOST_TEST(expected("gpt-4.1-mini", 1024, 1024) == 1659);  // ⌈1024 × 1.62⌉
  BOOST_TEST(expected("gpt-4.1-mini", 1800, 2400) == 2353);  // ⌈1452 × 1.62⌉
  BOOST_TEST(expected("gpt-5-nano", 32, 33) == 5);           // ⌈2 × 2.46⌉
}

BOOST_AUTO_TEST_CASE(claude_counts_area_and_then_patches) {
  BOOST_TEST(expected("claude-sonnet-4-5", 1000, 1000) == 1334);
  BOOST_TEST(expected("claude-sonnet-4-5", 200, 200) == 54);
  BOOST_TEST(expected("claude-sonnet-4-5", 8000, 8000) == 1600);
  BOOST_TEST(expected("claude-opus-5", 280, 280) == 100);
  BOOST_TEST(expected("claude-opus-5", 8000, 8000) == 4784);
}

BOOST_AUTO_TEST_CASE(gemini_counts_tiles) {
  BOOST_TEST(expected("gemini-2.5-flash", 384, 384) == 258);
  BOOST_TEST(expected("gemini-2.5-flash", 1536, 768) == 516);
}

BOOST_AUTO_TEST_CASE(no_estimate_exceeds_its_bound_and_none_is_negative) {
  const std::int64_t sides[] = {1,    31,   32,   33,   384,    385,    511,
                                512,  513,  767,  768,  769,    1024,   1568,
                                2047, 2048, 2049, 2576, 10'000, 65'535, 4'294'967'295};
  for (const std::string_view model :
       {"gpt-4o", "gpt-4o-mini", "gpt-4.1-mini", "gpt-5", "gpt-5.4", "gpt-5.6-sol", "gpt-6-astra",
        "o3", "o4-mini", "claude-3-5-sonnet", "claude-opus-5", "gemini-2.5-pro", "gemini-4-argon",
        "qwen3-max", ""}) {
    for (const image_detail detail :
         {image_detail::automatic, image_detail::low, image_detail::high}) {
      const token_range unknown = image_tokens(model, std::nullopt, detail);
      BOOST_TEST(unknown.expected > 0);
      BOOST_TEST(unknown.upper >= unknown.expected);
      for (const std::int64_t width : sides) {
        for (const std::int64_t height : sides) {
          const token_range found = image_tokens(model, pixel_size{width, height}, detail);
          BOOST_TEST_CONTEXT(model << " " << width << " × " << height) {
            BOOST_TEST(found.expected > 0);
            BOOST_TEST(found.upper >= found.expected);
          }
        }
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
