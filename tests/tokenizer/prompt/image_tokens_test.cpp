// Goal: images cost what the providers' own worked examples say, at every size at which a rule begins
// or ends to apply, and no estimate exceeds its bound. Method: the examples; a table that was worked
// out by another program from the rules at the top of image_tokens.cpp; sizes around all edges.
#include "tokenizer/prompt/image_tokens.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(image_tokens_suite)

namespace {

using namespace stint::tokenizer;

std::int64_t expected(std::string_view model, std::int64_t width, std::int64_t height,
                      image_detail detail = image_detail::high) {
  return image_tokens(model, pixel_size{width, height}, detail).expected;
}

struct image_cost {
  std::string_view model;
  std::int64_t width;  // 0: the size is not known
  std::int64_t height;
  image_detail detail;
  std::int64_t expected;
  std::int64_t upper;
};

constexpr auto high = image_detail::high;
constexpr auto low = image_detail::low;
constexpr auto automatic = image_detail::automatic;

// clang-format off
constexpr image_cost costs[] = {
    {"gpt-4o-mini", 600, 600, high, 25501, 25501},
    {"gpt-4o-mini", 0, 0, low, 2833, 2833},
    {"ft:gpt-4o-mini-x", 600, 600, high, 25501, 25501},
    {"ft:gpt-4o-mini-x", 0, 0, low, 2833, 2833},
    {"ft:gpt-4.1", 600, 600, high, 765, 765},
    {"ft:gpt-4.1", 0, 0, low, 85, 85},
    {"chatgpt-4o-latest", 600, 600, high, 765, 765},
    {"chatgpt-4o-latest", 0, 0, low, 85, 85},
    {"gpt-5", 600, 600, high, 630, 630},
    {"gpt-5", 0, 0, low, 70, 70},
    {"gpt-5.1", 600, 600, high, 630, 630},
    {"gpt-5.1", 0, 0, low, 70, 70},
    {"o1", 600, 600, high, 675, 675},
    {"o1", 0, 0, low, 75, 75},
    {"o1-pro", 600, 600, high, 675, 675},
    {"o1-pro", 0, 0, low, 75, 75},
    {"o3", 600, 600, high, 675, 675},
    {"o3", 0, 0, low, 75, 75},
    {"o3-pro", 600, 600, high, 675, 675},
    {"o3-pro", 0, 0, low, 75, 75},
    {"gpt-4o", 2048, 768, high, 1445, 1445},
    {"gpt-4o", 768, 2048, high, 1445, 1445},
    {"gpt-4o", 2049, 768, high, 1445, 1445},
    {"gpt-4o", 2048, 769, high, 1445, 1445},
    {"gpt-4o", 2048, 100, high, 765, 765},
    {"gpt-4o", 2049, 100, high, 765, 1105},
    {"gpt-4o", 512, 512, high, 255, 255},
    {"gpt-4o", 513, 512, high, 425, 425},
    {"gpt-4o", 512, 513, high, 425, 425},
    {"gpt-4o", 1, 65535, high, 765, 1105},
    {"gpt-4o", 70000, 70000, high, 765, 1105},
    {"gpt-4o", 0, 5, high, 255, 255},
    {"gpt-4o", 769, 769, high, 765, 1105},
    {"gpt-4o", 768, 768, high, 765, 765},
    {"gpt-4o", 960, 1281, high, 765, 1105},
    {"gpt-4o", 960, 1282, high, 1105, 1445},
    {"gpt-4o", 2100, 600, high, 1445, 1445},
    {"gpt-4o", 1600, 1100, high, 1105, 1445},
    {"gpt-4o", 600, 600, automatic, 765, 765},
    {"gpt-4o", 0, 0, high, 765, 1445},
    {"gpt-4.1-mini", 320, 320, high, 162, 162},
    {"gpt-4.1-mini", 0, 0, high, 1659, 2489},
    {"gpt-4.1-nano", 320, 320, high, 246, 246},
    {"gpt-4.1-nano", 0, 0, high, 2520, 3779},
    {"gpt-5-mini", 320, 320, high, 162, 162},
    {"gpt-5-mini", 0, 0, high, 1659, 2489},
    {"gpt-5-nano", 320, 320, high, 246, 246},
    {"gpt-5-nano", 0, 0, high, 2520, 3779},
    {"o4-mini", 320, 320, high, 172, 172},
    {"o4-mini", 0, 0, high, 1762, 2642},
    {"gpt-4.1-mini", 1024, 1536, high, 2489, 2489},
    {"gpt-4.1-mini", 1024, 1537, high, 2361, 2489},
    {"gpt-4.1-mini", 1254, 1254, high, 2465, 2489},
    {"gpt-4.1-mini", 3000, 100, high, 610, 610},
    {"gpt-4.1-mini", 65535, 1, high, 2, 2489},
    {"gpt-4.1-mini", 5000, 3000, high, 2430, 2489},
    {"gpt-4.1-mini", 32, 32, high, 2, 2},
    {"gpt-4.1-mini", 33, 32, high, 4, 4},
    {"gpt-4.1-mini", 32, 33, high, 4, 4},
    {"gpt-4.1-mini", 2000, 1500, high, 2353, 2489},
    {"gpt-4.1-mini", 1000, 1510, high, 2489, 2489},
    {"gpt-4.1-mini", 500, 2796, high, 2281, 2281},
    {"gpt-4.1-mini", 514, 2887, high, 2333, 2489},
    {"gpt-4.1-mini", 513, 600, low, 415, 415},
    {"gpt-4.1-mini", 500, 4000, low, 415, 415},
    {"gpt-4.1-mini", 0, 0, low, 415, 415},
    {"gpt-5.6", 1500, 1400, high, 2482, 2482},
    {"gpt-5.4", 1500, 1400, high, 630, 2482},
    {"gpt-5.6", 3300, 3900, high, 2411, 2501},
    {"gpt-5.4", 3300, 3900, high, 630, 2501},
    {"gpt-5.6", 9000, 9000, high, 2430, 2501},
    {"gpt-5.4", 9000, 9000, high, 630, 2501},
    {"gpt-5.6", 0, 0, high, 1229, 2501},
    {"gpt-5.4", 0, 0, high, 630, 2501},
    {"gpt-5.6", 1500, 1400, automatic, 2482, 2482},
    {"gpt-5.4", 1500, 1400, automatic, 630, 2482},
    {"gpt-5.6", 3300, 3900, automatic, 14811, 15000},
    {"gpt-5.4", 3300, 3900, automatic, 630, 15000},
    {"gpt-5.6", 9000, 9000, automatic, 14786, 15000},
    {"gpt-5.4", 9000, 9000, automatic, 630, 15000},
    {"gpt-5.6", 0, 0, automatic, 1229, 15000},
    {"gpt-5.4", 0, 0, automatic, 630, 15000},
    {"gpt-5.6", 1500, 1400, low, 308, 308},
    {"gpt-5.4", 1500, 1400, low, 70, 308},
    {"gpt-5.6", 3300, 3900, low, 308, 308},
    {"gpt-5.4", 3300, 3900, low, 70, 308},
    {"gpt-5.6", 9000, 9000, low, 308, 308},
    {"gpt-5.4", 9000, 9000, low, 70, 308},
    {"gpt-5.6", 0, 0, low, 308, 308},
    {"gpt-5.4", 0, 0, low, 70, 308},
    {"gpt-6", 320, 320, high, 120, 120},
    {"gpt-5.4", 320, 320, high, 210, 210},
    {"claude-sonnet-4-5", 1568, 28, high, 59, 59},
    {"claude-sonnet-4-5", 1569, 28, high, 57, 59},
    {"claude-sonnet-4-5", 1568, 766, high, 1600, 1602},
    {"claude-sonnet-4-5", 1000, 1200, high, 1600, 1600},
    {"claude-sonnet-4-5", 1092, 1092, high, 1590, 1590},
    {"claude-sonnet-4-5", 1100, 1100, high, 1600, 1614},
    {"claude-sonnet-4-5", 8000, 1, high, 3, 59},
    {"claude-sonnet-4-5", 28, 28, high, 2, 4},
    {"claude-sonnet-4-5", 29, 28, high, 2, 5},
    {"claude-sonnet-4-5", 200, 200, high, 54, 67},
    {"claude-sonnet-4-5", 0, 0, high, 1398, 1640},
    {"claude-opus-5", 2576, 28, high, 92, 108},
    {"claude-opus-5", 2577, 28, high, 92, 108},
    {"claude-opus-5", 2000, 1800, high, 4680, 4696},
    {"claude-opus-5", 1900, 1900, high, 4624, 4640},
    {"claude-opus-5", 2200, 1652, high, 4661, 4677},
    {"claude-opus-5", 1, 8000, high, 92, 108},
    {"claude-opus-5", 28, 29, high, 2, 18},
    {"claude-opus-5", 57, 28, high, 3, 19},
    {"claude-opus-5", 0, 0, high, 1369, 4784},
    {"gemini-2.5-pro", 384, 384, high, 258, 258},
    {"gemini-2.5-pro", 385, 384, high, 258, 1290},
    {"gemini-2.5-pro", 384, 385, high, 258, 1290},
    {"gemini-2.5-pro", 768, 768, high, 258, 1290},
    {"gemini-2.5-pro", 769, 768, high, 516, 1290},
    {"gemini-2.5-pro", 768, 769, high, 516, 1290},
    {"gemini-2.5-pro", 3000, 2000, high, 3096, 3612},
    {"gemini-2.5-pro", 0, 0, high, 1032, 4128},
    {"gemini-1.5-pro", 769, 300, high, 516, 2322},
    {"gemini-2.0-flash", 640, 480, high, 258, 1290},
    {"gemini-3-pro", 10, 10, high, 1120, 2240},
    {"gemini-3-pro", 0, 0, high, 1120, 2240},
    {"qwen3-max", 750, 750, high, 750, 2256},
    {"qwen3-max", 1000, 3588, high, 4784, 14400},
    {"qwen3-max", 1000, 3600, high, 4784, 14400},
    {"qwen3-max", 3000, 1196, high, 4784, 14175},
    {"qwen3-max", 1000, 3601, high, 4784, 14464},
    {"qwen3-max", 2032, 2048, high, 4784, 16384},
    {"qwen3-max", 2032, 2032, high, 4784, 16256},
    {"qwen3-max", 4000, 4000, high, 4784, 16384},
    {"qwen3-max", 1, 1, high, 1, 1100},
    {"qwen3-max", 0, 1500, high, 2, 1100},
    {"qwen3-max", 1500, 0, high, 2, 1100},
    {"qwen3-max", 70000, 29, high, 2535, 8194},
    {"qwen3-max", 29, 70000, high, 2535, 12288},
    {"qwen3-max", 70000, 50, high, 4369, 16384},
    {"granite3.2-vision", 128, 128, high, 22, 1100},
    {"qwen3-max", 0, 0, high, 1398, 16384},
};
// clang-format on

}  // namespace

BOOST_AUTO_TEST_CASE(each_rule_holds_up_to_its_edges_and_not_beyond) {
  for (const image_cost& one : costs) {
    std::optional<pixel_size> size;
    if (one.width + one.height > 0) size = {one.width, one.height};
    const token_range found = image_tokens(one.model, size, one.detail);
    BOOST_TEST_CONTEXT(one.model << ' ' << one.width << " × " << one.height << ", detail "
                                 << static_cast<int>(one.detail)) {
      BOOST_TEST(found.expected == one.expected);
      BOOST_TEST(found.upper == one.upper);
    }
  }
}

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
