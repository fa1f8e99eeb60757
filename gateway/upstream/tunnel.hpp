// A way through an HTTP proxy: asks it for a tunnel to the provider (CONNECT, RFC 9110 §9.3.6). Nothing of a
// call goes to the proxy but the provider's name. Belongs to one io thread.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "gateway/config/config.hpp"
#include "gateway/http/transport.hpp"

namespace stint {

// "": the tunnel stands, and what is read and written next is the provider's. Else what went wrong, for a
// message. `wire` is connected to provider.proxy; a deadline that is armed for it ends the wait.
[[nodiscard]] asio::awaitable<std::string> open_tunnel(transport& wire,
                                                       const provider_config& provider);

}  // namespace stint
