// Waiting in the simulated provider: a pause that ends at once when the peer goes away. Belongs to
// one connection.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace stint {

class simulated_peer {
 public:
  // The socket must live as long as this.
  explicit simulated_peer(boost::asio::ip::tcp::socket& socket);
  ~simulated_peer();
  simulated_peer(const simulated_peer&) = delete;
  simulated_peer& operator=(const simulated_peer&) = delete;

  // False when the peer has gone, or has said that it will send no more: clients that half-close
  // are taken to have lost interest.
  [[nodiscard]] bool here();
  // False when the peer went away before or meanwhile.
  [[nodiscard]] boost::asio::awaitable<bool> pause(std::chrono::milliseconds how_long);
  [[nodiscard]] boost::asio::awaitable<void> wait_until_gone();

 private:
  struct state;
  void watch();
  static void await_readable(const std::shared_ptr<state>& shared);

  std::shared_ptr<state> state_;
};

}  // namespace stint
