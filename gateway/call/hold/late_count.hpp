// The count of a prompt whose call was admitted by its byte bound: made once the request is on its
// way, while the provider is thinking. A short text is counted where it is asked for, a long one on
// the counting pool; nobody waits for it before its figure is needed. Belongs to one call, on its
// io thread. The pool's job shares only the parsed request, so that it may outlive the call.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/call/request/examine.hpp"
#include "gateway/metrics/metrics.hpp"

namespace stint {

// Where and how it is made.
struct late_counting {
  boost::asio::thread_pool& pool;
  std::size_t inline_bytes_max = 0;  // a text of so many is counted where it is asked for
  metrics& counts;
};

class late_count {
 public:
  // `call` is not counted yet. `counted` is called when it is, on `home`.
  late_count(late_counting how, boost::asio::io_context& home, examined_call& call,
             std::function<void()> counted);
  // A count that is not needed any more is not made.
  ~late_count();
  late_count(const late_count&) = delete;
  late_count& operator=(const late_count&) = delete;

  void begin();
  // Begins, and waits until it is done.
  [[nodiscard]] boost::asio::awaitable<void> finish();

 private:
  struct job;
  void take(std::optional<tokenizer::prompt_tokens> prompt);

  late_counting how_;
  boost::asio::io_context& home_;
  examined_call& call_;
  std::function<void()> counted_;
  std::shared_ptr<job> job_;
  std::optional<boost::asio::steady_timer> wake_;  // never expires; cancelled to wake who waits
  bool done_ = false;
};

}  // namespace stint
