// Tested by tests/end_to_end/{upstream_fault,disconnect,stream_hold}_test.py.
#include "gateway/call/relay/stream_relay.hpp"

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/hold/stream_hold.hpp"
#include "gateway/call/relay/client_answer.hpp"
#include "gateway/call/relay/hang_up.hpp"
#include "gateway/call/relay/upstream_body.hpp"

namespace stint {

problem broken_answer(const upstream_answer& from, bool timed_out) {
  const std::string name = "provider '" + from.provider().name + "' ";
  return timed_out ? make_problem(problem_kind::upstream_timeout,
                                  name + "stopped in the middle of its answer")
                   : make_problem(problem_kind::upstream_reset,
                                  name + "broke off in the middle of its answer");
}

void count_break(exchange& x, const upstream_answer& from, bool timed_out) {
  x.shared().seen.upstream_failed(from.provider().name,
                                  timed_out ? upstream_fault::timeout : upstream_fault::reset);
}

namespace {
// How often a running stream notes on the log what it has delivered.
constexpr std::chrono::seconds progress_every{1};

// How passing on came to its end.
struct pumped {
  body_progress progress = body_progress::broken;
  bool cut = false;  // by us: a cap has no more room
};

relay_outcome stream_outcome(const exchange& x, upstream_answer& from, stream_meter* meter,
                             pumped how) {
  relay_outcome ended;
  ended.status = from.head.status;
  ended.first_byte = from.first_byte;
  if (x.client.watch.client_gone()) {
    ended.outcome = call_outcome::client_gone;
  } else if (how.cut) {
    ended.outcome = call_outcome::cut;
  } else if (how.progress != body_progress::complete && (meter == nullptr || !meter->complete())) {
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

asio::awaitable<std::int64_t> count_stream(exchange& x, stream_meter& meter) {
  std::int64_t counted = 0;
  auto count = [&] { counted = meter.counted_output_tokens(); };
  if (meter.recount_bytes() <= x.shared().settings.limits.count_inline_bytes_max) {
    count();
  } else {
    co_await on_counting_pool(x, count);
  }
  co_return counted;
}

void note_delivered(const exchange& x, stream_meter& meter, owed_call& owed) {
  const bool is_quick = meter.recount_bytes() <= x.shared().settings.limits.count_inline_bytes_max;
  owed.note_progress(is_quick ? meter.counted_output_tokens() : meter.output_tokens_bound(),
                     meter.reported_input());
}

// Passes on what arrives until the stream ends, breaks, its hold has no more room, or the client
// goes. `meter` is null for a pass-through.
asio::awaitable<pumped> pump(exchange& x, answer_body& source, stream_meter* meter, owed_call& owed,
                             stream_hold& hold) {
  std::string arrived;
  std::string passed;
  auto noted = monotonic::now();
  pumped how;
  how.progress = body_progress::more;
  while (how.progress == body_progress::more && !how.cut) {
    arrived.clear();
    how.progress = co_await source.read_piece(arrived);
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
      if (!hold.follow(*meter, arrived.size(), now) && how.progress == body_progress::more)
        how.cut = !co_await hold.secure();
      if (!how.cut && how.progress == body_progress::more && hold.may_pass_bound(*meter)) {
        const std::int64_t counted = co_await count_stream(x, *meter);
        how.cut = hold.passes_bound(counted);
      }
    }
    // What arrived is on the provider's bill whether the client is still there or not: it is
    // metered first.
    if (x.client.watch.client_gone()) break;
    if (ready->empty()) continue;
    if (!co_await write_chunk(x, *ready, false)) break;
    how.cut = how.cut || hold.stopped();
  }
  co_return how;
}

// Leaves the upstream and works out what it will bill. `meter` is null for a pass-through.
asio::awaitable<relay_outcome> end_upstream(exchange& x, upstream_answer& from, answer_body& source,
                                            stream_meter* meter, stream_hold& hold, pumped how) {
  bool all_seen = true;
  if (how.progress == body_progress::complete) {
    from.finish();
  } else {
    if (how.progress == body_progress::more && meter != nullptr) {
      all_seen = co_await hang_up(x, from, source, *meter);
    } else if (x.client.watch.client_gone() || x.client.watch.cut()) {
      all_seen = source.closed();
    }
    from.abandon();
  }
  relay_outcome ended = stream_outcome(x, from, meter, how);
  if (meter == nullptr) co_return ended;
  if (!ended.report || hold.wants_count()) {
    const std::int64_t counted = co_await count_stream(x, *meter);
    ended.counted_output_tokens = all_seen ? counted : hold.most_generated(counted);
    if (all_seen) ended.compared_output_tokens = counted;
  }
  ended.burst_bytes = hold.pace().burst_bytes();
  ended.stream_bytes = hold.pace().total_bytes();
  co_return ended;
}

std::string tail_of(exchange& x, upstream_answer& from, stream_meter* meter, const owed_call& owed,
                    call_outcome outcome, bool timed_out) {
  std::string tail;
  if (outcome == call_outcome::upstream_gone) {
    count_break(x, from, timed_out);
    // An event that broke off stays behind: the error event would be glued to its half line and be
    // lost with it.
    if (meter != nullptr) tail = x.speaks->error_event(broken_answer(from, timed_out), x.id);
    x.keep_alive = false;
  } else if (outcome == call_outcome::cut) {
    meter->end_early(owed.used(), tail);
  } else if (meter != nullptr) {
    meter->release(tail);
  }
  return tail;
}
}  // namespace

asio::awaitable<relay_outcome> relay_stream(exchange& x, upstream_answer& from, owed_call& owed,
                                            relay_order order) {
  x.out.clear();
  begin_head(x, from.head.status, x.out);
  add_upstream_fields(from.head, x.out);
  add_budget_fields(*order.tightest, x.out);
  add_limit_field(order.call, x.out);
  end_head_of_stream(x, x.out);
  std::unique_ptr<stream_meter> meter;
  if (order.call != nullptr) {
    const chat_request billing = order.call->billing();
    meter = x.speaks->meter_stream(order.call->provider->counted(order.call->base_model), billing);
  }
  stream_hold hold(x.shared().settings.admission, order.call, owed);
  answer_body source(x, from);
  transport& wire = from.connection().wire;
  x.client.watch.watch_client([&x, &wire] {
    wire.shutdown_send();
    x.client.watch.hurry(wire, hang_up_patience);
  });
  // What the client does not take now is generated all the same.
  x.client.watch.watch_writes([hold = &hold, &meter, &wire](monotonic::duration since) {
    if (meter && !hold->follow_unseen(*meter, since)) wire.shutdown_send();
  });
  pumped how;
  how.progress = body_progress::more;
  const bool begun = co_await write_out(x, std::string_view());
  if (begun) how = co_await pump(x, source, meter.get(), owed, hold);
  x.client.watch.unwatch_client();
  const relay_outcome ended = co_await end_upstream(x, from, source, meter.get(), hold, how);
  co_await owed.settle(ended);
  if (ended.outcome == call_outcome::client_gone) co_return ended;
  const std::string tail =
      tail_of(x, from, meter.get(), owed, ended.outcome, how.progress == body_progress::timed_out);
  // What is passed through has no error event: only the missing last chunk tells that it is cut.
  if (meter == nullptr && ended.outcome == call_outcome::upstream_gone) co_return ended;
  co_await write_chunk(x, tail, true);
  co_return ended;
}

}  // namespace stint
