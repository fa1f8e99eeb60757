// Patterns in which '*' stands for any characters, or none, and nothing else is special. Pure.
#pragma once

#include <string_view>

namespace stint {

// Whether the whole text is what the pattern says.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text) noexcept;

}  // namespace stint
