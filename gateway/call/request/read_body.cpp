// Tested by tests/gateway/call/request/read_body_test.cpp and tests/end_to_end/bad_input_test.py.
#include "gateway/call/request/read_body.hpp"

#include <algorithm>

#include <simdjson.h>

#include "gateway/http/chunked_body.hpp"
#include "pricing/text/ascii.hpp"

namespace stint {

namespace {
// Media types are case-insensitive (RFC 9110 §8.3.1).
bool mentions_json(std::string_view type) noexcept {
  constexpr std::string_view json = "json";
  const auto same = [](char a, char b) { return to_lower_case(a) == b; };
  return std::search(type.begin(), type.end(), json.begin(), json.end(), same) != type.end();
}

problem too_large(const limits_config& limits) {
  return make_problem(problem_kind::body_too_large, "the body is larger than " +
                                                        std::to_string(limits.body_bytes_max) +
                                                        " bytes (limits.body_bytes_max)");
}

constexpr std::size_t first_room_bytes = 64 * 1024;
// Besides the patience for each read: a body that drips in slower than this is given up (1 kB/s).
constexpr std::chrono::microseconds patience_per_byte{1000};

// One body on its way in.
class body_reader {
 public:
  body_reader(client_session& session, const request_head& head, const limits_config& limits,
              monotonic::time_point head_read) noexcept
      : session_(session),
        head_(head),
        limits_(limits),
        patience_(limits.body_timeout_ms),
        head_read_(head_read) {}

  asio::awaitable<body_arrival> read_with_length();
  asio::awaitable<body_arrival> read_chunked();
  // Nothing: it was said.
  asio::awaitable<std::optional<body_arrival>> say_continue();

 private:
  [[nodiscard]] asio::awaitable<io_outcome> read_some(asio::mutable_buffer into);
  [[nodiscard]] bool too_slow() const noexcept {
    const auto received = static_cast<std::int64_t>(received_bytes_);
    return monotonic::now() - head_read_ > patience_ + patience_per_byte * received;
  }
  [[nodiscard]] static body_arrival lost(problem_kind kind, std::string why) {
    body_arrival arrival;
    arrival.failed = make_problem(kind, std::move(why));
    arrival.may_go_on = false;
    return arrival;
  }
  [[nodiscard]] static body_arrival took_too_long() {
    return lost(problem_kind::request_timeout,
                "the body arrives slower than 1 kB/s (limits.body_timeout_ms)");
  }
  [[nodiscard]] body_arrival interrupted();

  client_session& session_;
  const request_head& head_;
  const limits_config& limits_;
  const std::chrono::milliseconds patience_;
  const monotonic::time_point head_read_;
  std::size_t received_bytes_ = 0;
};

body_arrival body_reader::interrupted() {
  if (session_.watch.expired()) {
    return lost(problem_kind::request_timeout,
                "the body did not arrive in time (limits.body_timeout_ms)");
  }
  session_.watch.note_client_gone();
  return lost(problem_kind::malformed_http, "the connection ended inside the body");
}

asio::awaitable<io_outcome> body_reader::read_some(asio::mutable_buffer into) {
  const armed_deadline deadline(session_.watch, session_.wire, patience_);
  co_return co_await session_.wire.read_some(into);
}

asio::awaitable<body_arrival> body_reader::read_with_length() {
  std::string& body = session_.body;
  const auto length = static_cast<std::size_t>(head_.content_length);
  const std::string_view here = session_.buffer.unread().substr(0, length);
  body.assign(here);
  session_.buffer.consume(here.size());
  received_bytes_ = body.size();
  while (received_bytes_ < length) {
    if (too_slow()) co_return took_too_long();
    // Memory follows what has arrived, never what was announced.
    if (received_bytes_ == body.size())
      body.resize(std::min(length, std::max(received_bytes_ * 2, first_room_bytes)));
    const io_outcome got = co_await read_some(
        asio::buffer(body.data() + received_bytes_, body.size() - received_bytes_));
    if (got.error) co_return interrupted();
    received_bytes_ += got.bytes;
  }
  body.reserve(length + simdjson::SIMDJSON_PADDING);
  co_return body_arrival();
}

// Chunks are read into the free end of the session buffer, which never moves, and decoded from
// there.
asio::awaitable<body_arrival> body_reader::read_chunked() {
  std::string& body = session_.body;
  const std::size_t body_start = session_.buffer.position();
  chunked_decoder decoder(limits_.body_bytes_max, limits_.framing_bytes_max);
  while (true) {
    std::size_t consumed = 0;
    const chunk_state state = decoder.consume(session_.buffer.unread(), body, consumed);
    session_.buffer.consume(consumed);
    if (state == chunk_state::done) break;
    if (state == chunk_state::body_too_large) {
      body_arrival arrival;
      arrival.failed = too_large(limits_);
      co_return arrival;
    }
    if (state != chunk_state::more) {
      co_return lost(problem_kind::malformed_http,
                     state == chunk_state::malformed
                         ? "malformed chunked body (RFC 9112 §7.1)"
                         : "the body's chunk framing is over its limit");
    }
    received_bytes_ = body.size();
    if (too_slow()) co_return took_too_long();
    session_.buffer.rewind(body_start);
    const io_outcome got = co_await read_some(session_.buffer.free_space());
    if (got.error) co_return interrupted();
    session_.buffer.received(got.bytes);
  }
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  co_return body_arrival();
}

constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";

asio::awaitable<std::optional<body_arrival>> body_reader::say_continue() {
  std::array<asio::const_buffer, 3> pieces;
  pieces[0] = asio::buffer(continue_line);
  const armed_deadline deadline(session_.watch, session_.wire, patience_);
  const io_outcome sent = co_await session_.wire.write(pieces);
  if (sent.error) co_return interrupted();
  co_return std::nullopt;
}
}  // namespace

std::optional<problem> refuse_body_unread(const limits_config& limits, const request_head& head,
                                          bool must_be_json) {
  if (head.framing == body_framing::length && head.content_length > limits.body_bytes_max)
    return too_large(limits);
  if (!must_be_json) return std::nullopt;
  if (head.framing == body_framing::none) {
    return make_problem(problem_kind::bad_request,
                        "the request has no body; send the JSON of the call");
  }
  const auto type = head.find("content-type");
  // A missing type is taken as JSON, as the providers do; multipart and form bodies are never
  // priced.
  if (type && !mentions_json(*type)) {
    return make_problem(problem_kind::unsupported_media, "content-type must be application/json");
  }
  return std::nullopt;
}

asio::awaitable<body_arrival> read_body(client_session& session, const request_head& head,
                                        const limits_config& limits,
                                        monotonic::time_point head_read) {
  if (head.framing == body_framing::none) co_return body_arrival();
  body_reader reader(session, head, limits, head_read);
  if (head.expect_continue && session.buffer.unread().empty()) {
    if (auto failed = co_await reader.say_continue()) co_return std::move(*failed);
  }
  if (head.framing == body_framing::length) co_return co_await reader.read_with_length();
  co_return co_await reader.read_chunked();
}

}  // namespace stint
