// How each provider counts an image, and where that is stated:
//
//   Tiles     (OpenAI vision guide; figures of each model: jamesmcroft/openai-image-token-calculator)
//             Fit into 2048 × 2048, then the short side to 768; a base plus an amount per 512-pixel
//             tile; low detail: the base. The guide's examples: 1024 × 1024 → 765 and 2048 × 4096 →
//             1105 with 85 + 170.
//   Patches   (the same guide) ⌈w/32⌉·⌈h/32⌉, shrunk to at most 1536, × a factor of the model.
//             Example: 1800 × 2400 → 1452 patches. gpt-5-mini has been measured at × 1.20 instead of
//             1.62 (huggingface.co/datasets/JOHNISKING/image-token-cost). From GPT-5.6: × 1.20, high
//             detail capped near 2,500 tokens, auto seen above 14,000 (same dataset). GPT-5.2 to 5.5
//             are not in either source: expected like 5.1, bounded like 5.6.
//   Claude    Up to 4.6: w·h/750, long edge 1568, about 1,600 at most; 28-pixel patches when
//             measured. From 4.7: 28-pixel patches, long edge 2576, at most 4,784
//             (platform.claude.com, vision; the dataset above).
//   Gemini    2.x: 258 if both sides ≤ 384, else 258 per 768-pixel tile; bounded by tiles of two
//             thirds of the short side and the whole once more (recorded: 640 × 480 → 1,290). From
//             3: by media_resolution, 1,065–1,120 (ai.google.dev).
//   Others    Expected like w·h/750; bounded by patches of 16 pixels with their row ends (Pixtral;
//             Qwen-VL's are of 28), at least 1,100 (a picture of 128 pixels has been 776 on a server
//             that tiles whatever it gets), at most 16,384.
//
// Tested by tests/tokenizer/prompt/image_tokens_test.cpp.
#include "tokenizer/prompt/image_tokens.hpp"

#include <array>
#include <cmath>

#include "tokenizer/models/model_name.hpp"

namespace stint::tokenizer {
namespace {

using integer = std::int64_t;

// Larger sizes are refused by every provider; the bound keeps the arithmetic exact.
constexpr integer side_max = 65'535;

enum class image_rule : std::uint8_t { tiles, patches, patches_56, tiles_or_patches_56 };

struct image_row {
  name_match how;
  std::string_view pattern;
  image_rule rule;
  integer base = 0;             // tiles
  integer tile = 0;             // tiles
  integer factor_permille = 0;  // patches
};

constexpr auto prefix = name_match::prefix;
constexpr auto exactly = name_match::exact;

constexpr image_row by_tiles(name_match how, std::string_view pattern, integer base, integer tile) {
  return {.how = how, .pattern = pattern, .rule = image_rule::tiles, .base = base, .tile = tile};
}
constexpr image_row by_patches(std::string_view pattern, image_rule rule, integer factor) {
  return {.how = prefix, .pattern = pattern, .rule = rule, .factor_permille = factor};
}

// clang-format off
constexpr std::array image_rows = {
    by_tiles(prefix, "gpt-4o-mini", 2833, 5667),
    by_patches("gpt-4.1-mini", image_rule::patches, 1620),
    by_patches("gpt-4.1-nano", image_rule::patches, 2460),
    by_patches("gpt-5-mini", image_rule::patches, 1620),
    by_patches("gpt-5-nano", image_rule::patches, 2460),
    by_patches("o4-mini", image_rule::patches, 1720),
    by_patches("gpt-5.6", image_rule::patches_56, 1200),
    by_patches("gpt-6", image_rule::patches_56, 1200),
    by_tiles(prefix, "gpt-5.1", 70, 140),
    image_row{prefix, "gpt-5.", image_rule::tiles_or_patches_56, 70, 140, 1200},
    by_tiles(prefix, "gpt-5", 70, 140),
    by_tiles(exactly, "o1", 75, 150),
    by_tiles(prefix, "o1-", 75, 150),
    by_tiles(exactly, "o3", 75, 150),
    by_tiles(prefix, "o3-", 75, 150),
    by_tiles(prefix, "gpt-4", 85, 170),
    by_tiles(prefix, "chatgpt-4o", 85, 170),
    by_tiles(prefix, "ft:gpt-4o-mini", 2833, 5667),
    by_tiles(prefix, "ft:gpt-4", 85, 170),
};
// clang-format on

// Of an image whose size is not known, by its area and in patches of 28 pixels: 1024 × 1024.
constexpr integer usual_by_area = 1024 * 1024 / 750;
constexpr integer usual_patches = 37 * 37;

constexpr integer ceil_divide(integer a, integer b) {
  return (a + b - 1) / b;
}

constexpr integer permille(integer tokens, integer factor) {
  return ceil_divide(tokens * factor, 1000);
}

integer short_side(pixel_size size) {
  return std::min(size.width, size.height);
}
integer long_side(pixel_size size) {
  return std::max(size.width, size.height);
}

integer tiles_of(integer shorter, integer longer) {
  if (longer > 2048) {
    shorter = std::max<integer>(1, shorter * 2048 / longer);
    longer = 2048;
  }
  if (shorter > 768) {
    longer = longer * 768 / shorter;
    shorter = 768;
  }
  return ceil_divide(shorter, 512) * ceil_divide(longer, 512);
}

constexpr integer tiles_max = 8;  // 768 × 2048

// Whether the provider rounds a scaled side down or up is not documented; an extra row of tiles
// bounds it.
token_range tile_tokens(const image_row& row, std::optional<pixel_size> size, image_detail detail) {
  if (detail == image_detail::low) return {row.base, row.base};
  const integer tiles = size ? tiles_of(short_side(*size), long_side(*size)) : 4;
  const bool scaled = !size || long_side(*size) > 2048 || short_side(*size) > 768;
  const integer most = !size ? tiles_max : scaled ? std::min(tiles_max, tiles + 2) : tiles;
  return {row.base + row.tile * tiles, row.base + row.tile * most};
}

integer patches_of(pixel_size size, integer edge) {
  return ceil_divide(size.width, edge) * ceil_divide(size.height, edge);
}

// The guide's shrinking: to the area of `cap` patches, then until one side is a whole number of
// patches.
integer shrunk_patches(pixel_size size, integer cap) {
  if (patches_of(size, 32) <= cap) return patches_of(size, 32);
  const auto width = static_cast<double>(size.width);
  const auto height = static_cast<double>(size.height);
  const double shrink = std::sqrt(static_cast<double>(cap) * 1024.0 / (width * height));
  const double across = width * shrink / 32;
  const double down = height * shrink / 32;
  const double fit = std::min(std::floor(across) / across, std::floor(down) / down);
  const auto patches = static_cast<integer>(std::ceil(across * fit - 1e-6)) *
                       static_cast<integer>(std::ceil(down * fit - 1e-6));
  return std::clamp<integer>(patches, 1, cap);
}

token_range patch_tokens(const image_row& row, std::optional<pixel_size> size, image_detail detail,
                         integer cap) {
  pixel_size seen = size.value_or(pixel_size{32 * 32, 32 * 32});
  if (detail == image_detail::low)
    seen = {std::min<integer>(seen.width, 16 * 32), std::min<integer>(seen.height, 16 * 32)};
  const integer most =
      size || detail == image_detail::low ? std::min(cap, patches_of(seen, 32)) : cap;
  return {permille(shrunk_patches(seen, cap), row.factor_permille),
          permille(most, row.factor_permille)};
}

constexpr integer patches_high_56 = 2'084;   // × 1.2 = 2,501
constexpr integer patches_auto_56 = 12'500;  // × 1.2 = 15,000

token_range openai_tokens(const image_row& row, std::optional<pixel_size> size,
                          image_detail detail) {
  const integer cap_56 = detail == image_detail::automatic ? patches_auto_56 : patches_high_56;
  switch (row.rule) {
    case image_rule::tiles:
      return tile_tokens(row, size, detail);
    case image_rule::patches:
      return patch_tokens(row, size, detail, 1536);
    case image_rule::patches_56:
      return patch_tokens(row, size, detail, cap_56);
    case image_rule::tiles_or_patches_56: {
      const token_range tiles = tile_tokens(row, size, detail);
      const token_range patches = patch_tokens(row, size, detail, cap_56);
      return {tiles.expected, std::max(tiles.upper, patches.upper)};
    }
  }
  return {};
}

pixel_size fit_long_side(pixel_size size, integer edge) {
  const integer longer = long_side(size);
  if (longer <= edge) return size;
  return {std::max<integer>(1, size.width * edge / longer),
          std::max<integer>(1, size.height * edge / longer)};
}

token_range claude_tokens(std::string_view name, std::optional<pixel_size> size) {
  if (is_claude_47_or_later(name)) {
    constexpr integer most = 4'784;
    if (!size) return {usual_patches, most};
    const integer patches = patches_of(fit_long_side(*size, 2576), 28);
    return {std::min(patches, most), std::min(patches + 16, most)};
  }
  constexpr integer usual_most = 1'600;
  constexpr integer most = 1'640;  // "about" 1,600
  if (!size) return {usual_by_area, most};
  const pixel_size fitted = fit_long_side(*size, 1568);
  const integer by_area = ceil_divide(fitted.width * fitted.height, 750);
  const integer by_patch = patches_of(fitted, 28) + 3;
  return {std::min(by_area, usual_most), std::min(std::max(by_area, by_patch), most)};
}

token_range gemini_tokens(std::string_view name, std::optional<pixel_size> size) {
  const bool second = name.find("gemini-2") != std::string_view::npos ||
                      name.find("gemini-1") != std::string_view::npos;
  if (!second) return {1'120, 2'240};
  constexpr integer tile = 258;
  if (!size) return {tile * 4, tile * 16};
  if (long_side(*size) <= 384) return {tile, tile};
  const integer tiles = ceil_divide(size->width, 768) * ceil_divide(size->height, 768);
  const integer unit = std::clamp<integer>(short_side(*size) * 2 / 3, 256, 768);
  const integer cropped = ceil_divide(size->width, unit) * ceil_divide(size->height, unit) + 1;
  return {tile * tiles, tile * std::max(tiles + 2, cropped)};
}

}  // namespace

token_range image_tokens(std::string_view model, std::optional<pixel_size> size,
                         image_detail detail) noexcept {
  const std::string_view name = bare_model(model);
  if (size) {
    size->width = std::clamp<integer>(size->width, 1, side_max);
    size->height = std::clamp<integer>(size->height, 1, side_max);
  }
  for (const image_row& row : image_rows) {
    if (matches(row.how, row.pattern, name)) return openai_tokens(row, size, detail);
  }
  if (name.find("claude") != std::string_view::npos) return claude_tokens(name, size);
  if (name.find("gemini") != std::string_view::npos) return gemini_tokens(name, size);
  constexpr integer usual_most = 4'784;
  constexpr integer most = 16'384;
  if (!size) return {usual_by_area, most};
  constexpr integer least = 1'100;
  const integer by_area = ceil_divide(size->width * size->height, 750);
  const integer patches = patches_of(*size, 16) + ceil_divide(size->height, 16);
  return {std::min(by_area, usual_most), std::clamp<integer>(patches, least, most)};
}

}  // namespace stint::tokenizer
