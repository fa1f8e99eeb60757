// Tested by tests/end_to_end (every exchange) and tests/end_to_end/{tls,upstream_fault}_test.py.
#include "gateway/http/transport.hpp"

#include <algorithm>
#include <string>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <linux/sockios.h>
#include <sys/ioctl.h>

namespace stint {

namespace {
constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);

std::array<asio::const_buffer, 3> drop_front(std::array<asio::const_buffer, 3> pieces,
                                             std::size_t bytes) noexcept {
  for (asio::const_buffer& piece : pieces) {
    const std::size_t taken = std::min(bytes, piece.size());
    piece += taken;
    bytes -= taken;
  }
  return pieces;
}
}  // namespace

transport::transport(asio::ip::tcp::socket socket) noexcept : plain_(std::move(socket)) {
  if (plain_->is_open()) tune();
}

transport::transport(asio::ip::tcp::socket socket, asio::ssl::context& tls)
    : tls_(std::make_unique<asio::ssl::stream<asio::ip::tcp::socket>>(std::move(socket), tls)) {
  if (tls_->next_layer().is_open()) tune();
}

void transport::tune() noexcept {
  error_code ignored;
  socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  if (plain_) plain_->non_blocking(true, ignored);
}

asio::awaitable<io_outcome> transport::read_some(asio::mutable_buffer into) {
  if (plain_) {
    auto [error, bytes] = co_await plain_->async_read_some(into, as_outcome);
    co_return io_outcome(error, bytes);
  }
  auto [error, bytes] = co_await tls_->async_read_some(into, as_outcome);
  co_return io_outcome(error, bytes);
}

asio::awaitable<io_outcome> transport::write(std::array<asio::const_buffer, 3> pieces) {
  const std::size_t total = asio::buffer_size(pieces);
  if (!plain_) {
    auto [error, bytes] = co_await asio::async_write(*tls_, pieces, as_outcome);
    co_return io_outcome(error, bytes);
  }
  error_code error;
  const std::size_t at_once = plain_->write_some(pieces, error);
  plain_bytes_ += at_once;
  if (error == asio::error::would_block || error == asio::error::try_again) {
    error.clear();
  } else if (error || at_once == total) {
    co_return io_outcome(error, at_once);
  }
  const auto rest = drop_front(pieces, at_once);
  auto [late_error, late_bytes] = co_await asio::async_write(*plain_, rest, as_outcome);
  plain_bytes_ += late_bytes;
  co_return io_outcome(late_error, at_once + late_bytes);
}

asio::awaitable<error_code> transport::handshake_server() {
  if (!tls_) co_return error_code();
  auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_outcome);
  co_return error;
}

asio::awaitable<error_code> transport::handshake_client(const std::string& host) {
  if (!tls_) co_return error_code();
  error_code no_address;
  (void)asio::ip::make_address(host, no_address);
  // RFC 6066, section 3: an address is no server name.
  if (no_address && SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str()) != 1) {
    co_return error_code(asio::error::invalid_argument);
  }
  error_code error;
  tls_->set_verify_callback(asio::ssl::host_name_verification(host), error);
  if (error) co_return error;
  auto [handshake_error] =
      co_await tls_->async_handshake(asio::ssl::stream_base::client, as_outcome);
  co_return handshake_error;
}

void transport::close() noexcept {
  error_code ignored;
  socket().close(ignored);
}

void transport::shutdown_send() noexcept {
  may_send_ = false;
  error_code ignored;
  socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

asio::ip::tcp::socket& transport::socket() noexcept {
  return plain_ ? *plain_ : tls_->next_layer();
}

int transport::native_handle() noexcept {
  return socket().native_handle();
}

std::uint64_t transport::sent_bytes() noexcept {
  return plain_ ? plain_bytes_ : BIO_number_written(SSL_get_wbio(tls_->native_handle()));
}

bool transport::may_have_arrived(std::uint64_t before) noexcept {
  // The same as of TCP_INFO, without the rest of it. The kernel remembers it of a connection that
  // was reset, too.
  int unacknowledged = 0;
  if (!socket().is_open() || ::ioctl(native_handle(), SIOCOUTQ, &unacknowledged) != 0) return true;
  return static_cast<std::uint64_t>(unacknowledged) < sent_bytes() - before;
}

bool is_end_of_stream(const error_code& error) noexcept {
  return error == asio::error::eof || error.category() == asio::error::get_ssl_category() ||
         error.category() == asio::ssl::error::get_stream_category();
}

}  // namespace stint
