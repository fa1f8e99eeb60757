// Waiting for a coroutine in a test, under an overall deadline.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

namespace stint {

inline constexpr std::chrono::seconds run_to_end_patience{60};

// Runs `context` until `work` has ended, and no longer: what else it has to do goes on with the next
// call.
inline void run_to_end(boost::asio::io_context& context, boost::asio::awaitable<void> work) {
  bool done = false;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, std::move(work), [&](const std::exception_ptr& why) {
    failure = why;
    done = true;
  });
  const auto until = std::chrono::steady_clock::now() + run_to_end_patience;
  while (!done && std::chrono::steady_clock::now() < until) {
    context.restart();
    context.run_one_for(std::chrono::milliseconds(20));
  }
  BOOST_REQUIRE_MESSAGE(done, "it does not come to its end");
  if (failure) std::rethrow_exception(failure);
}

template <typename Answer>
[[nodiscard]] Answer run_to_end(boost::asio::io_context& context,
                                boost::asio::awaitable<Answer> work) {
  std::optional<Answer> got;
  auto kept = [&]() -> boost::asio::awaitable<void> { got.emplace(co_await std::move(work)); };
  run_to_end(context, kept());
  BOOST_REQUIRE(got.has_value());
  return std::move(*got);
}

}  // namespace stint
