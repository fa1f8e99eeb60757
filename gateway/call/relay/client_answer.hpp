// Writes to the client: response heads, whole answers, chunks of a stream, refusals. What an
// upstream says in its headers is passed on field by field from what was parsed, never copied as
// bytes.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "budgets/records/standing.hpp"
#include "gateway/call/exchange.hpp"
#include "gateway/call/hold/settlement.hpp"
#include "gateway/http/response_head.hpp"
#include "gateway/problem.hpp"

namespace stint {

// Appends "HTTP/1.1 STATUS Reason\r\n" and the fields that every answer of ours carries.
void begin_head(const exchange& x, int status, std::string& out);
void add_field(std::string_view name, std::string_view value, std::string& out);
// What an upstream's head passes on: all but framing, hop-by-hop fields, cookies and names of ours.
void add_upstream_fields(const response_head& head, std::string& out);
// The tightest cap after this call, and what it cost.
void add_budget_fields(const std::optional<cap_standing>& tightest, std::string& out);
// x-stint-output-limit, where the call's bound was lowered. `call` is null for a pass-through.
void add_limit_field(const examined_call* call, std::string& out);
void add_cost_fields(const owed_call& owed, std::string& out);
void end_head_with_length(const exchange& x, std::size_t body_bytes, std::string& out);
// Chunked for HTTP/1.1, until close for 1.0; sets x.keep_alive accordingly.
void end_head_of_stream(exchange& x, std::string& out);

// Writes x.out, then `body`, within the write-stall deadline. False: the client is gone.
[[nodiscard]] asio::awaitable<bool> write_out(exchange& x, std::string_view body);
// One chunk of a stream (bare bytes for HTTP/1.0); `last` also ends the body. `content` may be
// empty when last.
[[nodiscard]] asio::awaitable<bool> write_chunk(exchange& x, std::string_view content, bool last);

// Says no in the dialect of the path. Afterwards x.keep_alive tells whether the connection may go
// on; if a body was left unread it is drained a little, so that the answer is not lost to a reset.
asio::awaitable<void> refuse(exchange& x, problem why);

}  // namespace stint
