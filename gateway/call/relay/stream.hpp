// The relay of a stream: passed on as it arrives, its last event kept until the call is settled.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/relay/relay.hpp"

namespace stint {

// As relay(), for an answer that streams.
[[nodiscard]] asio::awaitable<relayed> relay_stream(relay_order order, answer_source& from,
                                                    answer_sink& to);

}  // namespace stint
