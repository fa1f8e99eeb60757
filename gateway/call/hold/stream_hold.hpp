// Keeps a stream's hold ahead of what has arrived.
//
// The provider is always a little ahead of what we have seen, and goes on until it notices that we
// have hung up. So the hold must be ahead by a margin: what arrived within any quarter of a second,
// of this stream or of its kind lately. When less than twice that and half a step is there, the
// ledger is asked for a step more, and the relay goes on meanwhile; after a no it is asked again,
// for less, because others end all the time. When the margin itself is touched and the ledger says
// no, the stream is cut. A provider that delivers all at once thereby holds its bound after the
// first calls. One that goes on beyond the client's bound is followed beyond it. While a
// client does not take what it gets, we do not see what comes, and the pace so far is taken to go
// on.
//
// Tokens are counted only as the hold comes near: before, the bytes that arrived bound them.
// Belongs to one relay.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/hold/arrival_pace.hpp"
#include "gateway/call/hold/held_call.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

class stream_hold {
 public:
  // `call` is null for a pass-through, which holds no output. All outlive this.
  stream_hold(const admission_config& how, const examined_call* call, held_call& held) noexcept;

  // To be called when `bytes` of the body have been consumed by `meter`. False: the margin is
  // touched, and nothing more may be read before secure() has said that there is room.
  [[nodiscard]] bool follow(stream_meter& meter, std::size_t bytes, monotonic::time_point now);
  // To be called while nothing is read because the client has been slow for `since`. False: the
  // margin is touched and the ledger says no, so the provider must be stopped at once.
  [[nodiscard]] bool follow_unseen(stream_meter& meter, monotonic::duration since);
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }  // it said so
  // The whole bound is held, nothing more can be asked for, and what arrived is long enough to be
  // above it: it must be counted, for a provider need not keep a bound.
  [[nodiscard]] bool may_pass_bound(const stream_meter& meter) const noexcept;
  // `counted` is the meter's count. True: more than the bound for certain. What our count only
  // estimates above the public vocabulary's is left out: a provider that keeps the bound is not cut
  // short of it.
  [[nodiscard]] bool passes_bound(std::int64_t counted) noexcept;
  // Of a stream that does: goes on as long as the caps have room, as some providers have a least
  // length or bound only what they show. False: they have none, or it was we who set the bound, so
  // the stream must be cut.
  [[nodiscard]] boost::asio::awaitable<bool> go_past_bound(stream_meter& meter);
  // Waits for the ledger. False: there is no room, and the stream must be cut.
  [[nodiscard]] boost::asio::awaitable<bool> secure();

  // What the provider may have generated when `counted` tokens arrived and its end was not seen.
  [[nodiscard]] std::int64_t most_generated(std::int64_t counted) const noexcept;
  // Some of what is generated may never be seen in the stream.
  [[nodiscard]] bool hides_output() const noexcept;
  // What its provider generated when it closed the connection was seen, all of it.
  [[nodiscard]] bool shows_when_it_stops() const noexcept;
  // The learner would like to compare our count with the provider's.
  [[nodiscard]] bool wants_count() const noexcept;
  [[nodiscard]] const arrival_pace& pace() const noexcept { return pace_; }

 private:
  // Below it the stream is cut; below the other the ledger is asked.
  [[nodiscard]] std::int64_t margin() const noexcept;
  [[nodiscard]] std::int64_t wanted_margin() const noexcept;
  [[nodiscard]] std::int64_t step() const noexcept;
  [[nodiscard]] std::int64_t billed(std::int64_t counted) const noexcept;
  [[nodiscard]] std::int64_t burst() const noexcept;
  void count(stream_meter& meter);
  void keep_ahead();

  const admission_config& how_;
  const examined_call* call_;
  held_call& held_;
  arrival_pace pace_;
  // Tokens for certain, and the bytes that had arrived, when they were last counted.
  std::int64_t counted_tokens_ = 0;
  std::int64_t counted_bytes_ = 0;
  std::int64_t arrived_ = 0;   // the same tokens, or more while we cannot see
  std::int64_t asked_at_ = 0;  // arrived_ when the ledger was last asked
  std::int64_t checked_ = 0;   // the count that passes_bound() last saw
  bool stopped_ = false;
};

}  // namespace stint
