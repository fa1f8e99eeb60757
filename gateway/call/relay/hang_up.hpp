// Leaves a stream that we do not want to the end, so that the bill is known: half-closes the
// upstream, which providers take for the client's going, and meters what was on its way already.
#pragma once

#include <chrono>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/exchange.hpp"
#include "gateway/call/relay/upstream_body.hpp"
#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// How long a provider is given to end once we have half-closed, and how much it may still send.
inline constexpr std::chrono::milliseconds hang_up_patience{250};
inline constexpr std::size_t hang_up_bytes_max = 1U << 20;

// True when the provider ended by itself: the meter has seen all that was generated. False: it went
// on, or the connection broke, and it may have generated more. `meter` passes nothing on any more.
// The caller closes the upstream.
[[nodiscard]] asio::awaitable<bool> hang_up(exchange& x, upstream_answer& from, answer_body& source,
                                            stream_meter& meter);

}  // namespace stint
