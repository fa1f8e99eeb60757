// One client's connection: its socket, what it sent and nobody has used yet, and storage that its
// requests take in turn. Lives in the connection's coroutine, on its io thread.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "gateway/http/deadline_watch.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/http/session_buffer.hpp"
#include "gateway/http/transport.hpp"
#include "gateway/service/service.hpp"

namespace stint {

struct client_session {
  client_session(thread_context& owner, transport link)
      : thread(owner),
        wire(std::move(link)),
        watch(owner.watch(), wire),
        body_memory(owner.shared().memory) {}

  // One large prompt must not be paid for by every later request of an idle connection.
  static constexpr std::size_t kept_body_bytes_max = 64 * 1024;
  void forget_body() {
    body.clear();
    if (body.capacity() > kept_body_bytes_max) body.shrink_to_fit();
    body_memory.release();
  }

  thread_context& thread;
  transport wire;
  watched watch;
  session_buffer buffer;
  request_head head;  // of the request at hand: too large for a frame that comes with each
  std::string body;   // decoded, with simdjson's padding behind it
  memory_claim body_memory;
  std::string out;  // scratch for heads
};

}  // namespace stint
