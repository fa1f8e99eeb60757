// Takes the request's body off the wire, bounded in size and in patience.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/exchange.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Fills x.body (with simdjson's padding reserved behind it). Answers "Expect: 100-continue" first.
// Bytes after the body stay in the session's buffer. A problem leaves x.body_done false, unless the
// whole body was read.
[[nodiscard]] asio::awaitable<std::optional<problem>> read_body(exchange& x);

// What can be said about the body before reading it: too large, not JSON.
[[nodiscard]] std::optional<problem> refuse_body_unread(const exchange& x, bool must_be_json);

}  // namespace stint
