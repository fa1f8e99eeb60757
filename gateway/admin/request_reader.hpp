// Takes one request to the admin listener off its connection, within bounds of bytes and time. The
// head passes the same strict check as that of a client's call: what two readers could divide in two
// ways, and so run the bytes behind it as a second request, is refused. Admin thread.
#pragma once

#include <chrono>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "gateway/admin/api/request.hpp"

namespace stint {

struct admin_arrival {
  enum class end : std::uint8_t { complete, refused, closed };
  end how = end::closed;
  admin_answer refusal;  // of what was refused; the connection ends with it
  admin_request request;
  std::string authorization;
  std::string host;            // "": none, in HTTP/1.0
  bool wants_no_body = false;  // HEAD, which is asked as GET
  bool keep_alive = false;
};

class admin_request_reader {
 public:
  static constexpr std::chrono::seconds idle_timeout{60};  // Prometheus scrapes on one connection
  static constexpr std::chrono::seconds request_timeout{10};

  // The stream outlives this.
  explicit admin_request_reader(boost::beast::tcp_stream& stream) noexcept : stream_(stream) {}

  [[nodiscard]] boost::asio::awaitable<admin_arrival> next();

 private:
  [[nodiscard]] boost::asio::awaitable<bool> read_more();
  [[nodiscard]] boost::asio::awaitable<bool> say_continue();
  // What is wrong, with a status; {.status = 0}: nothing. The connection is gone where closed() says so.
  [[nodiscard]] boost::asio::awaitable<admin_answer> read_head(admin_arrival& into);
  [[nodiscard]] boost::asio::awaitable<admin_answer> read_body(std::string& body);
  [[nodiscard]] boost::asio::awaitable<admin_answer> read_chunks(std::string& body);

  boost::beast::tcp_stream& stream_;
  std::string bytes_;  // off the wire, and not used yet
  std::uint64_t body_length_ = 0;
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool closed_ = false;
};

}  // namespace stint
