// Tested by tests/gateway/call/relay/{relay,stream,whole}_test.cpp and
// tests/end_to_end/{upstream_fault,disconnect}_test.py.
#include "gateway/call/relay/relay.hpp"

#include "gateway/call/relay/stream.hpp"
#include "gateway/call/relay/whole.hpp"

namespace stint {

asio::awaitable<relayed> relay(relay_order order, answer_source& from, answer_sink& to) {
  // Pass-throughs may be of any size and are never looked into, so they stream. What cannot be read
  // cannot be followed either.
  const answer_facts& facts = from.facts();
  const bool is_followed = order.speaks.streams_as(facts.media) && facts.status < 300 &&
                           facts.coding != content_coding::unreadable;
  const bool stream = order.call == nullptr || (order.call->request.stream && is_followed);
  // A 401 is about the gateway's own credential, and is told as such.
  if (stream && facts.has_body && facts.status != 401) return relay_stream(order, from, to);
  return relay_whole(order, from, to.client());
}

}  // namespace stint
