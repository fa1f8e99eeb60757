// Life of a request. It reads as one sentence, each step a file of its own:
//
//   recognise     which API, from method and path alone              call/request/recognise.cpp
//   authenticate  whose key                                          call/request/authenticate.cpp
//   attribute     which feature and tags, checked against the key    call/request/attribution.cpp
//   read body     bounded in size and patience                       call/request/read_body.cpp
//   examine       billing fields, price, the prompt or its bound     call/request/examine.cpp
//   reserve       what it may cost against every cap, on the log     call/hold/admit.cpp
//   forward       to the provider, request built from nothing        call/relay/forward.cpp
//   count         a prompt that its bound let through                call/hold/late_count.cpp
//   relay         the answer, metered as it passes                   call/relay/relay.cpp
//   extend        a stream's hold, ahead of its tokens, or cut it    call/hold/stream_hold.cpp
//   settle        what was really used, before the answer ends       call/hold/settlement.cpp
//   observe       times; counts come from the committed record       metrics/metrics.cpp
//
// A step that fails returns a problem, which is phrased in the client's dialect and sent. From
// `reserve` on, an owed_call resolves the hold on every exit, foreseen or not.
//
// Tested by tests/end_to_end.
#include "gateway/handle.hpp"

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "gateway/call/hold/admit.hpp"
#include "gateway/call/hold/settlement.hpp"
#include "gateway/call/relay/client_answer.hpp"
#include "gateway/call/relay/forward.hpp"
#include "gateway/call/relay/relay.hpp"
#include "gateway/call/request/attribution.hpp"
#include "gateway/call/request/authenticate.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/call/request/read_body.hpp"
#include "gateway/call/request/recognise.hpp"

namespace stint {

namespace {
asio::awaitable<void> decline(exchange& x, problem why) {
  x.shared().seen.refused(why.kind);
  co_await refuse(x, std::move(why));
}

void observe(exchange& x, const hold_request& held, monotonic::time_point forwarded,
             monotonic::time_point answered) {
  const auto now = monotonic::now();
  call_timing timing;
  timing.model = held.charged.model;
  timing.provider = held.charged.provider;
  timing.streaming = held.streaming;
  timing.duration = now - x.head_read;
  timing.first_byte = answered - forwarded;
  timing.overhead = forwarded - x.body_read;
  x.shared().seen.observe(timing);
}

// From the hold to the recorded answer, for metered calls and pass-throughs alike. `call` is null
// for the latter.
asio::awaitable<void> serve_held(exchange& x, hold_request held, const admission& admitted,
                                 examined_call* call, const provider_config& provider) {
  owed_call owed(x, held, admitted, call);
  if (x.client.watch.client_gone()) {  // while it waited in line
    relay_outcome left;
    left.outcome = call_outcome::client_gone;
    co_await owed.settle(left);
    co_return;
  }
  if (call != nullptr) obey_bound(x, *call, admitted);
  forward_order outbound;
  outbound.provider = &provider;
  outbound.body = call != nullptr && call->edited_body ? *call->edited_body : x.body;
  outbound.tenant = &held.charged.tenant;
  outbound.owed = &owed;
  outbound.streaming = held.streaming;
  const auto forwarded = monotonic::now();
  auto answer = co_await forward(x, outbound);
  const auto answered = monotonic::now();
  if (!answer) {
    relay_outcome ended;
    ended.outcome =
        x.client.watch.client_gone() ? call_outcome::client_gone : call_outcome::upstream_gone;
    // We hung up on a provider that had the whole request: it will bill the prompt.
    ended.generated =
        owed.was_forwarded() && (x.client.watch.client_gone() || x.client.watch.cut());
    ended.status = answer.error().status;
    co_await owed.settle(ended);
    co_await decline(x, answer.error());
    co_return;
  }
  relay_order order;
  order.call = call;
  order.tightest = &admitted.tightest;
  co_await relay(x, **answer, owed, order);
  observe(x, held, forwarded, answered);
}

asio::awaitable<void> serve_metered(exchange& x, purpose what_for, const virtual_key& key) {
  auto call = co_await examine(x, what_for.charged.tenant);
  if (!call) {
    co_await decline(x, call.error());
    co_return;
  }
  what_for.charged.model = call->base_model;
  what_for.charged.provider = call->provider->name;
  what_for.charged.user = call->user;
  call->expected = expected_output(x, what_for.charged);
  auto barred = refuse_model(key, *call);
  if (!barred) barred = refuse_without_credential(*call->provider);
  hold_request worst = worst_case_hold(x, what_for, *call);
  if (!barred) {
    barred = refuse_unpriced(x.shared().ledger, what_for.charged, *call);
    if (barred) record_refused(x, worst, barred->status);
  }
  if (barred) {
    co_await decline(x, std::move(*barred));
    co_return;
  }
  const auto admitted = co_await admit(x, what_for, *call, worst);
  if (!admitted) {
    co_await refuse(x, admitted.error());
    co_return;
  }
  co_await serve_held(x, std::move(worst), *admitted, &*call, *call->provider);
}

asio::awaitable<void> serve_unmetered(exchange& x, const purpose& what_for,
                                      const passthrough_config& rule) {
  const service& shared = x.shared();
  const provider_config* provider = nullptr;
  for (const provider_config& each : shared.settings.providers) {
    if (each.name == rule.provider) provider = &each;
  }
  if (provider == nullptr) {
    problem unknown = make_problem(problem_kind::not_found,
                                   "passthrough names an unknown provider: " + rule.provider);
    co_await decline(x, std::move(unknown));
    co_return;
  }
  if (auto barred = refuse_without_credential(*provider)) {
    co_await decline(x, std::move(*barred));
    co_return;
  }
  hold_request one = unmetered_hold(x, what_for, rule);
  const auto admitted = co_await reserve(x, one);
  if (!admitted) {
    co_await refuse(x, admitted.error());
    co_return;
  }
  co_await serve_held(x, std::move(one), *admitted, nullptr, *provider);
}
}  // namespace

asio::awaitable<void> handle(exchange& x) {
  const config& settings = x.shared().settings;
  x.speaks = &dialect_for_errors(x.head.path);
  auto api = recognise(settings, x.head);
  auto key = api ? authenticate(x.head, x.shared().keys, x.started) : result<caller>(api.error());
  auto what_for = key ? attribute(settings, x.head, **key) : result<purpose>(key.error());
  std::optional<problem> failed;
  if (!what_for) failed = what_for.error();
  if (!failed) failed = refuse_body_unread(x, api->speaks != nullptr);
  if (!failed) failed = co_await read_body(x);
  x.body_read = monotonic::now();
  if (failed) {
    co_await decline(x, std::move(*failed));
  } else if (api->speaks != nullptr) {
    co_await serve_metered(x, std::move(*what_for), **key);
  } else {
    co_await serve_unmetered(x, *what_for, *api->unmetered);
  }
}

}  // namespace stint
