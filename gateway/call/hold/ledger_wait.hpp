// Waiting for the ledger thread from a coroutine: the operation is queued, the coroutine sleeps,
// and the answer is posted back to its own io thread, which runs as long as a connection lives.
#pragma once

#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stint {

// enqueue(completion) must call one of ledger_thread's operations with that completion; the wait
// ends with its argument.
template <typename Answer, typename Enqueue>
boost::asio::awaitable<Answer> wait_for_ledger(boost::asio::io_context& home, Enqueue enqueue) {
  auto initiate = [&home](auto handler, Enqueue start) {
    start([&home, waiter = std::move(handler)](Answer answer) mutable {
      boost::asio::post(home, [waiter = std::move(waiter), answer = std::move(answer)]() mutable {
        waiter(std::move(answer));
      });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
                                                 void(Answer)>(initiate, boost::asio::use_awaitable,
                                                               std::move(enqueue));
}

}  // namespace stint
