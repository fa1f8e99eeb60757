// The relay of an answer that does not stream: read whole, and looked into for its usage.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/relay/relay.hpp"

namespace stint {

// As relay(); nothing is written to the client.
[[nodiscard]] asio::awaitable<relayed> relay_whole(relay_order order, answer_source& from,
                                                   client_presence& client);

}  // namespace stint
