// Waiting for the ledger thread from a coroutine: the operation is queued, the coroutine sleeps, and the answer is posted
// back to its own io thread, which runs as long as a connection lives. A disk that hangs must not take the callers with it:
// a wait that the ledger does not answer in time ends with a default answer, and what the ledger says later is heard by
// nobody. Whoever waited for a hold must then give it back (reserve.cpp).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/intrusive/list.hpp>

#include "gateway/http/deadline_watch.hpp"

namespace stint {

// More than any disk takes that works: writes are answered in milliseconds, slow syncs in a second.
inline constexpr std::chrono::seconds ledger_patience{10};

// One wait, in the list of its io thread.
class pending_wait : public boost::intrusive::list_base_hook<
                         boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~pending_wait() = default;
  virtual void give_up() = 0;
  std::uint64_t until_sweep = 0;
};

// Those of the calling thread.
void begin_wait(pending_wait& wait, std::chrono::milliseconds patience);
// Ends the calling thread's waits that are over; at every sweep of its deadline_watch.
void end_late_waits();

template <typename Answer, typename Waiter>
class ledger_wait final : public pending_wait {
 public:
  using late_answer = Answer (*)();

  ledger_wait(boost::asio::io_context& home, Waiter who, late_answer if_late)
      : home_(home), waiter_(std::move(who)), if_late_(if_late) {}

  // On the ledger's thread. Where the wait is over already, `home` may be gone as well.
  static void answer(std::shared_ptr<ledger_wait> to, Answer told) {
    if (to->over_.exchange(true)) return;
    boost::asio::io_context& home = to->home_;
    boost::asio::post(home, [to = std::move(to), told = std::move(told)]() mutable {
      to->unlink();
      Waiter waiter = std::move(to->waiter_);
      to.reset();
      waiter(std::move(told));
    });
  }
  // On the io thread.
  void give_up() override {
    if (over_.exchange(true)) return;  // the answer is on its way
    boost::asio::post(home_, [waiter = std::move(waiter_), told = if_late_()]() mutable {
      waiter(std::move(told));
    });
  }

 private:
  boost::asio::io_context& home_;
  Waiter waiter_;
  late_answer if_late_;
  std::atomic<bool> over_{false};
};

// enqueue(completion) must call one of ledger_thread's operations with that completion; the wait ends with its argument,
// or after `patience` with what `if_late` says.
template <typename Answer, typename Enqueue>
boost::asio::awaitable<Answer> wait_for_ledger(boost::asio::io_context& home, Enqueue enqueue,
                                               std::chrono::milliseconds patience,
                                               Answer (*if_late)()) {
  auto initiate = [&home, patience, if_late](auto handler, Enqueue start) {
    using wait = ledger_wait<Answer, decltype(handler)>;
    auto mine = std::make_shared<wait>(home, std::move(handler), if_late);
    begin_wait(*mine, patience);
    start([mine = std::move(mine)](Answer answer) mutable {
      wait::answer(std::move(mine), std::move(answer));
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                                 void(Answer)>(initiate, boost::asio::use_awaitable,
                                                               std::move(enqueue));
}

}  // namespace stint
