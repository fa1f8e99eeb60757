// The verbs of `stint ledger` that tell a settled call differently, and the list of everything that
// was done by hand. Each takes the words behind its own name and returns the exit status; throws
// misuse and command_failure.
#pragma once

#include <span>
#include <string>

namespace stint {

[[nodiscard]] int release_call_by_hand(std::span<const std::string> arguments);
[[nodiscard]] int correct_call_by_hand(std::span<const std::string> arguments);
[[nodiscard]] int show_audits(std::span<const std::string> arguments);

}  // namespace stint
