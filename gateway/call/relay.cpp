// Tested by tests/end_to_end/upstream_fault_test.py and tests/end_to_end/disconnect_test.py.
#include "gateway/call/relay.hpp"

#include "gateway/call/answer.hpp"
#include "gateway/call/answer_body.hpp"
#include "gateway/call/counting_pool.hpp"

namespace stint {

namespace {
// How often a running stream notes on the log what it has delivered.
constexpr std::chrono::seconds progress_every{1};

problem broken_answer(const upstream_answer& from, bool timed_out) {
  const std::string name = "provider '" + from.provider().name + "' ";
  return timed_out ? make_problem(problem_kind::upstream_timeout,
                                  name + "stopped in the middle of its answer")
                   : make_problem(problem_kind::upstream_reset,
                                  name + "broke off in the middle of its answer");
}

void count_break(exchange& x, const upstream_answer& from, body_progress how) {
  x.shared().seen.upstream_failed(from.provider().name, how == body_progress::timed_out
                                                            ? upstream_fault::timeout
                                                            : upstream_fault::reset);
}

// Reading so much JSON takes a quarter of a millisecond.
constexpr std::size_t read_here_bytes_max = 512 * 1024;

asio::awaitable<void> read_usage(exchange& x, const examined_call* call, std::string_view body,
                                 int status, relay_outcome& ended) {
  if (call == nullptr) co_return;
  auto read = [&] { ended.report = x.speaks->read_answer(body, ended.implausible); };
  auto count = [&] {
    ended.counted_output_tokens = x.speaks->count_answer(body, call->base_model);
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

asio::awaitable<relay_outcome> relay_whole(exchange& x, upstream_answer& from, owed_call& owed,
                                           relay_order order) {
  relay_outcome ended;
  ended.status = from.head.status;
  ended.first_byte = from.first_byte;
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
    count_break(x, from, progress);
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
  if (order.call != nullptr) add_cost_fields(owed, x.out);
  add_budget_fields(settled_call.tightest ? settled_call.tightest : *order.tightest, x.out);
  end_head_with_length(x, body.size(), x.out);
  co_await write_out(x, body);
  co_return ended;
}

relay_outcome stream_outcome(const exchange& x, upstream_answer& from, stream_meter* meter,
                             body_progress progress) {
  relay_outcome ended;
  ended.status = from.head.status;
  ended.first_byte = from.first_byte;
  if (x.client.watch.client_gone()) {
    ended.outcome = call_outcome::client_gone;
  } else if (progress != body_progress::complete && (meter == nullptr || !meter->complete())) {
    ended.outcome = call_outcome::upstream_gone;
  } else {
    ended.outcome = meter != nullptr && meter->saw_error() ? call_outcome::upstream_error
                                                           : call_outcome::completed;
  }
  if (meter == nullptr) return ended;
  ended.report = meter->reported();
  ended.input_report = meter->reported_input();
  ended.implausible = meter->saw_implausible_usage();
  ended.generated = true;
  return ended;
}

asio::awaitable<void> count_stream(exchange& x, stream_meter& meter, relay_outcome& ended) {
  auto count = [&] { ended.counted_output_tokens = meter.counted_output_tokens(); };
  if (meter.recount_bytes() <= x.shared().settings.limits.count_inline_bytes_max) {
    count();
  } else {
    co_await on_counting_pool(x, count);
  }
}

void note_delivered(const exchange& x, stream_meter& meter, owed_call& owed) {
  const bool is_quick = meter.recount_bytes() <= x.shared().settings.limits.count_inline_bytes_max;
  owed.note_progress(is_quick ? meter.counted_output_tokens() : meter.output_tokens_bound(),
                     meter.reported_input());
}

// Passes on what arrives until the stream ends, breaks, or the client goes. `meter` is null for a
// pass-through.
asio::awaitable<body_progress> pump(exchange& x, upstream_answer& from, stream_meter* meter,
                                    owed_call& owed) {
  answer_body source(x, from);
  std::string arrived;
  std::string passed;
  auto noted = monotonic::now();
  body_progress progress = body_progress::more;
  while (progress == body_progress::more) {
    arrived.clear();
    progress = co_await source.read_piece(arrived);
    std::string* ready = &arrived;
    if (meter != nullptr) {
      passed.clear();
      meter->consume(arrived, passed);
      ready = &passed;
      const auto now = monotonic::now();
      if (now - noted >= progress_every) {
        note_delivered(x, *meter, owed);
        noted = now;
      }
    }
    // What arrived is on the provider's bill whether the client is still there or not: it is
    // metered first.
    if (x.client.watch.client_gone()) break;
    if (ready->empty()) continue;
    if (!co_await write_chunk(x, *ready, false)) break;
  }
  co_return progress;
}

asio::awaitable<relay_outcome> relay_stream(exchange& x, upstream_answer& from, owed_call& owed,
                                            relay_order order) {
  x.out.clear();
  begin_head(x, from.head.status, x.out);
  add_upstream_fields(from.head, x.out);
  add_budget_fields(*order.tightest, x.out);
  end_head_of_stream(x, x.out);
  std::unique_ptr<stream_meter> meter;
  if (order.call != nullptr) {
    const chat_request billing = order.call->billing();
    meter = x.speaks->meter_stream(order.call->base_model, billing);
  }
  body_progress progress = body_progress::broken;
  const bool begun = co_await write_out(x, std::string_view());
  if (begun) progress = co_await pump(x, from, meter.get(), owed);
  x.client.watch.unwatch_client();
  if (progress == body_progress::complete) {
    from.finish();
  } else {
    from.abandon();
  }
  relay_outcome ended = stream_outcome(x, from, meter.get(), progress);
  if (meter && !ended.report) co_await count_stream(x, *meter, ended);
  co_await owed.settle(ended);
  if (ended.outcome == call_outcome::client_gone) co_return ended;
  std::string tail;
  if (ended.outcome == call_outcome::upstream_gone) {
    count_break(x, from, progress);
    // An event that broke off stays behind: the error event would be glued to its half line and be
    // lost with it.
    if (meter != nullptr)
      tail = x.speaks->error_event(broken_answer(from, progress == body_progress::timed_out), x.id);
    x.keep_alive = false;
    // What is passed through has no error event: only the missing last chunk tells that it is cut.
    if (meter == nullptr) co_return ended;
  } else if (meter != nullptr) {
    meter->release(tail);
  }
  co_await write_chunk(x, tail, true);
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
