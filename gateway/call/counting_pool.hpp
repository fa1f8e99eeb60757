// Long work on text leaves the io thread: the coroutine sleeps, the counting pool works, and the
// coroutine goes on on its own thread with the answer.
#pragma once

#include <type_traits>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stint {

// `work` is a named function object of the caller, which waits here: it outlives the work. What it
// refers to is the pool's until this returns. Connections are never destroyed while they wait: a
// shutdown drains them first.
template <typename Work>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Work&>> on_counting_pool(
    boost::asio::thread_pool& pool, Work& work) {
  auto there = [&work]() -> boost::asio::awaitable<std::invoke_result_t<Work&>> {
    co_return work();
  };
  co_return co_await boost::asio::co_spawn(pool.get_executor(), there, boost::asio::use_awaitable);
}

}  // namespace stint
