// Tested by tests/end_to_end/bad_input_test.py.
#include "gateway/call/read_body.hpp"

#include <simdjson.h>

#include "gateway/http/chunked_body.hpp"

namespace stint {

namespace {
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

asio::awaitable<std::optional<problem>> read_with_length(exchange& x) {
  const auto length = static_cast<std::size_t>(x.head.content_length);
  x.body.reserve(length + simdjson::SIMDJSON_PADDING);
  const std::string_view here = x.client.buffer.unread().substr(0, length);
  x.body.assign(here);
  x.client.buffer.consume(here.size());
  if (x.body.size() == length) co_return std::nullopt;
  std::size_t filled = x.body.size();
  x.body.resize(length);
  while (filled < length) {
    x.client.watch.await(x.client.wire, patience(x));
    const io_outcome got =
        co_await x.client.wire.read_some(asio::buffer(x.body.data() + filled, length - filled));
    x.client.watch.await_nothing();
    if (got.error) co_return body_interrupted(x);
    filled += got.bytes;
  }
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
  if (type && type->find("json") == std::string_view::npos) {
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
    const io_outcome sent = co_await x.client.wire.write(pieces);
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
