// A cap's refusal in words and as figures, the same in every dialect. Pure functions; thread-safe.
#pragma once

#include <string>

#include "budgets/records/hold.hpp"
#include "gateway/problem.hpp"

namespace stint {

// One or two sentences naming cap, scope, limit, used, held, requested and the reset; money in
// dollars.
[[nodiscard]] std::string describe_refusal(const hold_refusal& refusal);

// What the client is told: of a cap its figures, and behind them what the operator has to say; else the problem's
// message.
[[nodiscard]] std::string told_message(const problem& why);

// {"reason":…,"cap":…,"scope":…,"unit":…,"limit":…,"used":…,"held":…,"requested":…,"resets_at":…}:
// figures for programs, in the cap's unit; money as a decimal number of dollars.
void append_refusal_figures(std::string& out, const hold_refusal& refusal);

}  // namespace stint
