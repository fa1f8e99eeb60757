// Brings the answer to the client while metering it. A stream is passed on as it arrives; its last
// event waits until the call is settled. An answer that is not a stream is read whole, settled,
// then written with its cost in the head.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "budgets/records/standing.hpp"
#include "gateway/call/exchange.hpp"
#include "gateway/call/hold/settlement.hpp"
#include "gateway/call/relay/forward.hpp"
#include "gateway/call/request/examine.hpp"

namespace stint {

// What the relay needs to know of the call. `call` is null for a pass-through.
struct relay_order {
  const examined_call* call = nullptr;
  const std::optional<cap_standing>* tightest = nullptr;
};

// Settles `owed` on every path and answers the client; never fails itself.
[[nodiscard]] asio::awaitable<relay_outcome> relay(exchange& x, upstream_answer& from,
                                                   owed_call& owed, relay_order order);

}  // namespace stint
