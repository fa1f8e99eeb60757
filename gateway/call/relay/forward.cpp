// Tested by tests/gateway/call/relay/forward_test.cpp and tests/end_to_end/upstream_fault_test.py.
#include "gateway/call/relay/forward.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include "gateway/call/relay/decoded_answer.hpp"
#include "gateway/upstream/request.hpp"

namespace stint {

namespace {
// 1xx answers are skipped; more of them than this is a flood.
constexpr int interim_answers_max = 8;

problem upstream_went_wrong(const upstream_answer& answer, const watched& watch,
                            std::string_view phase) {
  const std::string name = "provider '" + answer.provider().name + "' ";
  if (watch.expired()) {
    return make_problem(problem_kind::upstream_timeout,
                        name + "did not answer in time (" + std::string(phase) + ")");
  }
  return make_problem(problem_kind::upstream_reset,
                      name + "closed the connection (" + std::string(phase) + ")");
}

void count_fault(metrics& counts, const provider_config& provider, const problem& why) {
  upstream_fault fault = upstream_fault::reset;
  if (why.kind == problem_kind::upstream_timeout) fault = upstream_fault::timeout;
  if (why.kind == problem_kind::upstream_garbage) fault = upstream_fault::garbage;
  counts.upstream_failed(provider.name, fault);
}

void count_status(metrics& counts, const provider_config& provider, int status) {
  if (status < 400) return;
  counts.upstream_failed(provider.name, status == 429  ? upstream_fault::status_429
                                        : status < 500 ? upstream_fault::status_4xx
                                                       : upstream_fault::status_5xx);
}

// One try at one connection that came to nothing.
struct failed_try {
  problem why;
  request_fate request = request_fate::not_sent;
  // The provider had closed before anything of the request came to it: it will never know of it.
  bool came_too_late = false;
};
using tried = std::optional<failed_try>;

tried failed_before_its_end(problem why, const io_outcome& sent, const watched& watch) {
  failed_try made{std::move(why)};
  const bool is_ours = watch.expired() || watch.client_gone() || watch.cut();
  made.came_too_late = sent.bytes == 0 && !is_ours;
  return made;
}

// The connection ended while the answer to a request that was sent whole was awaited. A provider's
// close comes in order, and says what had reached its machine by then: where that is nothing of the
// request, it closed before it. Not so a reset, which may come from one that has read the request
// and not acknowledged it yet, as receivers do for 40 ms.
tried failed_waiting(problem why, const error_code& error, bool anything_came, bool may_have_it) {
  failed_try made{std::move(why), request_fate::sent};
  if (is_end_of_stream(error) && !anything_came && !may_have_it) {
    made.request = request_fate::not_sent;
    made.came_too_late = true;
  }
  return made;
}

tried sent_garbage(const upstream_answer& from, const std::string& what) {
  return failed_try{make_problem(problem_kind::upstream_garbage,
                                 "provider '" + from.provider().name + "' " + what),
                    request_fate::sent};
}

asio::awaitable<tried> send(client_session& session, const incoming_call& call,
                            upstream_answer& answer, const forward_order& order) {
  outbound what;
  what.provider = order.provider;
  what.from = &call.head;
  what.body_bytes = order.body.size();
  what.metered = order.metered;
  what.called = order.of_api ? call.speaks : nullptr;
  what.target = &call.target;
  what.model = order.model;
  what.rates = order.rates;
  what.is_another_body = order.is_another_body;
  const config& settings = session.thread.shared().settings;
  what.private_to_us = {settings.feature_header, settings.tags_header};
  // A provider of one word wants its own form of credential on every path; one of several goes by
  // the path's.
  const dialect* const its_own = order.provider->only_form();
  what.speaks = its_own != nullptr ? its_own : call.speaks;
  what.id = call.id;
  what.tenant = order.tenant;
  session.out.clear();
  build_upstream_head(what, session.out);
  std::array<asio::const_buffer, 3> pieces;
  pieces[0] = asio::buffer(session.out);
  pieces[1] = asio::buffer(order.body.data(), order.body.size());
  transport& wire = answer.connection().wire;
  const armed_deadline deadline(session.watch, wire, answer.usual_patience());
  const io_outcome sent = co_await wire.write(pieces);
  if (!sent.error) co_return std::nullopt;
  problem why = upstream_went_wrong(answer, session.watch, "sending the request");
  co_return failed_before_its_end(std::move(why), sent, session.watch);
}

// `sent_before`: what had been sent over the connection before the request.
asio::awaitable<tried> read_head(client_session& session, http_method method,
                                 upstream_answer& answer, std::uint64_t sent_before) {
  upstream_connection& from = answer.connection();
  const head_limits limits;
  response_head& head = from.head;
  head.forget();
  std::size_t scanned = 0;
  int interim = 0;
  bool anything_came = false;
  while (true) {
    const head_check check =
        check_response_head(from.unread(), limits, method == http_method::head, scanned, head);
    if (check.state == head_state::refused) {
      co_return sent_garbage(answer, "sent a malformed answer: " + std::string(check.reason));
    }
    if (check.state == head_state::complete) {
      if (head.status >= 200) {
        answer.take_head(head, wall_now());
        co_return std::nullopt;
      }
      from.begin += head.size_bytes;
      scanned = 0;
      if (++interim <= interim_answers_max) continue;
      co_return sent_garbage(answer, "sends interim answers without end");
    }
    if (from.begin > 0 && from.end == upstream_connection::buffer_bytes) {
      std::memmove(from.buffer.get(), from.buffer.get() + from.begin, from.end - from.begin);
      from.end -= from.begin;
      from.begin = 0;
    }
    const std::chrono::milliseconds patience(answer.provider().first_byte_timeout_ms);
    const armed_deadline deadline(session.watch, from.wire, patience);
    const io_outcome got = co_await from.read_more();
    if (got.error) {
      problem why = upstream_went_wrong(answer, session.watch, "waiting for the answer");
      co_return failed_waiting(std::move(why), got.error, anything_came,
                               from.wire.may_have_arrived(sent_before));
    }
    // What was on its way before the request came belongs to no call, or to another one.
    if (from.was_used && !anything_came && !from.wire.may_have_arrived(sent_before))
      co_return sent_garbage(answer, "sent an answer before it had the request");
    anything_came = true;
  }
}

asio::awaitable<tried> try_once(client_session& session, const incoming_call& call,
                                const forward_order& order, upstream_answer& answer) {
  const std::uint64_t sent_before = answer.connection().wire.sent_bytes();
  tried failed = co_await send(session, call, answer, order);
  if (failed) co_return std::move(failed);
  order.held->forwarded();
  co_return co_await read_head(session, call.head.method, answer, sent_before);
}

std::unique_ptr<answer_source> readable(std::unique_ptr<upstream_answer> answer) {
  if (!can_be_decoded(answer->facts().coding)) return answer;
  return std::make_unique<decoded_answer>(std::move(answer));
}

// What came of it all, for the metrics.
void count_answer(metrics& counts, const provider_config& provider, const answer_facts& facts) {
  count_status(counts, provider, facts.status);
  if (facts.coding == content_coding::unreadable)
    counts.upstream_failed(provider.name, upstream_fault::garbage);
}
}  // namespace

void throw_exception_from_error(const forward_failure& error, const boost::source_location& where) {
  throw_exception_from_error(error.why, where);
}

asio::awaitable<forwarded_call> forward(client_session& session, const incoming_call& call,
                                        forward_order order) {
  upstream_pool& pool = session.thread.pool_of(*order.provider);
  metrics& counts = session.thread.shared().metrics;
  auto acquired = co_await pool.acquire(session.watch, counts);
  while (true) {
    if (!acquired) {
      forward_failure unreached;
      unreached.why = std::move(acquired).error();
      co_return std::move(unreached);
    }
    auto answer = std::make_unique<upstream_answer>(pool, std::move(*acquired), session.watch);
    const bool was_used = answer->connection().was_used;
    session.watch.close_with_client(order.streaming ? &answer->connection().wire : nullptr);
    tried failed = co_await try_once(session, call, order, *answer);
    if (!failed) {
      count_answer(counts, *order.provider, answer->facts());
      co_return readable(std::move(answer));
    }
    session.watch.unwatch_client();
    if (!(was_used && failed->came_too_late)) {
      if (!session.watch.client_gone()) count_fault(counts, *order.provider, failed->why);
      forward_failure unanswered;
      unanswered.why = std::move(failed->why);
      unanswered.request = failed->request;
      co_return std::move(unanswered);
    }
    // A kept connection that its provider was closing: a new one is tried, once.
    answer.reset();
    acquired = co_await pool.acquire_new(session.watch, counts);
  }
}

}  // namespace stint
