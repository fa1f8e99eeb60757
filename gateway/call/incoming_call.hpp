// One request as it came in: its head, its identity, and when it came. Lives in the connection's
// coroutine; the head is the session's, and its views point into the session's buffer, which does not
// move meanwhile.
#pragma once

#include <string_view>

#include "budgets/records/call_id.hpp"
#include "gateway/dialect/parts/dialect.hpp"
#include "gateway/http/client_presence.hpp"
#include "gateway/http/request_head.hpp"

namespace stint {

struct incoming_call {
  explicit incoming_call(request_head& read) noexcept : head(read) {}

  request_head& head;
  call_id id;
  wall_time started{};
  monotonic::time_point head_read{};
  const dialect* speaks = nullptr;  // how to phrase a refusal; set before anything can be refused
  call_target target;               // of a call of that API, once it is recognised
  bool was_forwarded = false;       // to a provider, which may bill it
  std::string_view
      page_origin;  // of the web page that calls, where it may read the answer; else ""
};

}  // namespace stint
