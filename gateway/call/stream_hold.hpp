// Keeps a stream's hold ahead of what has arrived.
//
// The provider is always a little ahead of what we have seen, and goes on until it notices that we
// have hung up. So the hold must be ahead by a margin: twice what arrived within any quarter of a
// second, of this stream or of its kind lately. When half a step more than that is no longer there,
// the ledger is asked for a step more, and the relay goes on meanwhile. When the margin itself is
// touched and the ledger says no, the stream is cut. A provider that delivers all at once thereby
// holds its bound after the first calls.
//
// Tokens are counted only as the hold comes near: before, the bytes that arrived bound them.
// Belongs to one relay.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "gateway/call/arrival_pace.hpp"
#include "gateway/call/examine.hpp"
#include "gateway/call/settlement.hpp"
#include "gateway/provider/dialect.hpp"

namespace stint {

// What a stream of `tokens` in each choice holds if it is never to be extended.
[[nodiscard]] std::int64_t followed_hold(const admission_config& how,
                                         const output_prediction& expected, std::int64_t tokens,
                                         std::int64_t choices) noexcept;

class stream_hold {
 public:
  // `call` is null for a pass-through, which holds no output. All outlive this.
  stream_hold(const admission_config& how, const examined_call* call, owed_call& owed) noexcept;

  // To be called when `bytes` of the body have been consumed by `meter`. False: the margin is
  // touched, and nothing more may be read before secure() has said that there is room.
  [[nodiscard]] bool follow(stream_meter& meter, std::size_t bytes, monotonic::time_point now);
  // Waits for the ledger. False: there is no room, and the stream must be cut.
  [[nodiscard]] asio::awaitable<bool> secure();

  // What the provider may have generated when `counted` tokens arrived and it did not end by
  // itself: no more than is held.
  [[nodiscard]] std::int64_t most_generated(std::int64_t counted) const noexcept;
  // The learner would like to compare our count with the provider's.
  [[nodiscard]] bool wants_count() const noexcept;
  [[nodiscard]] const arrival_pace& pace() const noexcept { return pace_; }

 private:
  [[nodiscard]] std::int64_t margin() const noexcept;
  [[nodiscard]] std::int64_t step() const noexcept;
  [[nodiscard]] std::int64_t billed(std::int64_t counted) const noexcept;

  const admission_config& how_;
  const examined_call* call_;
  owed_call& owed_;
  arrival_pace pace_;
  std::int64_t arrived_ = 0;        // tokens, when they were last counted
  std::int64_t counted_bytes_ = 0;  // that had arrived then
  std::int64_t asked_at_ = 0;       // tokens that had arrived when the ledger was last asked
};

}  // namespace stint
