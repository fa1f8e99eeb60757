// Tested by tests/gateway/call/request/read_body_test.cpp and tests/end_to_end/bad_input_test.py.
#include "gateway/call/request/read_body.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include <simdjson.h>

#include "gateway/http/chunked_body.hpp"
#include "gateway/http/media_type.hpp"

namespace stint {

namespace {
problem too_large(const limits_config& limits) {
  return make_problem(problem_kind::body_too_large, "the body is larger than " +
                                                        std::to_string(limits.body_bytes_max) +
                                                        " bytes (limits.body_bytes_max)");
}

// Of a field that may be as long as a head.
constexpr std::size_t told_type_bytes_max = 100;
constexpr std::size_t first_room_bytes = 64 * 1024;
// Large bodies are let in again when those of others have gone on.
constexpr int short_of_memory_retry_s = 1;

// Besides the patience for each read: a body that drips in slower than this is given up (1 kB/s).
constexpr std::chrono::microseconds patience_per_byte{1000};

// One body on its way in.
class body_reader {
 public:
  body_reader(client_session& session, const request_head& head, const limits_config& limits,
              std::string_view key, monotonic::time_point head_read) noexcept
      : session_(session),
        head_(head),
        limits_(limits),
        key_(key),
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
  // Of a body, what is to find room, or else must, and how long it is to become, as far as that is known.
  struct wanted_room {
    std::size_t bytes;
    std::size_t at_least;
    std::size_t whole;
  };
  // Nothing: there is room. What has come of a body that finds none is let go at once.
  [[nodiscard]] std::optional<body_arrival> claim(wanted_room wanted);

  client_session& session_;
  const request_head& head_;
  const limits_config& limits_;
  const std::string_view key_;
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

std::optional<body_arrival> body_reader::claim(wanted_room wanted) {
  if (wanted.bytes <= memory_budget::uncounted_bytes) return std::nullopt;
  memory_verdict verdict = session_.body_memory.grow_body(key_, wanted.bytes);
  // Of a body in chunks that may end with what has come: so much of one with a length is not counted either.
  if (verdict != memory_verdict::granted && wanted.at_least <= memory_budget::uncounted_bytes)
    return std::nullopt;
  if (verdict != memory_verdict::granted)
    verdict = session_.body_memory.grow_body(key_, wanted.at_least);
  if (verdict == memory_verdict::granted) return std::nullopt;
  body_arrival refused;
  refused.failed = no_room_for_body(session_.thread.shared().memory, verdict, wanted.whole);
  refused.may_go_on = false;
  session_.forget_body();
  return refused;
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
    if (received_bytes_ == body.size()) {
      const std::size_t room = std::min(length, std::max(received_bytes_ * 2, first_room_bytes));
      const wanted_room wanted{room, room, length};
      if (auto refused = claim(wanted)) co_return std::move(*refused);
      body.resize(room);
    }
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
    const bool is_whole = state == chunk_state::done;
    if (state == chunk_state::body_too_large) {
      body_arrival arrival;
      arrival.failed = too_large(limits_);
      co_return arrival;
    }
    if (!is_whole && state != chunk_state::more) {
      co_return lost(problem_kind::malformed_http,
                     state == chunk_state::malformed
                         ? "malformed chunked body (RFC 9112 §7.1)"
                         : "the body's chunk framing is over its limit");
    }
    received_bytes_ = body.size();
    if (received_bytes_ > session_.body_memory.bytes()) {
      const std::size_t ahead =
          is_whole ? received_bytes_ : std::min(2 * received_bytes_, limits_.body_bytes_max);
      const wanted_room wanted{ahead, received_bytes_, received_bytes_};
      if (auto refused = claim(wanted)) co_return std::move(*refused);
    }
    if (is_whole) break;
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

problem no_room_for_body(const memory_budget& memory, memory_verdict why, std::uint64_t bytes) {
  if (bytes > memory.key_limit()) {
    return make_problem(
        problem_kind::body_too_large,
        "the body, or reading it, takes more than a key's share of the gateway's memory "
        "(a quarter of limits.memory_bytes_max)");
  }
  problem full =
      make_problem(problem_kind::overloaded,
                   why == memory_verdict::key_is_full
                       ? "the bodies of this key's calls in flight take up its share of "
                         "the gateway's memory (limits.memory_bytes_max); try again"
                       : "the bodies of the calls in flight take up the gateway's memory "
                         "(limits.memory_bytes_max); try again");
  full.retry_after_s = short_of_memory_retry_s;
  return full;
}

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
  const media_kind media = type ? kind_of_media(*type) : media_kind::json;
  if (media == media_kind::other)
    return make_problem(problem_kind::unsupported_media,
                        "content-type must be application/json, not '" +
                            std::string(type->substr(0, told_type_bytes_max)) + "'");
  // A provider that believed it would read other figures than were counted here.
  if (media == media_kind::json_of_other_text) {
    return make_problem(
        problem_kind::unsupported_media,
        "content-type names a charset; JSON is read as UTF-8 alone (RFC 8259 §8.1)");
  }
  return std::nullopt;
}

asio::awaitable<body_arrival> read_body(client_session& session, const request_head& head,
                                        const limits_config& limits, std::string_view key,
                                        monotonic::time_point head_read) {
  if (head.framing == body_framing::none) co_return body_arrival();
  body_reader reader(session, head, limits, key, head_read);
  if (head.expect_continue && session.buffer.unread().empty()) {
    if (auto failed = co_await reader.say_continue()) co_return std::move(*failed);
  }
  if (head.framing == body_framing::length) co_return co_await reader.read_with_length();
  co_return co_await reader.read_chunked();
}

}  // namespace stint
