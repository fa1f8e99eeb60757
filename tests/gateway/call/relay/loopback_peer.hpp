// The far end of a loopback connection, driven by hand while one thread runs both ends: what it reads
// and writes never blocks, and every wait has an overall deadline.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/http/transport.hpp"

namespace stint {

inline void let_run(asio::io_context& context) {
  context.restart();
  context.run_one_for(std::chrono::milliseconds(2));
}

class loopback_peer {
 public:
  explicit loopback_peer(asio::io_context& context) : context_(context), socket_(context) {}
  loopback_peer(asio::io_context& context, asio::ip::tcp::socket socket)
      : context_(context), socket_(std::move(socket)) {
    socket_.non_blocking(true);
  }

  void connect(const asio::ip::tcp::endpoint& to) {
    socket_.connect(to);
    socket_.non_blocking(true);
  }
  // What fits; false: nobody takes it any more.
  bool send(std::string_view bytes) {
    error_code error;
    while (!bytes.empty() && !error) {
      bytes.remove_prefix(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error));
      if (error == asio::error::would_block) {
        error.clear();
        let_run(context_);
      }
    }
    return !error;
  }
  // Goes on until `received` has as much, or the other side has ended.
  std::string& receive(std::size_t bytes) {
    return receive_until([this, bytes] { return received.size() >= bytes; });
  }
  std::string& receive_through(std::string_view mark) {
    return receive_until([this, mark] { return received.find(mark) != std::string::npos; });
  }
  // All that ever comes.
  std::string& receive_all() {
    receive_until([this] { return at_end; });
    BOOST_TEST(at_end);
    return received;
  }
  void half_close() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
  void close() { socket_.close(); }
  // What the other side has not read yet is lost to it.
  void reset() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }
  [[nodiscard]] asio::ip::tcp::socket& socket() noexcept { return socket_; }

  std::string received;
  bool at_end = false;  // the other side sends no more

 private:
  template <typename Condition>
  std::string& receive_until(Condition enough) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string piece(64 * 1024, '\0');
    while (!enough() && !at_end && std::chrono::steady_clock::now() < until) {
      let_run(context_);
      error_code error;
      const std::size_t got = socket_.read_some(asio::buffer(piece), error);
      received.append(piece, 0, got);
      at_end = error && error != asio::error::would_block;
    }
    BOOST_TEST(enough());
    return received;
  }

  asio::io_context& context_;
  asio::ip::tcp::socket socket_;
};

// Where providers listen that are played by hand.
class loopback_listener {
 public:
  explicit loopback_listener(asio::io_context& context)
      : context_(context),
        acceptor_(context, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    acceptor_.non_blocking(true);
  }

  [[nodiscard]] asio::ip::tcp::endpoint at() const { return acceptor_.local_endpoint(); }
  // Who connects next.
  [[nodiscard]] loopback_peer accept() {
    asio::ip::tcp::socket socket(context_);
    error_code error = asio::error::would_block;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (error && std::chrono::steady_clock::now() < until) {
      acceptor_.accept(socket, error);
      if (error) let_run(context_);
    }
    BOOST_REQUIRE(!error);
    return {context_, std::move(socket)};
  }
  // Somebody has connected who was not accepted yet.
  [[nodiscard]] bool is_wanted() {
    asio::ip::tcp::socket socket(context_);
    error_code error;
    acceptor_.accept(socket, error);
    return !error;
  }
  void close() { acceptor_.close(); }

 private:
  asio::io_context& context_;
  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace stint
