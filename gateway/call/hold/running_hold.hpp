// What a running call holds, and changing it: more as a stream's tokens arrive, less once a prompt
// that was held at its bound is counted. The ledger is asked without waiting for it; its answer
// comes to the call's io thread, where this belongs. An answer that comes after the call's end is
// dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "budgets/records/hold.hpp"
#include "budgets/writer/ledger_thread.hpp"

namespace stint {

class running_hold {
 public:
  // `held` as it was admitted. All outlive this; answers come to `home`.
  running_hold(ledger_thread& ledger, boost::asio::io_context& home, const hold_request& held,
               const admission& admitted) noexcept;
  ~running_hold();
  running_hold(const running_hold&) = delete;
  running_hold& operator=(const running_hold&) = delete;

  // In output tokens over all choices.
  [[nodiscard]] std::int64_t output_tokens() const noexcept { return output_tokens_; }
  [[nodiscard]] std::int64_t bound_tokens() const noexcept { return bound_tokens_; }
  // Nothing more is to be asked for, and nothing is being asked.
  [[nodiscard]] bool holds_bound() const noexcept {
    return !asking() && output_tokens_ >= bound_tokens_;
  }
  [[nodiscard]] const hold_request& admitted() const noexcept { return held_; }

  // The provider takes no notice of the bound: from now on what is asked for may pass it.
  void lift_bound() noexcept { bound_tokens_ = usage_count_max; }

  // The ledger has been asked and has not answered.
  [[nodiscard]] bool asking() const noexcept { return asked_ != nullptr; }
  // So often the answer was no since it was yes.
  [[nodiscard]] int refusals() const noexcept { return refusals_; }
  // Asks to hold so much output from now on, at most the bound, at the prompt as it is known by
  // then. `known` is what is certain already. Not while asking().
  void ask(std::int64_t output_tokens, const usage& known, nanodollars known_cost);
  // Waits for the answer, if one is under way. What the ledger has not answered in time is a no: its disk hangs.
  [[nodiscard]] boost::asio::awaitable<void> answered();

 private:
  struct question {
    running_hold* owner = nullptr;  // null once the call is over
  };
  void take(std::int64_t output_tokens, bool granted) noexcept;

  ledger_thread& ledger_;
  boost::asio::io_context& home_;
  const hold_request& held_;
  std::int64_t bound_tokens_;
  std::int64_t output_tokens_;
  std::shared_ptr<question> asked_;
  std::optional<boost::asio::steady_timer> wake_;  // cancelled to wake who waits
  int refusals_ = 0;
};

}  // namespace stint
