// The sub-commands of `stint`. Each takes the words behind its own name and returns the exit
// status: 0 done, 1 failed, 2 misused.
#pragma once

#include <span>
#include <string>

namespace stint {

[[nodiscard]] int run_serve(std::span<const std::string> arguments);
[[nodiscard]] int run_check_config(std::span<const std::string> arguments);
[[nodiscard]] int run_keys(std::span<const std::string> arguments);
[[nodiscard]] int run_caps(std::span<const std::string> arguments);
[[nodiscard]] int run_spend(std::span<const std::string> arguments);
[[nodiscard]] int run_ledger(std::span<const std::string> arguments);
[[nodiscard]] int run_count(std::span<const std::string> arguments);
[[nodiscard]] int run_prices(std::span<const std::string> arguments);
[[nodiscard]] int run_simulate(std::span<const std::string> arguments);

// All of the above by name: what main does, apart from the process.
[[nodiscard]] int run_stint(std::span<const std::string> arguments);

}  // namespace stint
