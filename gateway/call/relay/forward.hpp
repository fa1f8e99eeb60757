// Sends the call to its provider and reads the head of the answer. The request is built from
// nothing: our framing, our credential, and those of the client's fields that reach a provider (client_fields.hpp).
#pragma once

#include <cstdint>
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
  bool metered = false;          // the body was read, as JSON
  bool of_api = false;           // goes to an endpoint of its API, and not where it came to
  std::string_view model;        // of such a one, as its provider calls it
  bool is_another_body = false;  // than went out for the same call before
  const price* rates = nullptr;  // of a metered call; null where it has no price
  held_call* held = nullptr;     // told when the request is sent
  bool streaming = false;        // the upstream is closed as soon as the client goes; otherwise its
                                 // answer is awaited all the same
};

// What a provider has of a request that was not answered.
enum class request_fate : std::uint8_t {
  not_sent,  // not the whole of it, which nobody can answer: nothing left, or nothing was
             // acknowledged before the provider closed, or the sending broke off
  sent       // it may have all of it, and may bill it
};

struct forward_failure {
  problem why;
  request_fate request = request_fate::not_sent;
};
// As for problem.
[[noreturn]] void throw_exception_from_error(const forward_failure& error,
                                             const boost::source_location& where);

using forwarded_call = boost::system::result<std::unique_ptr<answer_source>, forward_failure>;

// Over a kept connection, if there is one; a request that it was too late for is sent once more,
// over a new one. The client is watched from here on, unless it fails: the relay ends that.
[[nodiscard]] asio::awaitable<forwarded_call> forward(client_session& session,
                                                      const incoming_call& call,
                                                      forward_order order);

}  // namespace stint
