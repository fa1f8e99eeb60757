// One request on its way through `handle`: what has been learnt of it so far. Lives in the
// connection's coroutine; its address does not change. `client` is the connection it came in on.
#pragma once

#include <string>

#include "budgets/records/call_id.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/http/deadline_watch.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/http/session_buffer.hpp"
#include "gateway/http/transport.hpp"
#include "gateway/service/service.hpp"

namespace stint {

struct client_session {
  client_session(thread_context& owner, transport link)
      : thread(owner), wire(std::move(link)), watch(owner.watch(), wire) {}

  thread_context& thread;
  transport wire;
  watched watch;
  session_buffer buffer;
  // Storage that requests of this connection take in turn.
  std::string body;
  std::string out;
};

struct exchange {
  explicit exchange(client_session& from) : client(from), body(from.body), out(from.out) {
    body.clear();
    // One large prompt must not be paid for by every later request of an idle connection.
    if (body.capacity() > kept_body_bytes_max) body.shrink_to_fit();
  }

  static constexpr std::size_t kept_body_bytes_max = 64 * 1024;

  [[nodiscard]] service& shared() const noexcept { return client.thread.shared(); }

  client_session& client;
  request_head head;  // views into client.buffer, valid until the exchange ends
  call_id id;
  wall_time started{};
  monotonic::time_point head_read{};
  monotonic::time_point body_read{};
  const dialect* speaks = nullptr;  // how to phrase a refusal; set before anything can be refused
  std::string& body;                // decoded, with simdjson's padding behind it
  bool body_done = false;           // the body's last byte was taken off the wire
  bool keep_alive = true;           // the connection may carry another request
  std::string& out;                 // scratch for what is written to the client
};

}  // namespace stint
