// What an image costs, by model. Rules and sources: image_tokens.cpp. Pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "tokenizer/prompt/media_header.hpp"
#include "tokenizer/prompt/prompt_tally.hpp"

namespace stint::tokenizer {

enum class image_detail : std::uint8_t { automatic, low, high };

// An image whose size is not known costs at most what the model charges for any, and is expected to
// be 1024 pixels square.
[[nodiscard]] token_range image_tokens(std::string_view model, std::optional<pixel_size> size,
                                       image_detail detail) noexcept;

}  // namespace stint::tokenizer
