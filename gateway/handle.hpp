// One request, from its head to its recorded answer. See handle.cpp for the life of a request.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/client_session.hpp"
#include "gateway/call/incoming_call.hpp"
#include "gateway/call/relay/client_answer.hpp"

namespace stint {

// Answers `call`, whose head has been read. Never throws; afterwards answer.keep_alive() says
// whether the connection goes on.
[[nodiscard]] asio::awaitable<void> handle(client_session& session, incoming_call& call,
                                           client_answer& answer);

}  // namespace stint
