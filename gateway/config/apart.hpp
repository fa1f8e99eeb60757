// What `simulated: {books: apart}` makes of the caps: each twice, once for the calls of the built-in
// provider, once for all others. So a try with models that cost nothing is capped like the real calls, and
// takes nothing of what those may spend. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "budgets/records/cap.hpp"

namespace stint {

// What the name of a cap of simulated calls begins with; no cap of the file can be called so.
inline constexpr std::string_view simulated_cap_prefix = "simulated:";

[[nodiscard]] inline bool is_of_simulated(const cap& one) noexcept {
  return one.name.starts_with(simulated_cap_prefix);
}

// The caps in their order, then those of simulated calls in the same order, which tell nobody when their
// thresholds are reached, and are shown where there is room beside the others. A cap that names the built-in
// provider itself is of its calls already.
[[nodiscard]] std::vector<cap> with_simulated_apart(std::vector<cap> caps);

}  // namespace stint
