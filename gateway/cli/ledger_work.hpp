// The sub-commands of `stint ledger` that go over the whole of it. Each returns an exit status and
// throws misuse or command_failure.
#pragma once

#include <span>
#include <string>

#include "gateway/cli/command_line.hpp"

namespace stint {

// With what every one of them takes, and the lesson of `stint ledger`.
[[nodiscard]] command_form ledger_form(const std::string& usage);

[[nodiscard]] int verify_books_of_gateway(std::span<const std::string> arguments);
[[nodiscard]] int back_up_books(std::span<const std::string> arguments);
[[nodiscard]] int restore_books(std::span<const std::string> arguments);
[[nodiscard]] int repair_clock_of_books(std::span<const std::string> arguments);

}  // namespace stint
