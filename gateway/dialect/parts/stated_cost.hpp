// What a provider says that a call costs, in an answer's usage. Pure functions.
#pragma once

#include <optional>

#include <simdjson.h>

#include "pricing/money.hpp"

namespace stint {

// A JSON number of dollars, rounded up to a nano-dollar; nothing when it is negative, absurd or no
// number.
[[nodiscard]] std::optional<nanodollars> dollars_in(simdjson::dom::element value);

// xAI's cost_in_usd_ticks, of which a dollar has 10^10. None is no statement: Azure writes 0 for
// calls that it bills.
[[nodiscard]] std::optional<nanodollars> ticks_in(simdjson::dom::element value);

// `cost` of OpenRouter and of those who took it over, `cost.total_cost` of Perplexity. Where the
// caller's own key was used (is_byok), what its provider charges comes on top.
[[nodiscard]] std::optional<nanodollars> stated_cost_in(simdjson::dom::object reported);

}  // namespace stint
