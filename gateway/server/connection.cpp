// Tested by tests/end_to_end/bad_input_test.py.
#include "gateway/server/connection.hpp"

#include <new>

#include "gateway/call/client_session.hpp"
#include "gateway/call/incoming_call.hpp"
#include "gateway/call/relay/client_answer.hpp"
#include "gateway/call/request/recognise.hpp"
#include "gateway/handle.hpp"
#include "gateway/memory/memory_reserve.hpp"

namespace stint {

namespace {
enum class head_arrival : std::uint8_t { arrived, closed, refused, too_slow };

// Room that is kept behind a head for reading a chunked body.
constexpr std::size_t room_behind_head = 4096;

head_limits limits_of(const config& settings) {
  head_limits limits;
  limits.bytes_max = settings.limits.head_bytes_max;
  limits.fields_max = settings.limits.head_fields_max;
  return limits;
}

std::chrono::milliseconds patience(const client_session& session, bool first_bytes_came,
                                   bool first_request) {
  const limits_config& limits = session.thread.shared().settings.limits;
  return std::chrono::milliseconds(first_bytes_came || first_request ? limits.head_timeout_ms
                                                                     : limits.idle_timeout_ms);
}

// The head's deadline runs from its first byte and is not extended by further ones.
asio::awaitable<head_arrival> read_head(client_session& session, request_head& head,
                                        head_check& check, bool first_request) {
  const head_limits limits = limits_of(session.thread.shared().settings);
  std::size_t scanned = 0;
  bool armed = false;
  bool armed_for_head = false;
  session.buffer.make_room(room_behind_head);
  while (true) {
    check = check_request_head(session.buffer.unread(), limits, scanned, head);
    if (check.state == head_state::refused) co_return head_arrival::refused;
    if (check.state == head_state::complete) {
      if (session.buffer.free_bytes() >= room_behind_head) co_return head_arrival::arrived;
      session.buffer.make_room(room_behind_head);
      scanned = 0;  // the bytes moved: read the head again where it is now
      continue;
    }
    const bool begun = !session.buffer.unread().empty();
    session.watch.set_idle(!begun && !first_request);
    if (!armed || (begun && !armed_for_head)) {
      session.watch.arm(session.wire, patience(session, begun, first_request));
      armed = true;
      armed_for_head = begun;
    }
    if (session.buffer.free_bytes() == 0) session.buffer.make_room(session.buffer.unread().size());
    const io_outcome got = co_await session.wire.read_some(session.buffer.free_space());
    session.watch.set_idle(false);
    if (got.error) {
      const bool slow = session.watch.expired() && !session.buffer.unread().empty();
      co_return slow ? head_arrival::too_slow : head_arrival::closed;
    }
    session.buffer.received(got.bytes);
  }
}

problem head_problem(const head_check& check) {
  problem why = make_problem(problem_kind::malformed_http, std::string(check.reason));
  why.status = check.status;
  if (check.status == 431) why.kind = problem_kind::head_too_large;
  if (check.status == 405) why.kind = problem_kind::method_not_allowed;
  return why;
}

// An allocation failed: this call ends, and no other. What it held was settled when its steps were
// left; what it took makes room for saying so.
asio::awaitable<void> refuse_for_memory(client_session& session, bool was_forwarded,
                                        client_answer& answer) {
  session.watch.unwatch_client();  // what the relay had it close, or told, is gone
  session.forget_body();
  restore_memory_reserve();
  session.thread.shared().metrics.refused(problem_kind::overloaded);
  answer.close_afterwards();
  if (answer.was_begun()) co_return;
  problem why = make_problem(problem_kind::internal, "the gateway is short of memory");
  why.status = 503;
  // Whether to pay twice is the client's own rule.
  if (!was_forwarded) why.retry_after_s = 1;
  co_await answer.refuse(std::move(why));
}

asio::awaitable<bool> serve_one(client_session& session, bool first_request) {
  session.head.forget();
  incoming_call call(session.head);
  head_check check;
  service& shared = session.thread.shared();
  session.forget_body();
  const head_arrival arrival = co_await read_head(session, call.head, check, first_request);
  session.watch.disarm();
  if (arrival == head_arrival::closed || arrival == head_arrival::too_slow) co_return false;
  call.started = wall_now();
  call.head_read = monotonic::now();
  call.id = session.thread.next_id(call.started);
  if (arrival == head_arrival::refused) {
    call.speaks = &dialect_for_errors(std::string_view());
    client_answer answer(session, call, false);
    shared.metrics.refused(problem_kind::malformed_http);
    problem why = head_problem(check);
    co_await answer.refuse(std::move(why));
    co_return false;
  }
  session.buffer.consume(call.head.size_bytes);
  // Before anything can fail: a refusal for want of memory is phrased in it as well.
  call.speaks = &dialect_for_errors(call.head.path);
  client_answer answer(session, call,
                       call.head.keep_alive && !shared.draining.load(std::memory_order_relaxed));
  if (call.head.framing == body_framing::none) answer.body_was_read();
  bool out_of_memory = false;
  try {
    co_await handle(session, call, answer);
  } catch (const std::bad_alloc&) {
    out_of_memory = true;
  }
  if (out_of_memory) {
    co_await refuse_for_memory(session, call.was_forwarded, answer);
    co_return false;
  }
  co_return answer.keep_alive() && !session.watch.client_gone();
}

// Counts the connection for as long as it lives, exceptions included.
class counted_connection {
 public:
  explicit counted_connection(service& shared) : shared_(shared) {
    shared_.connections.fetch_add(1, std::memory_order_relaxed);
    shared_.metrics.connections_changed(1);
  }
  ~counted_connection() {
    shared_.connections.fetch_sub(1, std::memory_order_relaxed);
    shared_.metrics.connections_changed(-1);
  }
  counted_connection(const counted_connection&) = delete;
  counted_connection& operator=(const counted_connection&) = delete;

 private:
  service& shared_;
};
}  // namespace

asio::awaitable<void> serve_connection(thread_context& thread, transport wire) {
  const counted_connection counted(thread.shared());
  client_session session(thread, std::move(wire));
  const auto& limits = thread.shared().settings.limits;
  {
    const armed_deadline deadline(session.watch, session.wire,
                                  std::chrono::milliseconds(limits.head_timeout_ms));
    const error_code failed = co_await session.wire.handshake_server();
    if (failed) co_return;
  }
  bool first = true;
  while (co_await serve_one(session, first))
    first = false;
  session.wire.close();
}

}  // namespace stint
