// The proxy's listener and its io threads: one io_context for each, each with its own SO_REUSEPORT acceptor, so that the kernel
// spreads connections and none ever changes thread. Started and stopped from one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "gateway/service/service.hpp"

namespace stint {

class server {
 public:
  // Listens at once, for at most `connections_max` clients at a time; throws std::runtime_error when the address cannot be had.
  server(service& shared, int thread_count, std::size_t connections_max);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void start();

  // Stops accepting, lets running calls finish for at most `patience`, then closes what is left (each call still settles),
  // and joins the threads. True: nothing had to be cut.
  bool drain(std::chrono::milliseconds patience);

 private:
  struct io_thread;
  class acceptance;
  void begin_to_accept(io_thread& on);
  void accept_again(io_thread& on);
  void run(io_thread& on);
  void serve(io_thread& on, boost::asio::ip::tcp::socket socket);
  void listen_on(io_thread& on, boost::asio::ip::tcp::endpoint at);
  [[nodiscard]] boost::asio::awaitable<void> accept_forever(io_thread& on);

  service& shared_;
  std::size_t connections_max_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<io_thread>> threads_;
  bool joined_ = true;
};

}  // namespace stint
