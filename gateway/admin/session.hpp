// One connection to the admin listener: takes a request, has it answered by a worker, writes the
// answer, again until the client leaves. Lives on the admin thread.
#pragma once

#include <chrono>
#include <cstdint>

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
  void wait_for_request() noexcept { keep_waiting(was_served_ ? wait::for_more : wait::for_first); }
  // An answer is on its way out, which a client that does not read can hold up.
  void wait_for_reader() noexcept { keep_waiting(wait::for_reader); }
  void is_served() noexcept {
    at_ = wait::for_nothing;
    was_served_ = true;
  }
  [[nodiscard]] bool waiting() const noexcept { return at_ != wait::for_nothing; }
  // Of two that wait: who never asked for anything goes before who did, and that one before whose answer is
  // still going out; and who waits longer before who waits less.
  [[nodiscard]] bool goes_before(const admin_guest& other) const noexcept {
    if (at_ != other.at_) return at_ < other.at_;
    return since_ < other.since_;
  }

 private:
  enum class wait : std::uint8_t { for_first, for_more, for_reader, for_nothing };

  void keep_waiting(wait what) noexcept {
    at_ = what;
    since_ = clock::now();
  }

  wait at_ = wait::for_first;
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
