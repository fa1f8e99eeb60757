// Tested by tests/end_to_end/upstream_fault_test.py.
#include "gateway/call/relay/forward.hpp"

#include <cstring>

#include "gateway/call/hold/settlement.hpp"
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

void count_fault(exchange& x, const provider_config& provider, const problem& why) {
  upstream_fault fault = upstream_fault::reset;
  if (why.kind == problem_kind::upstream_timeout) fault = upstream_fault::timeout;
  if (why.kind == problem_kind::upstream_garbage) fault = upstream_fault::garbage;
  x.shared().seen.upstream_failed(provider.name, fault);
}

void count_status(exchange& x, const provider_config& provider, int status) {
  if (status < 400) return;
  x.shared().seen.upstream_failed(provider.name, status == 429  ? upstream_fault::status_429
                                                 : status < 500 ? upstream_fault::status_4xx
                                                                : upstream_fault::status_5xx);
}

asio::awaitable<std::optional<problem>> send(exchange& x, upstream_answer& answer,
                                             const forward_order& order) {
  outbound what;
  what.provider = order.provider;
  what.from = &x.head;
  what.body_bytes = order.body.size();
  // A provider of one dialect wants its own form of credential on every path; one of both goes by
  // the path's.
  const auto& spoken = order.provider->dialects;
  what.speaks = spoken.size() == 1 ? spoken.front() : x.speaks;
  what.id = x.id;
  what.tenant = *order.tenant;
  x.out.clear();
  build_upstream_head(what, x.out);
  std::array<asio::const_buffer, 3> pieces;
  pieces[0] = asio::buffer(x.out);
  pieces[1] = asio::buffer(order.body.data(), order.body.size());
  transport& wire = answer.connection().wire;
  x.client.watch.await(wire, std::chrono::milliseconds(order.provider->stall_timeout_ms));
  const io_outcome sent = co_await wire.write(pieces);
  x.client.watch.await_nothing();
  if (sent.error) co_return upstream_went_wrong(answer, x.client.watch, "sending the request");
  co_return std::nullopt;
}

asio::awaitable<std::optional<problem>> read_head(exchange& x, upstream_answer& answer) {
  upstream_connection& from = answer.connection();
  const head_limits limits;
  std::size_t scanned = 0;
  int interim = 0;
  while (true) {
    const head_check check = check_response_head(
        from.unread(), limits, x.head.method == http_method::head, scanned, answer.head);
    if (check.state == head_state::refused) {
      co_return make_problem(problem_kind::upstream_garbage,
                             "provider '" + answer.provider().name +
                                 "' sent a malformed answer: " + std::string(check.reason));
    }
    if (check.state == head_state::complete) {
      if (answer.head.status >= 200) {
        const auto coding = answer.head.find("content-encoding");
        if (!coding || *coding == "identity") co_return std::nullopt;
        co_return make_problem(problem_kind::upstream_garbage,
                               "provider '" + answer.provider().name +
                                   "' compressed its answer although it was asked not to");
      }
      from.begin += answer.head.size_bytes;
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
    x.client.watch.await(from.wire,
                         std::chrono::milliseconds(answer.provider().first_byte_timeout_ms));
    const io_outcome got = co_await from.wire.read_some(space);
    x.client.watch.await_nothing();
    if (got.error) co_return upstream_went_wrong(answer, x.client.watch, "waiting for the answer");
    from.end += got.bytes;
  }
}
}  // namespace

void upstream_answer::finish() noexcept {
  if (!connection_) return;
  if (head.keep_alive && head.framing != answer_framing::until_close) {
    pool_->give_back(std::move(connection_));
  } else {
    abandon();
  }
}

void upstream_answer::abandon() noexcept {
  if (connection_) pool_->drop(std::move(connection_));
}

asio::awaitable<result<std::unique_ptr<upstream_answer>>> forward(exchange& x,
                                                                  forward_order order) {
  upstream_pool& pool = x.client.thread.pool_of(*order.provider);
  auto acquired = co_await pool.acquire(x.client.watch, x.shared().seen);
  if (!acquired) co_return acquired.error();
  auto answer = std::make_unique<upstream_answer>(pool, std::move(*acquired));
  x.client.watch.watch_client(order.streaming ? &answer->connection().wire : nullptr);
  auto failed = co_await send(x, *answer, order);
  if (!failed) {
    order.owed->forwarded();
    failed = co_await read_head(x, *answer);
  }
  if (failed) {
    x.client.watch.unwatch_client();
    if (!x.client.watch.client_gone()) count_fault(x, *order.provider, *failed);
    co_return std::move(*failed);
  }
  answer->first_byte = wall_now();
  count_status(x, *order.provider, answer->head.status);
  co_return std::move(answer);
}

}  // namespace stint
