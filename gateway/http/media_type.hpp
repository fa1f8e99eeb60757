// What a Content-Type says: whether the body is JSON, and in which characters. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace stint {

enum class media_kind : std::uint8_t {
  json,                // in UTF-8, as RFC 8259 §8.1 wants it
  json_of_other_text,  // in other characters: what a reader makes of it may differ from what we read
  other,
};

[[nodiscard]] media_kind kind_of_media(std::string_view content_type) noexcept;

}  // namespace stint
