// Sends the call to its provider and reads the head of the answer. The request is built from
// nothing: our framing, our credential, and an allow-list of the client's fields.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/client_session.hpp"
#include "gateway/call/hold/held_call.hpp"
#include "gateway/call/incoming_call.hpp"
#include "gateway/call/relay/upstream_answer.hpp"

namespace stint {

struct forward_order {
  const provider_config* provider = nullptr;
  std::string_view body;
  std::string_view tenant;
  held_call* held = nullptr;  // told when the request is sent
  bool streaming = false;     // the upstream is closed as soon as the client goes; otherwise its
                              // answer is awaited all the same
};

// A problem says what failed; nothing was generated then as far as we can know. The client is
// watched from here on: the relay ends that.
[[nodiscard]] asio::awaitable<result<std::unique_ptr<answer_source>>> forward(
    client_session& session, const incoming_call& call, forward_order order);

}  // namespace stint
