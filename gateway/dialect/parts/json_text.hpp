// Writing JSON by hand: the one place where text from outside becomes a JSON string. Pure
// functions; thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace stint {

// Appends `text` as a JSON string, quotes included. Any bytes are allowed: what is not UTF-8
// becomes U+FFFD, so that the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

// At most `bytes_max` bytes of `text`, cut at a character and marked with "…" where it was cut: for
// messages that quote what a client sent.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes_max);

}  // namespace stint
