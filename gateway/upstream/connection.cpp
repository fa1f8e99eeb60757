// Tested by tests/gateway/upstream/connection_test.cpp and
// tests/end_to_end/{tls,upstream_fault}_test.py.
#include "gateway/upstream/connection.hpp"

#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stint {

// Keeps the connection, whose buffer is being read into, until the read has ended.
class upstream_connection::ahead_handler {
 public:
  explicit ahead_handler(upstream_connection_ptr of) noexcept : of_(std::move(of)) {}
  ahead_handler(ahead_handler&&) noexcept = default;
  ahead_handler& operator=(ahead_handler&&) = delete;
  // Not called, because the loop ends: who waited never goes on, and may own the connection.
  ~ahead_handler() {
    if (of_) of_->waiter_ = nullptr;
  }
  void operator()(const error_code& error, std::size_t bytes) {
    const upstream_connection_ptr of = std::move(of_);
    of->end_ahead(error, bytes);
  }

 private:
  upstream_connection_ptr of_;
};

void upstream_connection::watch_idle() {
  begin = end = 0;
  was_used = true;
  idle_since = monotonic::now();
  ahead_ = reading::under_way;
  wire.async_read_some(asio::buffer(buffer.get(), buffer_bytes), ahead_handler(this));
}

void upstream_connection::end_ahead(const error_code& error, std::size_t bytes) {
  ahead_ = reading::ended;
  came_ = io_outcome(error, bytes);
  if (waiter_) std::exchange(waiter_, nullptr)();
}

asio::awaitable<io_outcome> upstream_connection::read_more() {
  if (begin == end) begin = end = 0;
  if (ahead_ == reading::none) {
    const auto space = asio::buffer(buffer.get() + end, buffer_bytes - end);
    const io_outcome got = co_await wire.read_some(space);
    end += got.bytes;
    co_return got;
  }
  if (ahead_ == reading::under_way) {
    // Not assigned: in Boost 1.81 that calls itself without end.
    auto wait = [this](auto resume) { waiter(std::move(resume)).swap(waiter_); };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(wait, asio::use_awaitable);
  }
  ahead_ = reading::none;
  end += came_.bytes;
  co_return came_;
}

}  // namespace stint
