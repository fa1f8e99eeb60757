// One client connection, for as long as it lives: reads heads and hands each request to `handle`. Ends on any doubt about
// where one request stops and the next begins.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/http/transport.hpp"
#include "gateway/service/service.hpp"

namespace stint {

// `wire` was just accepted; with TLS the handshake is done here, within the head's deadline.
[[nodiscard]] asio::awaitable<void> serve_connection(thread_context& thread, transport wire);

}  // namespace stint
