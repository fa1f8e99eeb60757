// Escapes of URLs (RFC 3986 §2.1). Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pricing/text/hex.hpp"

namespace stint {

// With each "%41" as the byte that it stands for; what is no whole escape stays as it is. Once: what an escape
// made is not read again.
[[nodiscard]] inline std::string without_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_escape = text[at] == '%' && at + 2 < text.size() &&
                           hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
    out += is_escape ? static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]))
                     : text[at];
    if (is_escape) at += 2;
  }
  return out;
}

}  // namespace stint
