// Brings the answer to the client while metering it. A stream is passed on as it arrives; its last
// event waits until the call is settled. An answer that is not a stream is read whole and waits.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/call/hold/held_call.hpp"
#include "gateway/call/relay/answer_sink.hpp"
#include "gateway/call/relay/answer_source.hpp"
#include "gateway/call/relay/relayed.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/config/config.hpp"
#include "gateway/memory/memory_budget.hpp"
#include "gateway/metrics/metrics.hpp"

namespace stint {

// What the relay needs, of the gateway and of the call. All outlives it.
struct relay_order {
  const config& settings;
  const price_book& prices;
  metrics& counts;
  asio::thread_pool& counting;
  memory_budget& memory;  // for an answer that is read whole
  held_call& held;
  const examined_call* call = nullptr;  // null for a pass-through
  const dialect& speaks;
  const std::optional<cap_standing>& tightest;  // when the call was admitted
};

// The client has been watched since the call was forwarded; that ends here. Never fails itself.
[[nodiscard]] asio::awaitable<relayed> relay(relay_order order, answer_source& from,
                                             answer_sink& to);

}  // namespace stint
