// Leaves a stream that we do not want to the end, so that the bill is known: half-closes the
// upstream, which providers take for the client's going, and meters what was on its way already.
#pragma once

#include <chrono>
#include <cstddef>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/relay/answer_source.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/http/client_presence.hpp"

namespace stint {

// How long a provider is given to end once we have half-closed, and how much it may still send.
inline constexpr std::chrono::milliseconds hang_up_patience{250};
inline constexpr std::size_t hang_up_bytes_max = 1U << 20;

// True when the provider ended by itself: the meter has seen all that was generated. False: it went
// on, or the connection broke, and it may have generated more. `meter` passes nothing on any more.
// The caller closes the upstream. At the gateway's own end (`client` is cut) nothing more is read.
[[nodiscard]] asio::awaitable<bool> hang_up(answer_source& from, stream_meter& meter,
                                            const client_presence& client);

}  // namespace stint
