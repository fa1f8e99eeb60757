// Tested by tests/gateway/call/relay/forward_test.cpp and tests/end_to_end/upstream_fault_test.py.
#include "gateway/call/relay/forward.hpp"

#include <cstring>

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

asio::awaitable<std::optional<problem>> send(client_session& session, const incoming_call& call,
                                             upstream_answer& answer, const forward_order& order) {
  outbound what;
  what.provider = order.provider;
  what.from = &call.head;
  what.body_bytes = order.body.size();
  // A provider of one dialect wants its own form of credential on every path; one of both goes by
  // the path's.
  const auto& spoken = order.provider->dialects;
  what.speaks = spoken.size() == 1 ? spoken.front() : call.speaks;
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
  if (sent.error) co_return upstream_went_wrong(answer, session.watch, "sending the request");
  co_return std::nullopt;
}

asio::awaitable<std::optional<problem>> read_head(client_session& session, http_method method,
                                                  upstream_answer& answer) {
  upstream_connection& from = answer.connection();
  const head_limits limits;
  response_head head;  // its views live as long as nothing is read after it
  std::size_t scanned = 0;
  int interim = 0;
  while (true) {
    const head_check check =
        check_response_head(from.unread(), limits, method == http_method::head, scanned, head);
    if (check.state == head_state::refused) {
      co_return make_problem(problem_kind::upstream_garbage,
                             "provider '" + answer.provider().name +
                                 "' sent a malformed answer: " + std::string(check.reason));
    }
    if (check.state == head_state::complete) {
      if (head.status >= 200) {
        answer.take_head(head, wall_now());
        co_return std::nullopt;
      }
      from.begin += head.size_bytes;
      scanned = 0;
      if (++interim <= interim_answers_max) continue;
      co_return make_problem(
          problem_kind::upstream_garbage,
          "provider '" + answer.provider().name + "' sends interim answers without end");
    }
    if (from.begin > 0 && from.end == upstream_connection::buffer_bytes) {
      std::memmove(from.buffer.get(), from.buffer.get() + from.begin, from.end - from.begin);
      from.end -= from.begin;
      from.begin = 0;
    }
    const auto space =
        asio::buffer(from.buffer.get() + from.end, upstream_connection::buffer_bytes - from.end);
    const std::chrono::milliseconds patience(answer.provider().first_byte_timeout_ms);
    const armed_deadline deadline(session.watch, from.wire, patience);
    const io_outcome got = co_await from.wire.read_some(space);
    if (got.error) co_return upstream_went_wrong(answer, session.watch, "waiting for the answer");
    from.end += got.bytes;
  }
}

std::unique_ptr<answer_source> readable(std::unique_ptr<upstream_answer> answer) {
  if (!can_be_decoded(answer->facts().coding)) return answer;
  return std::make_unique<decoded_answer>(std::move(answer));
}

void count_answer(metrics& counts, const provider_config& provider, const answer_facts& facts) {
  count_status(counts, provider, facts.status);
  if (facts.coding == content_coding::unreadable)
    counts.upstream_failed(provider.name, upstream_fault::garbage);
}
}  // namespace

asio::awaitable<result<std::unique_ptr<answer_source>>> forward(client_session& session,
                                                                const incoming_call& call,
                                                                forward_order order) {
  upstream_pool& pool = session.thread.pool_of(*order.provider);
  metrics& counts = session.thread.shared().metrics;
  auto acquired = co_await pool.acquire(session.watch, counts);
  if (!acquired) co_return acquired.error();
  auto answer = std::make_unique<upstream_answer>(pool, std::move(*acquired), session.watch);
  session.watch.close_with_client(order.streaming ? &answer->connection().wire : nullptr);
  auto failed = co_await send(session, call, *answer, order);
  if (!failed) {
    order.held->forwarded();
    failed = co_await read_head(session, call.head.method, *answer);
  }
  if (failed) {
    session.watch.unwatch_client();
    if (!session.watch.client_gone()) count_fault(counts, *order.provider, *failed);
    co_return std::move(*failed);
  }
  count_answer(counts, *order.provider, answer->facts());
  co_return readable(std::move(answer));
}

}  // namespace stint
