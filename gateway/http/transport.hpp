// One TCP connection, plain or TLS, seen as bytes. Errors are values. Belongs to one io thread; at
// most one read and one write at a time. Writes on a plain socket are tried at once and only wait
// when the kernel's buffer is full, which spares the common case a trip through the reactor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>

namespace stint {

namespace asio = boost::asio;
using boost::system::error_code;

struct io_outcome {
  error_code error;
  std::size_t bytes = 0;
  io_outcome(error_code e, std::size_t n) noexcept : error(e), bytes(n) {}
};

class transport {
 public:
  explicit transport(asio::ip::tcp::socket socket) noexcept;
  transport(asio::ip::tcp::socket socket, asio::ssl::context& tls);
  transport(transport&&) noexcept = default;
  transport& operator=(transport&&) = delete;

  [[nodiscard]] asio::awaitable<io_outcome> read_some(asio::mutable_buffer into);
  // The same for what is no coroutine: `handler` is called with error and bytes. It keeps this alive.
  template <typename Handler>
  void async_read_some(asio::mutable_buffer into, Handler&& handler) {
    if (plain_) return plain_->async_read_some(into, std::forward<Handler>(handler));
    tls_->async_read_some(into, std::forward<Handler>(handler));
  }
  // Writes all of up to three pieces with as few system calls as possible. The pieces must outlive
  // the call.
  [[nodiscard]] asio::awaitable<io_outcome> write(std::array<asio::const_buffer, 3> pieces);

  [[nodiscard]] asio::awaitable<error_code> handshake_server();
  // Sends SNI and checks the certificate against `host` unless the context was made without
  // verification.
  [[nodiscard]] asio::awaitable<error_code> handshake_client(const std::string& host);

  // Sets what must be set on an open socket (no delay, non-blocking). Accepted sockets have it done
  // by the constructor.
  void tune() noexcept;

  // Ends every pending operation with an error; further ones fail. Idempotent.
  void close() noexcept;
  // Says "no more from us" without discarding what is on the way. Under TLS, too, by TCP alone: a
  // close_notify would have to take its turn with reads that are under way, and a peer that finds
  // the connection's end without one takes us for gone, which is what we mean.
  void shutdown_send() noexcept;
  // shutdown_send() has not been called.
  [[nodiscard]] bool may_send() const noexcept { return may_send_; }

  [[nodiscard]] asio::ip::tcp::socket& socket() noexcept;
  [[nodiscard]] int native_handle() noexcept;

  // How many bytes this side has sent over it; under TLS, of its records.
  [[nodiscard]] std::uint64_t sent_bytes() noexcept;
  // Whether the peer's machine has acknowledged any of what was sent since sent_bytes() was `before`.
  // Where the connection is closed, or the kernel does not tell: it may have.
  [[nodiscard]] bool may_have_arrived(std::uint64_t before) noexcept;

 private:
  std::optional<asio::ip::tcp::socket> plain_;
  std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> tls_;
  std::uint64_t plain_bytes_ = 0;  // sent
  bool may_send_ = true;
};

// Whether the peer has sent all that it will send. Under TLS it may say so by an alert: OpenSSL
// answers a half-close without close_notify with one.
[[nodiscard]] bool is_end_of_stream(const error_code& error) noexcept;

}  // namespace stint
