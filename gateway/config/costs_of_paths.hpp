// Which calls that are passed through unmetered cost money, as far as their method and path tell. Pure.
#pragma once

#include <string_view>

namespace stint {

// Calls that read, and posts that providers are known not to bill (counts of tokens, uploads of files,
// moderation). Any other post may cost something.
[[nodiscard]] bool costs_nothing(std::string_view method, std::string_view path) noexcept;

}  // namespace stint
