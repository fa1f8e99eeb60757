// Why a call may not go on, said so that its caller knows what to do. Pure functions.
#pragma once

#include <optional>
#include <vector>

#include "budgets/records/hold.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Nothing may be spent on a model without a price while a money cap watches the call.
[[nodiscard]] std::optional<problem> refuse_unpriced(const std::vector<cap>& caps,
                                                     const attribution& charged,
                                                     const examined_call& call);

// What the ledger's no means: which cap, how full, and when trying again may help. `status` is that
// of an exhausted budget, as configured. It has no message: the client's dialect words the figures
// (dialect/parts/refusal_text.hpp).
[[nodiscard]] problem refused_by_cap(const hold_refusal& refusal, int status, wall_time now);

}  // namespace stint
