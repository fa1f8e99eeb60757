// `stint prices import`.
#pragma once

#include <span>
#include <string>

namespace stint {

// The words behind "import". Answers the exit status; throws as commands do.
[[nodiscard]] int import_price_list(std::span<const std::string> arguments);

}  // namespace stint
