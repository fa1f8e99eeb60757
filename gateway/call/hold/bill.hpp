// What a call that has ended is settled at: who said so, how much it used, and what that costs. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "gateway/call/hold/call_end.hpp"
#include "gateway/call/request/examine.hpp"
#include "pricing/price_book.hpp"

namespace stint {

struct billed_call {
  const price_book& prices;
  const hold_request& held;
  const examined_call* call = nullptr;  // null for a pass-through, which costs nothing
  const dialect& speaks;
  std::int64_t held_output_tokens = 0;  // as the hold stands at the end
  bool unknown_at_hold = true;          // admission_config::unknown_at_hold
};

// By what `call` is charged for what `model` did, one that the provider named: the model that served
// decides (Anthropic's safety fallback answers with another one), and one that has no price is charged
// as the model that was asked for. Null: no price is known.
[[nodiscard]] const price* rates_for(const price_book& prices, const examined_call& call,
                                     std::string_view model, wall_time admitted);

// The tier that the answer says it was served in, by the provider's own word for it, if that is one.
[[nodiscard]] std::optional<service_tier> tier_served(const examined_call& call,
                                                      const usage_report& report);

// Each part at the model that it names. What was not seen to its end is charged at the most that may
// have been generated: the prompt at its bound at the dearest it can be, unless the provider said what
// it was.
[[nodiscard]] settlement bill_of(const billed_call& of, const call_end& ended, wall_time now);

// What `known` costs of a call that is still running; nothing where no price is known.
[[nodiscard]] nanodollars cost_so_far(const examined_call* call, const usage& known,
                                      wall_time admitted) noexcept;

}  // namespace stint
