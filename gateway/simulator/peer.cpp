// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/peer.hpp"

#include <cerrno>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

namespace stint {

namespace asio = boost::asio;

// Shared with the pending wait, which may outlive the connection's coroutine by one turn of the
// loop.
struct simulated_peer::state {
  explicit state(asio::ip::tcp::socket& its_socket)
      : socket(&its_socket), timer(its_socket.get_executor()) {}
  asio::ip::tcp::socket* socket;  // null once the connection has ended
  asio::steady_timer timer;
  bool is_watched = false;
  bool is_gone = false;
};

simulated_peer::simulated_peer(asio::ip::tcp::socket& socket)
    : state_(std::make_shared<state>(socket)) {}

simulated_peer::~simulated_peer() {
  state_->socket = nullptr;
}

// The end of the peer makes its socket readable; so does a next request, which stays where it is.
void simulated_peer::await_readable(const std::shared_ptr<state>& shared) {
  shared->is_watched = true;
  shared->socket->async_wait(
      asio::ip::tcp::socket::wait_read, [shared](const boost::system::error_code& error) {
        shared->is_watched = false;
        if (error || shared->socket == nullptr) return;
        char byte = 0;
        const auto got = ::recv(shared->socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (got > 0) return;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
          await_readable(shared);
          return;
        }
        shared->is_gone = true;
        shared->timer.cancel();
      });
}

void simulated_peer::watch() {
  if (!state_->is_watched && !state_->is_gone) await_readable(state_);
}

bool simulated_peer::here() {
  if (state_->is_gone) return false;
  char byte = 0;
  const auto got = ::recv(state_->socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  state_->is_gone = got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  return !state_->is_gone;
}

asio::awaitable<bool> simulated_peer::pause(std::chrono::milliseconds how_long) {
  if (how_long.count() <= 0) co_return !state_->is_gone;
  watch();
  const auto shared = state_;
  if (!shared->is_gone) {
    shared->timer.expires_after(how_long);
    co_await shared->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return !shared->is_gone;
}

asio::awaitable<void> simulated_peer::wait_until_gone() {
  const std::chrono::milliseconds round = std::chrono::hours(1);
  bool is_here = true;
  while (is_here)
    is_here = co_await pause(round);
}

}  // namespace stint
