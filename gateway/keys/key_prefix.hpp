// How every virtual key begins, so that one is known wherever it turns up.
#pragma once

#include <string_view>

namespace stint {

inline constexpr std::string_view key_prefix = "sk-stint-";

}  // namespace stint
