// The relay of a stream: passed on as it arrives, its last event kept until the call is settled.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/relay/relay.hpp"

namespace stint {

// What went wrong with an answer that broke off, and its place in the metrics.
[[nodiscard]] problem broken_answer(const upstream_answer& from, bool timed_out);
void count_break(exchange& x, const upstream_answer& from, bool timed_out);

// As relay(), for an answer that streams.
[[nodiscard]] asio::awaitable<relay_outcome> relay_stream(exchange& x, upstream_answer& from,
                                                          owed_call& owed, relay_order order);

}  // namespace stint
