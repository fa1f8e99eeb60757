// Tested by tests/gateway/call/hold/stream_hold_test.cpp and tests/end_to_end/stream_hold_test.py.
#include "gateway/call/hold/stream_hold.hpp"

#include <algorithm>
#include <chrono>

#include "gateway/call/hold/running_hold.hpp"
#include "gateway/call/hold/stream_steps.hpp"

namespace stint {

namespace {
// When a cap has little left, what is left is asked for in steps like this.
constexpr std::int64_t step_least = 16;
// Text without an end of a word is counted anew with every piece; from here on its bytes must do.
constexpr std::size_t recounted_bytes_max = 16 * 1024;
constexpr std::size_t recounted_share = 4;
constexpr std::chrono::milliseconds burst_time{250};
}  // namespace

stream_hold::stream_hold(const admission_config& how, const examined_call* call,
                         held_call& held) noexcept
    : how_(how), call_(call), held_(held) {}

std::int64_t stream_hold::billed(std::int64_t counted) const noexcept {
  return (counted * call_->expected.reported_permille + 999) / 1'000;
}

std::int64_t stream_hold::burst() const noexcept {
  const std::int64_t usual = call_->expected.burst_tokens * call_->request.choices;
  if (counted_bytes_ == 0) return usual;
  // A rate of tokens to bytes of one token says little.
  const std::int64_t tokens = std::max<std::int64_t>(counted_tokens_, 1);
  return std::max(usual, (pace_.burst_bytes() * tokens + counted_bytes_ - 1) / counted_bytes_);
}

std::int64_t stream_hold::margin() const noexcept {
  return std::max(how_.stream_margin_tokens, burst());
}

std::int64_t stream_hold::wanted_margin() const noexcept {
  return std::max(how_.stream_margin_tokens, stream_steps::wanted_bursts * burst());
}

std::int64_t stream_hold::step() const noexcept {
  const running_hold& hold = held_.hold();
  const std::int64_t usual =
      std::max(stream_steps::usual_tokens_min, hold.output_tokens() / stream_steps::share);
  return std::max(step_least, usual >> std::min(hold.refusals(), 8));
}

bool stream_hold::follow(stream_meter& meter, std::size_t bytes, monotonic::time_point now) {
  pace_.add(bytes, now);
  if (call_ == nullptr) return true;
  const running_hold& hold = held_.hold();
  const std::int64_t held = hold.output_tokens();
  if (held >= hold.bound_tokens()) return true;
  if (billed(meter.output_tokens_bound()) + wanted_margin() + step() / 2 <= held) return true;
  count(meter);
  if (!meter.generating()) return true;
  keep_ahead();
  return arrived_ + margin() < held;
}

bool stream_hold::follow_unseen(stream_meter& meter, monotonic::duration since) {
  if (call_ == nullptr) return true;
  const running_hold& hold = held_.hold();
  if (hold.output_tokens() >= hold.bound_tokens()) return true;
  count(meter);
  if (!meter.generating()) return true;
  arrived_ += burst() * (since / burst_time + 1);
  keep_ahead();
  stopped_ = stopped_ || (!hold.asking() && arrived_ + margin() >= hold.output_tokens());
  return !stopped_;
}

void stream_hold::count(stream_meter& meter) {
  const bool is_quick = meter.recount_bytes() <= recounted_bytes_max;
  counted_tokens_ = billed(is_quick ? meter.counted_output_tokens() : meter.output_tokens_bound());
  counted_bytes_ = pace_.total_bytes();
  arrived_ = counted_tokens_;
}

void stream_hold::keep_ahead() {
  const running_hold& hold = held_.hold();
  const std::int64_t held = hold.output_tokens();
  const std::int64_t wanted = arrived_ + wanted_margin();
  const bool was_refused = hold.refusals() > 0;
  const bool is_time = !was_refused || arrived_ >= asked_at_ + step() / 2;
  if (hold.asking() || !is_time || wanted + step() / 2 <= held) return;
  asked_at_ = arrived_;
  held_.ask((was_refused ? held : std::max(held, wanted)) + step(), counted_tokens_);
}

bool stream_hold::may_pass_bound(const stream_meter& meter) const noexcept {
  if (call_ == nullptr || !meter.generating()) return false;
  const running_hold& hold = held_.hold();
  const std::int64_t at_most = meter.output_tokens_bound();
  if (hold.output_tokens() < hold.bound_tokens() || at_most <= hold.bound_tokens()) return false;
  // Text that is counted anew each time is counted only when a good part of it is new.
  const std::size_t anew = meter.recount_bytes();
  return anew <= recounted_bytes_max ||
         at_most - checked_ >= static_cast<std::int64_t>(anew / recounted_share);
}

bool stream_hold::passes_bound(std::int64_t counted) noexcept {
  checked_ = counted;
  const counted_model model = call_->provider->counted(call_->base_model);
  const std::int64_t factor = std::max<std::int64_t>(model.encoding().factor_permille, 1'000);
  return counted * 1'000 / factor > held_.hold().bound_tokens();
}

boost::asio::awaitable<bool> stream_hold::go_past_bound(stream_meter& meter) {
  if (call_->output_limit_tokens > 0) co_return false;
  running_hold& hold = held_.hold();
  co_await hold.answered();
  hold.lift_bound();
  count(meter);
  co_return co_await secure();
}

boost::asio::awaitable<bool> stream_hold::secure() {
  running_hold& hold = held_.hold();
  const auto is_ahead = [&] {
    return arrived_ + margin() < hold.output_tokens() ||
           hold.output_tokens() >= hold.bound_tokens();
  };
  co_await hold.answered();
  if (is_ahead()) co_return true;
  // The last try: the least that keeps the stream going.
  held_.ask(arrived_ + margin() + step_least, counted_tokens_);
  co_await hold.answered();
  co_return is_ahead();
}

std::int64_t stream_hold::most_generated(std::int64_t counted) const noexcept {
  return held_.most_generated(billed(counted), wanted_margin());
}

bool stream_hold::hides_output() const noexcept {
  return call_ != nullptr && (call_->request.hides_output || call_->expected.hides_output);
}

bool stream_hold::shows_when_it_stops() const noexcept {
  return !hides_output() &&
         (call_ == nullptr || call_->provider->on_hang_up == hang_up_policy::stops);
}

bool stream_hold::wants_count() const noexcept {
  return call_ != nullptr && call_->expected.wants_count;
}

}  // namespace stint
