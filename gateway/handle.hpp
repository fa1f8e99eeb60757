// One request, from its head to its recorded answer. See handle.cpp for the life of a request.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/exchange.hpp"

namespace stint {

// Answers the request whose head is in x.head. Never throws; afterwards x.keep_alive says whether the connection goes on.
[[nodiscard]] asio::awaitable<void> handle(exchange& x);

}  // namespace stint
