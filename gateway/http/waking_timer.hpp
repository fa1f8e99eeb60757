// Something to wait on until a deadline, or until whoever knows better wakes it. Belongs to one io thread; shared by the
// coroutine that waits and those that may wake it.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/http/client_presence.hpp"
#include "gateway/http/transport.hpp"

namespace stint {

class waking_timer {
 public:
  explicit waking_timer(asio::io_context& context) : timer_(context) {}

  void wake() {
    woken_ = true;
    timer_.cancel();
  }
  // Over at once where it was woken before.
  [[nodiscard]] asio::awaitable<void> wait(monotonic::time_point until) {
    if (woken_) co_return;
    timer_.expires_at(until);
    (void)co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }

 private:
  asio::steady_timer timer_;
  bool woken_ = false;
};

}  // namespace stint
