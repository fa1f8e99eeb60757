// What a held call owes, and the duty to resolve it exactly once on every exit. The happy paths
// wait for settle(); an exit that nobody foresaw (an exception, a coroutine destroyed at shutdown)
// settles from the destructor without waiting.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "gateway/call/exchange.hpp"
#include "gateway/call/hold/late_count.hpp"
#include "gateway/call/hold/running_hold.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/dialect/parts/dialect.hpp"

namespace stint {

// How forwarding and relaying ended, as far as the bill goes.
struct relay_outcome {
  call_outcome outcome = call_outcome::upstream_gone;
  int status = 0;                      // that the client got
  std::optional<usage_report> report;  // the provider's own figures
  std::optional<usage> input_report;   // the provider's figures for the prompt alone
  bool implausible = false;            // there was a report, and it cannot be true
  bool generated = false;  // the provider began to answer: without a report, our count is charged
  std::int64_t counted_output_tokens = 0;
  // For the learner: our count of all that was generated, and how fast the bytes of it came.
  std::optional<std::int64_t> compared_output_tokens;
  std::int64_t burst_bytes = 0;
  std::int64_t stream_bytes = 0;  // 0: not a stream
  wall_time first_byte{};
};

class owed_call {
 public:
  // `call` is null for a pass-through; it, `x` and `held` outlive this.
  owed_call(exchange& x, hold_request& held, const admission& admitted, examined_call* call);
  ~owed_call();
  owed_call(const owed_call&) = delete;
  owed_call& operator=(const owed_call&) = delete;

  // The request is on its way to the provider: a prompt that was not counted yet is counted from
  // now on.
  void forwarded();
  [[nodiscard]] bool was_forwarded() const noexcept { return forwarded_; }

  // Notes what a running stream has delivered, so that even a crash charges for it.
  void note_progress(std::int64_t output_tokens, const std::optional<usage>& input_report);

  [[nodiscard]] running_hold& hold() noexcept { return hold_; }
  // Asks for so much output to be held, when so much has been delivered.
  void ask(std::int64_t output_tokens, std::int64_t delivered_tokens);

  // Waits for the prompt's count where the bill depends on it.
  [[nodiscard]] asio::awaitable<settled> settle(const relay_outcome& ended);
  // Of the last settle().
  [[nodiscard]] nanodollars cost() const noexcept { return cost_; }
  [[nodiscard]] const usage& used() const noexcept { return used_; }

 private:
  void take_count();
  void note_known();
  void give_back();
  [[nodiscard]] usage known_now() const noexcept;
  [[nodiscard]] nanodollars cost_now(const usage& known) const noexcept;
  [[nodiscard]] settlement resolve(const relay_outcome& ended);
  [[nodiscard]] const price* served_rates(const relay_outcome& ended) const;

  exchange& x_;
  examined_call* call_;
  hold_request& held_;
  running_hold hold_;
  std::optional<usage> reported_input_;
  std::int64_t delivered_tokens_ = 0;  // of output, as last noted
  std::optional<late_count> count_;    // of a prompt that was held at its bound
  service_tier tier_ = service_tier::standard;
  nanodollars cost_;
  usage used_;
  bool forwarded_ = false;
  bool resolved_ = false;
};

}  // namespace stint
