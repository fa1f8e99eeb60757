// Tested by tests/gateway/call/relay/{stream,no_stream}_test.cpp and
// tests/end_to_end/{upstream_fault,disconnect,stream_hold}_test.py.
#include "gateway/call/relay/stream.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/hold/stream_hold.hpp"
#include "gateway/call/hold/weigh_report.hpp"
#include "gateway/call/relay/answer_head.hpp"
#include "gateway/call/relay/broken_answer.hpp"
#include "gateway/call/relay/hang_up.hpp"
#include "gateway/call/relay/told_tier.hpp"

namespace stint {

namespace {
// How often a running stream notes on the log what it has delivered.
constexpr std::chrono::seconds progress_every{1};

// How passing on came to its end.
struct pumped {
  body_progress progress = body_progress::more;
  bool cut = false;  // by us: a cap has no more room
};

// An answer or an error that was only labelled as a stream, and a stream of nothing but an error.
void read_no_stream(const dialect& speaks, const stream_meter& meter, call_end& ended) {
  ended.no_answer = meter.failed_at_once();
  if (const std::string plain = meter.plain_answer(); !ended.report && !plain.empty()) {
    ended.report = speaks.read_answer(plain, ended.implausible);
    ended.no_answer = !ended.report && speaks.nature_of(plain) == answer_nature::none;
    ended.unknown = !ended.report && !ended.no_answer;
  }
  if (ended.no_answer) ended.generated = false;
}

// A report while text still comes is of what was generated so far: of the prompt, and of so much
// output at least.
std::int64_t take_for_so_far(call_end& ended) {
  usage so_far = ended.report->used;
  const bool tells_input = ended.report->tells_input;
  ended.report.reset();
  const std::int64_t output = so_far.output_total();
  so_far.output_tokens = 0;
  so_far.reasoning_tokens = 0;
  so_far.audio_output_tokens = 0;
  if (tells_input) ended.input_report = so_far;
  return output;
}

class stream_relay {
 public:
  stream_relay(const relay_order& order, answer_source& from, answer_sink& to)
      : order_(order),
        from_(from),
        to_(to),
        client_(to.client()),
        hold_(order.settings.admission, order.call, order.held) {
    if (order.call == nullptr) return;
    const chat_request billing = order.call->billing();
    meter_ =
        order.speaks.meter_stream(order.call->provider->counted(order.call->base_model), billing);
  }

  [[nodiscard]] asio::awaitable<relayed> run();

 private:
  [[nodiscard]] asio::awaitable<bool> begin();
  [[nodiscard]] asio::awaitable<pumped> pump();
  [[nodiscard]] asio::awaitable<bool> keep_within_hold(bool is_ahead);
  [[nodiscard]] asio::awaitable<std::int64_t> count();
  [[nodiscard]] asio::awaitable<call_end> end_upstream(pumped how);
  [[nodiscard]] call_end outcome_of(pumped how) const;
  void watch();
  void note_delivered(monotonic::time_point now);
  [[nodiscard]] bool counts_quickly() const noexcept {
    return meter_->recount_bytes() <= order_.settings.limits.count_inline_bytes_max;
  }

  const relay_order& order_;
  answer_source& from_;
  answer_sink& to_;
  client_presence& client_;
  std::unique_ptr<stream_meter> meter_;  // null for a pass-through
  stream_hold hold_;
  monotonic::time_point noted_ = monotonic::now();
  bool head_waits_ = false;  // for the first part
  std::string unsent_;  // what came with the terminator, which is told once the call is settled
};

void stream_relay::watch() {
  client_.watch_client([this] {
    from_.half_close();
    from_.hurry(hang_up_patience);
  });
  // What the client does not take now is generated all the same.
  client_.watch_writes([this](monotonic::duration since) {
    if (meter_ && !hold_.follow_unseen(*meter_, since)) from_.half_close();
  });
}

asio::awaitable<bool> stream_relay::begin() {
  std::string fields = from_.facts().fields;
  add_budget_fields(order_.tightest, fields);
  if (order_.call != nullptr) add_limit_field(order_.call->output_limit_tokens, fields);
  head_waits_ = from_.has_unread();
  co_return co_await to_.begin_stream(from_.facts().status, fields, head_waits_);
}

asio::awaitable<std::int64_t> stream_relay::count() {
  std::int64_t counted = 0;
  auto work = [&] { counted = meter_->counted_output_tokens(); };
  if (counts_quickly()) {
    work();
  } else {
    co_await on_counting_pool(order_.counting, work);
  }
  co_return counted;
}

void stream_relay::note_delivered(monotonic::time_point now) {
  if (now - noted_ < progress_every) return;
  noted_ = now;
  order_.held.note_progress(
      counts_quickly() ? meter_->counted_output_tokens() : meter_->output_tokens_bound(),
      meter_->reported_input());
}

// `is_ahead`: the hold still is, by its margin. False: there is no more room, and the stream must be
// cut.
asio::awaitable<bool> stream_relay::keep_within_hold(bool is_ahead) {
  if (!is_ahead && !co_await hold_.secure()) co_return false;
  if (!hold_.may_pass_bound(*meter_)) co_return true;
  const std::int64_t counted = co_await count();
  if (!hold_.passes_bound(counted)) co_return true;
  co_return co_await hold_.go_past_bound(*meter_);
}

// Passes on what arrives until the stream ends, breaks, its hold has no more room, or the client
// goes.
asio::awaitable<pumped> stream_relay::pump() {
  std::string arrived;
  std::string passed;
  pumped how;
  while (how.progress == body_progress::more && !how.cut) {
    arrived.clear();
    how.progress = co_await from_.read_piece(arrived, from_.usual_patience());
    std::string* ready = &arrived;
    if (meter_) {
      passed.clear();
      meter_->consume(arrived, passed);
      ready = &passed;
      const auto now = monotonic::now();
      note_delivered(now);
      // The last piece, too, says how fast this provider delivers.
      const bool is_ahead = hold_.follow(*meter_, arrived.size(), now);
      if (how.progress == body_progress::more) how.cut = !co_await keep_within_hold(is_ahead);
    }
    // What arrived is on the provider's bill whether the client is still there or not: it is
    // metered first.
    if (client_.client_gone()) break;
    if (meter_ && meter_->complete() && !how.cut) {
      unsent_ += *ready;
      continue;
    }
    if (ready->empty() && !std::exchange(head_waits_, false)) continue;
    head_waits_ = false;
    if (!co_await to_.write_chunk(*ready, false)) break;
    how.cut = how.cut || hold_.stopped();
  }
  co_return how;
}

call_end stream_relay::outcome_of(pumped how) const {
  call_end ended;
  ended.status = from_.facts().status;
  ended.first_byte = from_.facts().first_byte;
  if (client_.client_gone()) {
    ended.outcome = call_outcome::client_gone;
  } else if (how.cut) {
    ended.outcome = call_outcome::cut;
  } else if (how.progress != body_progress::complete && (!meter_ || !meter_->complete())) {
    ended.outcome = call_outcome::upstream_gone;
  } else {
    ended.outcome =
        meter_ && meter_->saw_error() ? call_outcome::upstream_error : call_outcome::completed;
  }
  if (!meter_) return ended;
  ended.report = meter_->reported();
  ended.answer_id = meter_->answer_id();
  ended.input_report = meter_->reported_input();
  ended.side_work_seen = meter_->side_work_seen();
  ended.implausible = meter_->saw_implausible_usage();
  ended.generated = true;
  read_no_stream(order_.speaks, *meter_, ended);
  take_told_tier(order_.speaks, from_.facts().fields, ended.report);
  weigh_report(order_.prices, *order_.call, hold_.pace().total_bytes(), ended);
  return ended;
}

// Leaves the upstream and works out what it will bill.
asio::awaitable<call_end> stream_relay::end_upstream(pumped how) {
  bool all_seen = true;
  if (how.progress == body_progress::complete) {
    from_.finish();
  } else {
    if (how.progress == body_progress::more && meter_) {
      all_seen = co_await hang_up(from_, *meter_, client_);
    } else {
      const bool hung_up = client_.client_gone() || client_.cut();
      all_seen = hung_up && from_.closed();
    }
    from_.abandon();
    // That the connection was closed, too, says nothing of what was generated unseen, or goes on to
    // be behind it.
    if (meter_) all_seen = meter_->complete() || (all_seen && hold_.shows_when_it_stops());
  }
  call_end ended = outcome_of(how);
  if (!meter_) co_return ended;
  const bool is_running = !all_seen && ended.report && meter_->generating();
  const std::int64_t reported = is_running ? take_for_so_far(ended) : 0;
  if (!ended.report || hold_.wants_count()) {
    const std::int64_t counted = co_await count();
    ended.counted_output_tokens = std::max(counted, reported);
    if (all_seen) ended.compared_output_tokens = counted;
  }
  // An end without a report says nothing of reasoning that was never shown.
  const bool may_hide = ended.outcome == call_outcome::completed && hold_.hides_output();
  const bool is_unseen = (!all_seen || may_hide) && !ended.report && !ended.no_answer;
  ended.unknown = ended.unknown || is_unseen;
  if (is_unseen) ended.most_output_tokens = hold_.most_generated(ended.counted_output_tokens);
  ended.burst_bytes = hold_.pace().burst_bytes();
  ended.stream_bytes = hold_.pace().total_bytes();
  co_return ended;
}

asio::awaitable<relayed> stream_relay::run() {
  watch();
  pumped how;
  if (co_await begin()) how = co_await pump();
  client_.unwatch_client();
  relayed made;
  made.ended = co_await end_upstream(how);
  const call_outcome outcome = made.ended.outcome;
  if (outcome == call_outcome::client_gone) co_return made;
  stream_end last;
  last.cut = outcome == call_outcome::cut;
  if (outcome == call_outcome::upstream_gone) {
    count_break(order_.counts, from_.provider(), how.progress);
    to_.close_afterwards();
    // What is passed through has no error event: only the missing last chunk tells that it is cut.
    if (!meter_) co_return made;
    last.broken = broken_answer(from_.provider(), how.progress);
  }
  last.passed = std::move(unsent_);
  last.meter = std::move(meter_);
  made.unsent = std::move(last);
  co_return made;
}
}  // namespace

asio::awaitable<relayed> relay_stream(relay_order order, answer_source& from, answer_sink& to) {
  stream_relay running(order, from, to);
  co_return co_await running.run();
}

}  // namespace stint
