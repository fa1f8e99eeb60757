// Tested by tests/gateway/call/relay/client_answer_test.cpp.
#include "gateway/call/relay/client_answer.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <utility>

#include "gateway/call/relay/answer_head.hpp"
#include "gateway/call/relay/suited_refusal.hpp"
#include "pricing/time_text.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

namespace {
// For how long an unread body is swallowed before the connection is closed on it: as long as it comes,
// within a limit (the figures are nginx's). Closed earlier, the kernel answers what still arrives with a
// reset, which takes the refusal away from a client, or a proxy before us, that first sends everything.
constexpr std::chrono::seconds drained_for{30};
constexpr std::chrono::seconds drained_without_a_byte_for{5};
// A gateway that stops waits no longer: the refusal is out.
constexpr std::chrono::seconds drained_at_a_stop_for{1};
}  // namespace

asio::awaitable<bool> client_answer::write(std::array<asio::const_buffer, 3> pieces) {
  was_begun_ = true;
  const limits_config& limits = session_.thread.shared().settings.limits;
  const armed_deadline deadline(session_.watch, session_.wire,
                                std::chrono::milliseconds(limits.write_stall_ms));
  const io_outcome sent = co_await session_.wire.write(pieces);
  if (!sent.error) co_return true;
  session_.watch.note_client_gone();
  keep_alive_ = false;
  co_return false;
}

// The head in session_.out, then `body`.
asio::awaitable<bool> client_answer::write_out(std::string_view body) {
  std::array<asio::const_buffer, 3> pieces;
  pieces[0] = asio::buffer(session_.out);
  pieces[1] = asio::buffer(body.data(), body.size());
  return write(pieces);
}

// The head's beginning, in session_.out.
void client_answer::begin(int status) {
  std::string& out = session_.out;
  out.clear();
  begin_head(status, call_.id, out);
  if (!call_.page_origin.empty()) add_origin_fields(call_.page_origin, out);
}

asio::awaitable<bool> client_answer::write_whole(int status, std::string_view fields,
                                                 std::string_view body) {
  begin(status);
  std::string& out = session_.out;
  out += fields;
  // RFC 9110, section 8.6: what has no body has no length of ours either.
  if (status == 204 || status == 304 || call_.head.method == http_method::head) {
    end_head_without_body(call_.head.http_1_1, keep_alive_, out);
    return write_out(std::string_view());
  }
  end_head_with_length(body.size(), call_.head.http_1_1, keep_alive_, out);
  return write_out(body);
}

asio::awaitable<bool> client_answer::begin_stream(int status, std::string_view fields,
                                                  bool goes_on) {
  if (!call_.head.http_1_1) keep_alive_ = false;
  begin(status);
  std::string& out = session_.out;
  out += fields;
  end_head_of_stream(call_.head.http_1_1, keep_alive_, out);
  head_waits_ = goes_on;
  if (goes_on) co_return true;
  co_return co_await write_out(std::string_view());
}

asio::awaitable<bool> client_answer::write_chunk(std::string_view content, bool last) {
  std::array<asio::const_buffer, 3> pieces;
  std::array<char, 20> size_line;
  constexpr std::string_view chunk_end = "\r\n";
  constexpr std::string_view last_chunk_end = "\r\n0\r\n\r\n";
  pieces[1] = asio::buffer(content.data(), content.size());
  if (call_.head.http_1_1) {
    if (!content.empty()) {
      auto end = std::to_chars(size_line.data(), size_line.data() + size_line.size() - 2,
                               content.size(), 16)
                     .ptr;
      *end++ = '\r';
      *end++ = '\n';
      pieces[0] = asio::buffer(size_line.data(), static_cast<std::size_t>(end - size_line.data()));
      pieces[2] = asio::buffer(last ? last_chunk_end : chunk_end);
    } else if (last) {
      pieces[2] = asio::buffer(last_chunk_end.substr(chunk_end.size()));
    }
  }
  if (std::exchange(head_waits_, false)) {
    session_.out.append(static_cast<const char*>(pieces[0].data()), pieces[0].size());
    pieces[0] = asio::buffer(session_.out);
  }
  co_return co_await write(pieces);  // not returned: size_line must live until it is written
}

// A body that has arrived already is simply skipped, and the connection lives on.
void client_answer::skip_arrived_body() noexcept {
  if (body_done_) return;
  if (call_.head.framing == body_framing::length &&
      session_.buffer.unread().size() >= call_.head.content_length) {
    session_.buffer.consume(static_cast<std::size_t>(call_.head.content_length));
    body_done_ = true;
  }
}

asio::awaitable<void> client_answer::drain_and_close() {
  session_.wire.shutdown_send();
  session_.watch.set_idle_after(drained_at_a_stop_for);
  std::array<char, 16 * 1024> discarded;
  const monotonic::time_point until = monotonic::now() + drained_for;
  while (monotonic::now() < until) {
    const armed_deadline deadline(session_.watch, session_.wire, drained_without_a_byte_for);
    const io_outcome got = co_await session_.wire.read_some(asio::buffer(discarded));
    if (got.error) break;
  }
  session_.watch.set_idle(false);
  session_.wire.close();
}

asio::awaitable<void> client_answer::write_own(int status, std::string_view fields,
                                               std::string_view body) {
  skip_arrived_body();
  if (!body_done_) keep_alive_ = false;
  begin(status);
  session_.out += fields;
  end_head_with_length(body.size(), call_.head.http_1_1, keep_alive_, session_.out);
  // An answer to HEAD has the length of a body and none (RFC 9110 §9.3.2).
  const bool is_head = call_.head.method == http_method::head;
  const bool written = co_await write_out(is_head ? std::string_view() : body);
  if (written && !body_done_) co_await drain_and_close();
}

asio::awaitable<void> client_answer::refuse(problem why) {
  const dialect& speaks = *call_.speaks;
  if (why.refusal && why.kind != problem_kind::storage_unavailable)
    why.message = session_.thread.shared().settings.refusal_message;
  suit_client(call_.head, wall_now(), why);
  const std::string body = speaks.error_body(why, call_.id);
  std::string fields;
  // The names under which the SDKs look for the id of a failed request.
  add_field(speaks.facts().request_id_field, to_string(call_.id), fields);
  // RFC 9110, section 6.6.1; what is passed on has its provider's.
  add_field("date", to_http_date(wall_now()), fields);
  add_field("content-type", "application/json", fields);
  if (const auto retry = why.should_retry())
    add_field("x-should-retry", *retry ? "true" : "false", fields);
  if (why.retry_after_s) add_field("retry-after", std::to_string(*why.retry_after_s), fields);
  if (why.kind == problem_kind::unauthenticated) add_field("www-authenticate", "Bearer", fields);
  if (why.kind == problem_kind::method_not_allowed) add_field("allow", "POST", fields);
  if (why.refusal) {
    add_budget_fields(why.refusal->standing, fields);
    add_rate_limit_fields(why.refusal->standing, speaks.facts().limits, wall_now(), fields);
  }
  fields += why.fields;
  // One of the protocols that could be changed to (RFC 9110 §15.5.22): that which is spoken.
  if (why.status == 426) add_field("upgrade", "HTTP/1.1", fields);
  co_await write_own(why.status, fields, body);
}

std::string client_answer::error_event(const problem& why) const {
  return call_.speaks->error_event(why, call_.id);
}

}  // namespace stint
