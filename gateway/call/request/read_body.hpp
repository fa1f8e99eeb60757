// Takes the request's body off the wire, bounded in size and in patience.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/client_session.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/memory/memory_budget.hpp"
#include "gateway/problem.hpp"

namespace stint {

struct body_arrival {
  std::optional<problem> failed;  // nothing: the body is there, its last byte taken off the wire
  // False: the client said it would send something and did not, so that nobody knows where its next
  // request begins.
  bool may_go_on = true;
};

// Fills session.body (with simdjson's padding reserved behind it). Answers "Expect: 100-continue"
// first. `key`: whose share of the
// memory it takes. Bytes after the body stay in the session's buffer. `head_read` is when the head was
// complete: the body's patience runs from there.
[[nodiscard]] asio::awaitable<body_arrival> read_body(client_session& session,
                                                      const request_head& head,
                                                      const limits_config& limits,
                                                      std::string_view key,
                                                      monotonic::time_point head_read);

// What can be said about the body before reading it: too large, not JSON.
[[nodiscard]] std::optional<problem> refuse_body_unread(const limits_config& limits,
                                                        const request_head& head,
                                                        bool must_be_json);

// What is said where a body of so many bytes, or what reading it takes, finds no room.
[[nodiscard]] problem no_room_for_body(const memory_budget& memory, memory_verdict why,
                                       std::uint64_t bytes);

}  // namespace stint
