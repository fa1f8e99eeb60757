// Life of a request. It reads as one sentence, each step a file of its own:
//
//   recognise     which API, from method and path alone              call/request/recognise.cpp
//   authenticate  whose key                                          call/request/authenticate.cpp
//   attribute     which feature and tags, checked against the key    call/request/attribution.cpp
//   read body     bounded in size and patience                       call/request/read_body.cpp
//   examine       billing fields, price, the prompt or its bound     call/request/examine.cpp
//   reserve       what it may cost against every cap, on the log     call/hold/reserve.cpp
//   forward       to the provider, request built from nothing        call/relay/forward.cpp
//   count         a prompt that its bound let through                call/hold/late_count.cpp
//   relay         the answer, metered as it passes                   call/relay/relay.cpp
//   extend        a stream's hold, ahead of its tokens, or cut it    call/hold/stream_hold.cpp
//   settle        what was really used, before the answer ends       call/hold/held_call.cpp
//   deliver       what waited for that                               call/relay/deliver.cpp
//   observe       times; counts come from the committed record       metrics/metrics.cpp
//
// A step that fails returns a problem, which is phrased in the client's dialect and sent. From
// `reserve` on, a held_call resolves the hold on every exit, foreseen or not.
//
// Tested by tests/end_to_end.
#include "gateway/handle.hpp"

#include "gateway/call/hold/held_call.hpp"
#include "gateway/call/hold/refusal.hpp"
#include "gateway/call/hold/reserve.hpp"
#include "gateway/call/hold/teach.hpp"
#include "gateway/call/relay/deliver.hpp"
#include "gateway/call/relay/forward.hpp"
#include "gateway/call/relay/refused_usage.hpp"
#include "gateway/call/relay/relay.hpp"
#include "gateway/call/request/attribution.hpp"
#include "gateway/call/request/authenticate.hpp"
#include "gateway/call/request/decode_body.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/call/request/free_call.hpp"
#include "gateway/call/request/known_client.hpp"
#include "gateway/call/request/model_list.hpp"
#include "gateway/call/request/path_model.hpp"
#include "gateway/call/request/permission.hpp"
#include "gateway/call/request/read_body.hpp"
#include "gateway/call/request/recognise.hpp"
#include "gateway/call/request/unmetered_model.hpp"
#include "gateway/call/request/without_key.hpp"

namespace stint {

namespace {
// Only this file needs all of it; each step is given its part.
struct exchange {
  client_session& session;
  incoming_call& call;
  client_answer& answer;
  service& shared;
  std::shared_ptr<const price_book> prices;  // of the whole call, whatever is loaded meanwhile
  monotonic::time_point body_read{};

  [[nodiscard]] examiner examining() const noexcept {
    return {shared.settings,       *prices,           shared.ceiling,
            shared.learned,        shared.remembered, shared.counting,
            &shared.usage_refused, &shared.memory,    shared.kept};
  }
  [[nodiscard]] asking_call asking() const noexcept {
    return {shared.ledger,   shared.settings,          shared.metrics,
            shared.counting, session.thread.context(), session.watch};
  }
  [[nodiscard]] hold_means means() const noexcept {
    return {shared.ledger,
            *prices,
            shared.outputs,
            shared.settings.admission,
            {shared.counting, shared.settings.limits.count_inline_bytes_max, shared.metrics}};
  }
  [[nodiscard]] call_home home() const noexcept {
    return {session.thread.context(), session.thread.watch()};
  }
  [[nodiscard]] hold_terms terms() const noexcept {
    return {call.id, call.started, shared.settings.admission, prices->version()};
  }
};

asio::awaitable<void> decline(const exchange& x, problem why) {
  x.shared.metrics.refused(why.kind);
  co_await x.answer.refuse(std::move(why));
}

// What of the call is held, who answers it, and under which terms it was let in.
struct admitted_call {
  hold_request hold;
  admission admitted;
  examined_call* metered = nullptr;  // null for what costs nothing, and for a pass-through
  const provider_config* provider = nullptr;
  const free_call* costs_nothing = nullptr;  // null for the others
};

struct answered_call {
  relayed end;
  monotonic::time_point forwarded{};  // for the first time: what comes after is not our overhead
  std::optional<monotonic::duration> first_byte_in;  // nothing: there was no answer
};

// A call that was let in when every call is being cut: nobody is to answer it any more.
answered_call refused_at_the_end(const exchange& x) {
  x.answer.close_afterwards();
  problem why =
      make_problem(problem_kind::overloaded, "the gateway is stopping; the call was not forwarded");
  answered_call made;
  made.end.ended.outcome = call_outcome::rejected;
  made.end.ended.status = why.status;
  made.end.unsent = std::move(why);
  return made;
}

answered_call unanswered(const client_presence& client, const held_call& held,
                         forward_failure failed) {
  answered_call made;
  call_end& ended = made.end.ended;
  ended.outcome = client.client_gone() ? call_outcome::client_gone : call_outcome::upstream_gone;
  // The provider may have the whole request, and what it made of it nobody knows.
  ended.unknown = failed.request == request_fate::sent;
  ended.generated = ended.unknown;
  ended.most_output_tokens = held.most_generated_unseen();
  ended.side_work_seen = 0;
  ended.status = failed.why.status;
  made.end.unsent = std::move(failed.why);
  return made;
}

forward_order order_of(const exchange& x, const admitted_call& of, held_call& held) {
  const examined_call* metered = of.metered;
  forward_order outbound;
  outbound.provider = of.provider;
  outbound.body = metered != nullptr && metered->edited_body ? *metered->edited_body
                                                             : std::string_view(x.session.body);
  outbound.tenant = of.hold.charged.tenant;
  outbound.held = &held;
  outbound.streaming = of.hold.streaming;
  outbound.metered = outbound.of_api = metered != nullptr;
  if (metered != nullptr) {
    outbound.rates = metered->rates;
    outbound.model = metered->model;
  } else if (of.costs_nothing != nullptr) {
    outbound.of_api = true;
    outbound.metered = !x.session.body.empty();
    outbound.rates = of.costs_nothing->rates;
    outbound.model = of.costs_nothing->model;
  }
  return outbound;
}

bool was_taken(const call_end& ended) noexcept {
  return ended.status >= 200 && ended.status < 400;
}

// To the provider and back: once, or once more where it did not understand what we had put in.
asio::awaitable<answered_call> have_answered(const exchange& x, const admitted_call& of,
                                             held_call& held) {
  examined_call* metered = of.metered;
  if (metered != nullptr) obey_bound(*x.call.speaks, x.session.body, *metered, of.admitted);
  const auto first_forwarded = monotonic::now();
  auto forwarded = first_forwarded;
  bool again = false;
  while (true) {
    forward_order outbound = order_of(x, of, held);
    outbound.is_another_body = again;
    x.call.was_forwarded = true;
    auto answer = co_await forward(x.session, x.call, outbound);
    if (!answer) {
      x.shared.metrics.refused(answer.error().why.kind);
      co_return unanswered(x.session.watch, held, std::move(answer).error());
    }
    answered_call made;
    made.forwarded = first_forwarded;
    made.first_byte_in = monotonic::now() - forwarded;
    const relay_order order{x.shared.settings, *x.prices,       x.shared.metrics,
                            x.shared.counting, x.shared.memory, held,
                            metered,           *x.call.speaks,  of.admitted.tightest};
    made.end = co_await relay(order, **answer, x.answer);
    made.end.ended.answered_in = monotonic::now() - forwarded;
    const bool once_more = metered != nullptr && refused_to_tell_usage(*metered, made.end) &&
                           !x.session.watch.client_gone();
    // What is refused all the same was refused for something else, and says nothing of other calls.
    if (again && was_taken(made.end.ended))
      x.shared.usage_refused.note(metered->provider->name, metered->model);
    if (!once_more) co_return made;
    ask_for_no_usage(*x.call.speaks, x.session.body, *metered);
    again = true;
    forwarded = monotonic::now();
  }
}

told_bill bill_to_tell(const admitted_call& of, const held_call& held, const settled& settlement) {
  told_bill bill;
  bill.metered = of.metered != nullptr;
  bill.cost = held.cost();
  bill.used = held.used();
  if (of.metered != nullptr) bill.output_limit_tokens = of.metered->output_limit_tokens;
  bill.tightest = settlement.tightest ? settlement.tightest : of.admitted.tightest;
  return bill;
}

void learn_from(const exchange& x, const admitted_call& of, const call_end& ended) {
  if (of.metered == nullptr) return;
  teach_from({x.shared.learned, x.shared.metrics}, *of.metered, x.call.speaks->api(), ended,
             of.hold.charged.tenant);
  teach_output(x.shared.outputs, *of.metered, ended, of.hold.charged);
}

// So that a later call which goes on with it is held by what it reads again, and its key may ask for it.
void note_kept(const exchange& x, const admitted_call& of, const held_call& held,
               const call_end& ended) {
  if (x.shared.kept == nullptr) return;
  if (of.costs_nothing != nullptr) {
    const bool is_deleted = x.call.head.method == http_method::delete_ && was_taken(ended);
    if (is_deleted) x.shared.kept->forget(x.call.target.id);
    return;
  }
  if (of.metered == nullptr || ended.answer_id.empty()) return;
  const std::string& conversation = of.metered->conversation;
  const bool is_kept = of.metered->request.is_kept;
  if (!is_kept && conversation.empty()) return;
  kept_answer answer;
  answer.key = of.hold.charged.key;
  answer.tenant = of.hold.charged.tenant;
  answer.provider = of.provider->name;
  answer.tokens = held.used().total();
  answer.made = x.call.started;
  if (!conversation.empty()) {  // its size is this call's view of it, and holds nothing
    answer.id = conversation;
    x.shared.kept->keep(answer);
  }
  if (!is_kept) return;
  answer.id = ended.answer_id;
  x.shared.kept->keep(std::move(answer));
}

void observe(const exchange& x, const hold_request& held, const answered_call& answered) {
  if (!answered.first_byte_in) return;
  call_timing timing;
  timing.model = held.charged.model;
  timing.provider = held.charged.provider;
  timing.streaming = held.streaming;
  timing.duration = monotonic::now() - x.call.head_read;
  timing.first_byte = *answered.first_byte_in;
  timing.overhead = answered.forwarded - x.body_read;
  x.shared.metrics.observe(timing);
}

// From the hold to the recorded answer, for metered calls and pass-throughs alike.
asio::awaitable<void> serve_held(const exchange& x, admitted_call of, unowned_hold& given) {
  held_call held(x.means(), x.home(), of.hold, of.admitted, of.metered, *x.call.speaks);
  given.is_cared_for();
  answered_call answered;
  if (x.session.watch.client_gone()) {  // while its call waited in line
    answered.end.ended.outcome = call_outcome::client_gone;
  } else if (x.shared.closing.load()) {
    // Admitted by what another thread's call gave back when it was cut.
    answered = refused_at_the_end(x);
  } else {
    answered = co_await have_answered(x, of, held);
  }
  const settled settlement = co_await held.settle(answered.end.ended);
  learn_from(x, of, answered.end.ended);
  note_kept(x, of, held, answered.end.ended);
  const told_bill bill = bill_to_tell(of, held, settlement);
  co_await deliver(std::move(answered.end.unsent), bill, x.answer);
  observe(x, of.hold, answered);
}

asio::awaitable<void> serve_metered(const exchange& x, purpose what_for, const virtual_key& key) {
  if (!x.call.target.model.empty() && x.call.speaks->has_fixed_path())
    name_model_of_path(x.call.target.model, x.session.body);
  examiner examining = x.examining();
  examining.key = key.id;
  auto call = co_await examine(examining, *x.call.speaks, x.call.target, x.session.body,
                               x.call.started, what_for.charged.tenant);
  if (!call) co_return co_await decline(x, std::move(call).error());
  if (call->speaks != x.call.speaks) {
    x.call.speaks = call->speaks;
    x.call.target.at = call->speaks->facts().endpoints.data();
  }
  if (call->request.stream && call->speaks->api() == tokenizer::chat_api::openai_responses)
    call->request.cut_is_failure = takes_cut_for_retry(x.call.head);
  what_for.charged.model = call->base_model;
  what_for.charged.provider = call->provider->name;
  what_for.charged.user = call->user;
  call->expected = x.shared.outputs.predict(output_key_of(what_for.charged), call->request.stream);
  auto barred = refuse_model(key, *call);
  if (!barred) barred = refuse_without_credential(*call->provider);
  admitted_call of;
  of.hold = worst_case_hold(x.terms(), what_for, *call);
  if (!barred) {
    barred = refuse_unpriced(*x.shared.ledger.caps(), what_for.charged, *call);
    if (barred) record_refused(x.shared.ledger, of.hold, barred->status);
  }
  if (barred) co_return co_await decline(x, std::move(*barred));
  unowned_hold given(x.shared.ledger, x.shared.metrics, of.hold.id);
  auto admitted = co_await reserve_metered(x.asking(), *call, of.hold);
  if (!admitted) {
    given.is_cared_for();
    co_return co_await x.answer.refuse(std::move(admitted).error());
  }
  of.admitted = std::move(*admitted);
  of.metered = &*call;
  of.provider = call->provider;
  co_await serve_held(x, std::move(of), given);
}

// One request, and nothing that is billed: held so that caps of requests count it, and on the record.
asio::awaitable<void> serve_free(const exchange& x, const purpose& what_for,
                                 const virtual_key& key) {
  const free_terms terms{x.shared.settings, *x.prices, key, x.shared.kept};
  const read_elsewhere where{x.shared.counting, x.shared.memory};
  const auto call = co_await find_free_call(where, terms, *x.call.speaks, x.call.target,
                                            x.session.body, x.call.started);
  if (!call) co_return co_await decline(x, call.error());
  if (auto barred = refuse_without_credential(*call->provider))
    co_return co_await decline(x, std::move(*barred));
  admitted_call of;
  of.provider = call->provider;
  of.costs_nothing = &*call;
  of.hold = free_hold(x.terms(), what_for, *call);
  unowned_hold given(x.shared.ledger, x.shared.metrics, of.hold.id);
  auto admitted = co_await reserve(x.asking(), of.hold);
  if (!admitted) {
    given.is_cared_for();
    co_return co_await x.answer.refuse(std::move(admitted).error());
  }
  of.admitted = std::move(*admitted);
  co_await serve_held(x, std::move(of), given);
}

// From what is known here: nobody else is asked, and nothing is held.
asio::awaitable<void> answer_here(const exchange& x, const virtual_key& key) {
  const model_listing listing{x.shared.settings, *x.prices, key, x.call.started};
  const bool anthropics = wants_anthropics_form(x.call.head);
  if (anthropics) x.call.speaks = &anthropic_form();
  auto body = answer_models(listing, x.call.target, anthropics);
  if (!body) co_return co_await decline(x, std::move(body).error());
  co_await x.answer.write_own(200, "content-type: application/json\r\n", *body);
}

asio::awaitable<void> serve_unmetered(const exchange& x, const purpose& what_for,
                                      const virtual_key& key, const passthrough_config& rule) {
  const client_session& session = x.session;
  const config& settings = x.shared.settings;
  admitted_call of;
  of.provider = settings.find_provider(rule.provider);
  if (of.provider == nullptr) {
    problem unknown = make_problem(problem_kind::not_found,
                                   "passthrough names an unknown provider: " + rule.provider);
    co_return co_await decline(x, std::move(unknown));
  }
  const read_elsewhere where{x.shared.counting, x.shared.memory};
  passing_on leaving;
  leaving.provider = of.provider;
  leaving.private_to_us = {settings.feature_header, settings.tags_header};
  if (auto barred = co_await check_unmetered_model(where, key, x.call.head, leaving, session.body))
    co_return co_await decline(x, std::move(*barred));
  if (auto barred = refuse_without_credential(*of.provider))
    co_return co_await decline(x, std::move(*barred));
  of.hold = unmetered_hold(x.terms(), what_for, rule);
  unowned_hold given(x.shared.ledger, x.shared.metrics, of.hold.id);
  auto admitted = co_await reserve(x.asking(), of.hold);
  if (!admitted) {
    given.is_cared_for();
    co_return co_await x.answer.refuse(std::move(admitted).error());
  }
  of.admitted = std::move(*admitted);
  co_await serve_held(x, std::move(of), given);
}

// Off the wire, if anybody is to look at it.
asio::awaitable<std::optional<problem>> take_body(const exchange& x, const virtual_key& key,
                                                  bool must_be_json) {
  const limits_config& limits = x.shared.settings.limits;
  if (auto refused = refuse_body_unread(limits, x.call.head, must_be_json)) co_return refused;
  body_arrival arrival =
      co_await read_body(x.session, x.call.head, limits, key.id, x.call.head_read);
  if (!arrival.may_go_on) x.answer.close_afterwards();
  if (arrival.failed) co_return std::move(arrival.failed);
  x.answer.body_was_read();
  if (!can_be_decoded(x.call.head.coding)) co_return std::nullopt;
  const body_room room{x.session.body_memory, x.shared.memory, key.id};
  co_return co_await decode_body(x.call.head.coding, limits.body_bytes_max, x.shared.counting, room,
                                 x.session.body);
}
}  // namespace

asio::awaitable<void> handle(client_session& session, incoming_call& call, client_answer& answer) {
  exchange x{session, call, answer, session.thread.shared(), session.thread.shared().prices.get()};
  const config& settings = x.shared.settings;
  call.page_origin = page_origin_of(settings.listen, call.head);
  if (const auto plain = answer_without_key(settings.listen, call.head))
    co_return co_await x.answer.write_own(200, plain->fields, plain->body);
  auto api = recognise(settings, call.head);
  if (!api) {
    x.shared.metrics.unserved(unserved_pattern(call.head.method, call.head.path));
    co_return co_await decline(x, std::move(api).error());
  }
  if (api->speaks != nullptr) {
    call.speaks = api->speaks;
    call.target = api->target;
  }
  auto key = authenticate(call.head, x.shared.keys, call.started);
  if (!key) co_return co_await decline(x, std::move(key).error());
  auto what_for = attribute(settings, call.head, **key);
  if (!what_for) co_return co_await decline(x, std::move(what_for).error());
  if (api->speaks != nullptr && api->target.at->kind == endpoint_kind::answered_here)
    co_return co_await answer_here(x, **key);
  const bool is_metered = api->speaks != nullptr && api->target.at->kind == endpoint_kind::metered;
  if (auto failed = co_await take_body(x, **key, is_metered))
    co_return co_await decline(x, std::move(*failed));
  x.body_read = monotonic::now();
  if (is_metered) {
    co_await serve_metered(x, std::move(*what_for), **key);
  } else if (api->speaks != nullptr) {
    co_await serve_free(x, *what_for, **key);
  } else {
    co_await serve_unmetered(x, *what_for, **key, *api->unmetered);
  }
}

}  // namespace stint
