// A call whose worst case is held, and the duty to resolve that hold exactly once on every exit. The
// happy paths wait for settle(); an exit that nobody foresaw (an exception, a coroutine destroyed at
// shutdown) settles from the destructor without waiting. Belongs to the call's coroutine, on its io
// thread; knows nothing of sockets.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "gateway/call/hold/call_end.hpp"
#include "gateway/call/hold/late_count.hpp"
#include "gateway/call/hold/running_hold.hpp"
#include "gateway/call/request/examine.hpp"
#include "gateway/http/deadline_watch.hpp"
#include "gateway/service/service.hpp"

namespace stint {

// Where a call lives: the thread's loop, and its sweep.
struct call_home {
  boost::asio::io_context& context;
  deadline_watch& sweeps;
};

class held_call {
 public:
  // `call` is null for a pass-through; all outlive this.
  held_call(service& shared, call_home home, hold_request& held, const admission& admitted,
            examined_call* call, const dialect& speaks);
  ~held_call();
  held_call(const held_call&) = delete;
  held_call& operator=(const held_call&) = delete;

  // The request is on its way to the provider: a prompt that was not counted yet is counted from
  // now on.
  void forwarded();
  [[nodiscard]] bool was_forwarded() const noexcept { return forwarded_; }

  // Notes what a running stream has delivered, so that even a crash charges for it.
  void note_progress(std::int64_t output_tokens, const std::optional<usage>& input_report);

  [[nodiscard]] running_hold& hold() noexcept { return hold_; }
  // Asks for so much output to be held, when so much has been delivered.
  void ask(std::int64_t output_tokens, std::int64_t delivered_tokens);

  // Waits for the prompt's count where the bill depends on it, and until the settlement is on the
  // log.
  [[nodiscard]] boost::asio::awaitable<settled> settle(const call_end& ended);
  // Of the last settle().
  [[nodiscard]] nanodollars cost() const noexcept { return cost_; }
  [[nodiscard]] const usage& used() const noexcept { return used_; }

 private:
  void take_count();
  void give_back();
  [[nodiscard]] usage known_now() const noexcept;
  [[nodiscard]] settlement resolve(const call_end& ended);

  service& shared_;
  call_home home_;
  examined_call* call_;
  const dialect& speaks_;
  hold_request& held_;
  running_hold hold_;
  std::optional<usage> reported_input_;
  std::int64_t delivered_tokens_ = 0;  // of output, as last noted
  std::optional<late_count> count_;    // of a prompt that was held at its bound
  sweep_task giving_back_;
  nanodollars cost_;
  usage used_;
  bool forwarded_ = false;
  bool resolved_ = false;
};

}  // namespace stint
