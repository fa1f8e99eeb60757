// Tested by tests/end_to_end/upstream_fault_test.py and tests/end_to_end/disconnect_test.py.
#include "gateway/call/relay/relay.hpp"

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/relay/client_answer.hpp"
#include "gateway/call/relay/stream_relay.hpp"
#include "gateway/call/relay/upstream_body.hpp"

namespace stint {

namespace {
// Reading so much JSON takes a quarter of a millisecond.
constexpr std::size_t read_here_bytes_max = 512 * 1024;

asio::awaitable<void> read_usage(exchange& x, const examined_call* call, std::string_view body,
                                 int status, relay_outcome& ended) {
  if (call == nullptr) co_return;
  auto read = [&] { ended.report = x.speaks->read_answer(body, ended.implausible); };
  auto count = [&] {
    ended.counted_output_tokens =
        x.speaks->count_answer(body, call->provider->counted(call->base_model));
  };
  if (body.size() <= read_here_bytes_max) {
    read();
  } else {
    co_await on_counting_pool(x, read);
  }
  // An error without usage was not billed; a success without usage was, so it is counted here.
  ended.generated = status < 400;
  if (ended.report || !ended.generated) co_return;
  if (body.size() <= x.shared().settings.limits.count_inline_bytes_max) {
    count();
  } else {
    co_await on_counting_pool(x, count);
  }
}

// A stream was asked for and something else comes, which cannot be followed: it may be as long as
// the bound. A no cannot stop the provider any more, which has generated it all by now: what it
// bills is settled, and flagged over_hold.
asio::awaitable<void> hold_bound(owed_call& owed) {
  running_hold& hold = owed.hold();
  co_await hold.answered();
  if (hold.output_tokens() >= hold.bound_tokens()) co_return;
  owed.ask(hold.bound_tokens(), 0);
  co_await hold.answered();
}

asio::awaitable<relay_outcome> relay_whole(exchange& x, upstream_answer& from, owed_call& owed,
                                           relay_order order) {
  relay_outcome ended;
  ended.status = from.head.status;
  ended.first_byte = from.first_byte;
  if (order.call != nullptr && ended.status < 400) co_await hold_bound(owed);
  std::string fields;
  add_upstream_fields(from.head, fields);
  const std::size_t bytes_max = x.shared().settings.limits.answer_bytes_max;
  std::string body;
  body.reserve(
      static_cast<std::size_t>(std::min<std::uint64_t>(from.head.content_length, bytes_max)));
  answer_body source(x, from);
  body_progress progress = body_progress::more;
  while (progress == body_progress::more && body.size() <= bytes_max)
    progress = co_await source.read_piece(body);
  if (progress != body_progress::complete) {
    count_break(x, from, progress == body_progress::timed_out);
    x.client.watch.unwatch_client();
    from.abandon();
    ended.outcome =
        x.client.watch.client_gone() ? call_outcome::client_gone : call_outcome::upstream_gone;
    problem why = broken_answer(from, progress == body_progress::timed_out);
    ended.status = why.status;
    co_await read_usage(x, order.call, body, from.head.status, ended);
    co_await owed.settle(ended);
    co_await refuse(x, std::move(why));
    co_return ended;
  }
  x.client.watch.unwatch_client();
  from.finish();
  ended.outcome = ended.status < 400 ? call_outcome::completed : call_outcome::upstream_error;
  if (x.client.watch.client_gone()) ended.outcome = call_outcome::client_gone;
  co_await read_usage(x, order.call, body, ended.status, ended);
  const settled settled_call = co_await owed.settle(ended);
  if (order.call != nullptr && ended.status == 401) {
    // The key that was wrong is ours, not the client's.
    problem ours = make_problem(
        problem_kind::upstream_refused,
        "provider '" + from.provider().name + "' does not accept the gateway's credential");
    co_await refuse(x, std::move(ours));
    co_return ended;
  }
  x.out.clear();
  begin_head(x, ended.status, x.out);
  x.out += fields;
  add_limit_field(order.call, x.out);
  if (order.call != nullptr) add_cost_fields(owed, x.out);
  add_budget_fields(settled_call.tightest ? settled_call.tightest : *order.tightest, x.out);
  end_head_with_length(x, body.size(), x.out);
  co_await write_out(x, body);
  co_return ended;
}

}  // namespace

asio::awaitable<relay_outcome> relay(exchange& x, upstream_answer& from, owed_call& owed,
                                     relay_order order) {
  // Pass-throughs may be of any size and are never looked into, so they stream.
  const bool stream =
      order.call == nullptr || (order.call->request.stream && from.head.is_event_stream());
  if (stream && from.head.framing != answer_framing::none)
    co_return co_await relay_stream(x, from, owed, order);
  co_return co_await relay_whole(x, from, owed, order);
}

}  // namespace stint
