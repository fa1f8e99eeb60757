// --from and --to, which several commands take. Pure functions; a word that makes no sense is a
// misuse.
#pragma once

#include <string>

#include "pricing/wall_time.hpp"

namespace stint {

[[nodiscard]] wall_time from_option(const std::string& word, wall_time now);
[[nodiscard]] wall_time to_option(const std::string& word, wall_time now);

}  // namespace stint
