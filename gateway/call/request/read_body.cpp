// Tested by tests/end_to_end/bad_input_test.py.
#include "gateway/call/request/read_body.hpp"

#include <algorithm>

#include <simdjson.h>

#include "gateway/http/chunked_body.hpp"

namespace stint {

namespace {
// Media types are case-insensitive (RFC 9110 §8.3.1).
bool mentions_json(std::string_view type) noexcept {
  constexpr std::string_view json = "json";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  return std::search(type.begin(), type.end(), json.begin(), json.end(), same) != type.end();
}

problem too_large(const exchange& x) {
  return make_problem(problem_kind::body_too_large,
                      "the body is larger than " +
                          std::to_string(x.shared().settings.limits.body_bytes_max) +
                          " bytes (limits.body_bytes_max)");
}

// The connection is of no more use after this: it said it would send something and did not.
problem body_interrupted(exchange& x) {
  x.keep_alive = false;
  if (x.client.watch.expired()) {
    return make_problem(problem_kind::request_timeout,
                        "the body did not arrive in time (limits.body_timeout_ms)");
  }
  x.client.watch.note_client_gone();
  return make_problem(problem_kind::malformed_http, "the connection ended inside the body");
}

std::chrono::milliseconds patience(const exchange& x) {
  return std::chrono::milliseconds(x.shared().settings.limits.body_timeout_ms);
}

constexpr std::size_t first_room_bytes = 64 * 1024;
// Besides the patience for each read: a body that drips in slower than this is given up (1 kB/s).
constexpr std::chrono::microseconds patience_per_byte{1000};

bool too_slow(const exchange& x, std::size_t received) {
  return monotonic::now() - x.head_read >
         patience(x) + patience_per_byte * static_cast<std::int64_t>(received);
}

problem took_too_long(exchange& x) {
  x.keep_alive = false;
  return make_problem(problem_kind::request_timeout,
                      "the body arrives slower than 1 kB/s (limits.body_timeout_ms)");
}

asio::awaitable<std::optional<problem>> read_with_length(exchange& x) {
  const auto length = static_cast<std::size_t>(x.head.content_length);
  const std::string_view here = x.client.buffer.unread().substr(0, length);
  x.body.assign(here);
  x.client.buffer.consume(here.size());
  std::size_t filled = x.body.size();
  while (filled < length) {
    if (too_slow(x, filled)) co_return took_too_long(x);
    // Memory follows what has arrived, never what was announced.
    if (filled == x.body.size())
      x.body.resize(std::min(length, std::max(filled * 2, first_room_bytes)));
    x.client.watch.await(x.client.wire, patience(x));
    const io_outcome got = co_await x.client.wire.read_some(
        asio::buffer(x.body.data() + filled, x.body.size() - filled));
    x.client.watch.await_nothing();
    if (got.error) co_return body_interrupted(x);
    filled += got.bytes;
  }
  x.body.reserve(length + simdjson::SIMDJSON_PADDING);
  co_return std::nullopt;
}

// Chunks are read into the free end of the session buffer, which never moves, and decoded from
// there.
asio::awaitable<std::optional<problem>> read_chunked(exchange& x) {
  const limits_config& limits = x.shared().settings.limits;
  const std::size_t body_start = x.client.buffer.position();
  chunked_decoder decoder(limits.body_bytes_max, limits.framing_bytes_max);
  while (true) {
    std::size_t consumed = 0;
    const chunk_state state = decoder.consume(x.client.buffer.unread(), x.body, consumed);
    x.client.buffer.consume(consumed);
    if (state == chunk_state::done) break;
    if (state == chunk_state::body_too_large) co_return too_large(x);
    if (state != chunk_state::more) {
      x.keep_alive = false;
      co_return make_problem(problem_kind::malformed_http,
                             state == chunk_state::malformed
                                 ? "malformed chunked body (RFC 9112 §7.1)"
                                 : "the body's chunk framing is over its limit");
    }
    if (too_slow(x, x.body.size())) co_return took_too_long(x);
    x.client.buffer.rewind(body_start);
    x.client.watch.await(x.client.wire, patience(x));
    const io_outcome got = co_await x.client.wire.read_some(x.client.buffer.free_space());
    x.client.watch.await_nothing();
    if (got.error) co_return body_interrupted(x);
    x.client.buffer.received(got.bytes);
  }
  x.body.reserve(x.body.size() + simdjson::SIMDJSON_PADDING);
  co_return std::nullopt;
}

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";
}  // namespace

std::optional<problem> refuse_body_unread(const exchange& x, bool must_be_json) {
  if (x.head.framing == body_framing::length &&
      x.head.content_length > x.shared().settings.limits.body_bytes_max) {
    return too_large(x);
  }
  if (!must_be_json) return std::nullopt;
  if (x.head.framing == body_framing::none) {
    return make_problem(problem_kind::bad_request,
                        "the request has no body; send the JSON of the call");
  }
  const auto type = x.head.find("content-type");
  // A missing type is taken as JSON, as the providers do; multipart and form bodies are never
  // priced.
  if (type && !mentions_json(*type)) {
    return make_problem(problem_kind::unsupported_media, "content-type must be application/json");
  }
  return std::nullopt;
}

asio::awaitable<std::optional<problem>> read_body(exchange& x) {
  if (x.head.framing == body_framing::none) {
    x.body_done = true;
    co_return std::nullopt;
  }
  if (x.head.expect_continue && x.client.buffer.unread().empty()) {
    std::array<asio::const_buffer, 3> pieces;
    pieces[0] = asio::buffer(continue_line);
    x.client.watch.await(x.client.wire, patience(x));
    const io_outcome sent = co_await x.client.wire.write(pieces);
    x.client.watch.await_nothing();
    if (sent.error) co_return body_interrupted(x);
  }
  std::optional<problem> failed;
  if (x.head.framing == body_framing::length) {
    failed = co_await read_with_length(x);
  } else {
    failed = co_await read_chunked(x);
  }
  x.body_done = !failed;
  co_return failed;
}

}  // namespace stint
