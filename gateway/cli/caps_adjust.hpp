// The verbs of `stint caps` that change something, and the list of what they did. Each takes the
// words behind its own name and returns the exit status; throws misuse and command_failure.
#pragma once

#include <span>
#include <string>

namespace stint {

[[nodiscard]] int raise_cap_limit(std::span<const std::string> arguments);
[[nodiscard]] int reset_cap_usage(std::span<const std::string> arguments);
[[nodiscard]] int show_adjustments(std::span<const std::string> arguments);

}  // namespace stint
