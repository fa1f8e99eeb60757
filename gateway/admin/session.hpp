// One connection to the admin listener: takes a request, has it answered by a worker, writes the
// answer, again until the client leaves. Lives on the admin thread.
#pragma once

#include <chrono>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "gateway/admin/api/services.hpp"
#include "gateway/config/config.hpp"

namespace stint {

// Owned by the admin server; outlives every session.
struct admin_desk {
  admin_services& services;
  const secret& token;
  boost::asio::io_context& home;
  boost::asio::thread_pool& workers;
};

// What a connection is at, for a listener that needs its place.
class admin_guest {
 public:
  using clock = std::chrono::steady_clock;
  // The whole of the next request has not come yet.
  void wait_for_request() noexcept {
    waiting_ = true;
    since_ = clock::now();
  }
  void is_served() noexcept {
    waiting_ = false;
    was_served_ = true;
  }
  [[nodiscard]] bool waiting() const noexcept { return waiting_; }
  // Of two that wait: who never asked for anything goes before who did, and who waits longer before
  // who waits less.
  [[nodiscard]] bool goes_before(const admin_guest& other) const noexcept {
    if (was_served_ != other.was_served_) return other.was_served_;
    return since_ < other.since_;
  }

 private:
  bool waiting_ = true;
  bool was_served_ = false;
  clock::time_point since_ = clock::now();
};

// Everything given outlives the session.
[[nodiscard]] boost::asio::awaitable<void> serve_admin_session(boost::beast::tcp_stream& stream,
                                                               admin_guest& guest,
                                                               admin_desk& desk);

// Checks the token where the route wants one, and runs the handler. Any thread; a handler that
// throws answers 500.
[[nodiscard]] admin_answer answer_admin_request(admin_request& request,
                                                std::string_view authorization, admin_desk& desk);

}  // namespace stint
