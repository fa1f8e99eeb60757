// Keep-alive connections to one provider, of one io thread: never shared, so never locked. A
// connection goes back only after an answer that was read to its exact end; any doubt and it is
// closed instead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/config/config.hpp"
#include "gateway/http/deadline_watch.hpp"
#include "gateway/http/transport.hpp"
#include "gateway/metrics/metrics.hpp"
#include "gateway/problem.hpp"

namespace stint {

// A connection and the bytes read from it but not yet used.
struct upstream_connection {
  explicit upstream_connection(transport link) : wire(std::move(link)) {}

  // A whole response head fits; reads are this large at the most.
  static constexpr std::size_t buffer_bytes = 32 * 1024;

  transport wire;
  std::unique_ptr<char[]> buffer = std::make_unique_for_overwrite<char[]>(buffer_bytes);
  std::size_t begin = 0;  // unread bytes are [begin, end)
  std::size_t end = 0;
  monotonic::time_point idle_since{};

  [[nodiscard]] std::string_view unread() const noexcept {
    return {buffer.get() + begin, end - begin};
  }
};

class upstream_pool {
 public:
  // `provider` and `tls` (null: plain) must outlive the pool.
  upstream_pool(asio::io_context& context, const provider_config& provider,
                asio::ssl::context* tls);

  // An idle connection that is still quiet, or a new one: resolved, connected, verified. Each of
  // the name's addresses has connect_timeout_ms, kept by the caller's `watch`; the look-up of the
  // name has the resolver's own patience. Counted against connections_max until given back or
  // dropped.
  [[nodiscard]] asio::awaitable<result<std::unique_ptr<upstream_connection>>> acquire(
      watched& watch, metrics& counts);

  void give_back(std::unique_ptr<upstream_connection> connection) noexcept;
  void drop(std::unique_ptr<upstream_connection> connection) noexcept;
  // Closes what has been idle for too long; called by the thread's sweep.
  void close_idle(monotonic::time_point now) noexcept;

  [[nodiscard]] const provider_config& provider() const noexcept { return provider_; }

 private:
  [[nodiscard]] std::unique_ptr<upstream_connection> take_idle() noexcept;
  [[nodiscard]] asio::awaitable<result<std::unique_ptr<upstream_connection>>> connect(
      watched& watch, metrics& counts);
  [[nodiscard]] asio::awaitable<error_code> resolve();

  asio::io_context& context_;
  const provider_config& provider_;
  asio::ssl::context* tls_;
  asio::ip::tcp::resolver resolver_;
  std::vector<asio::ip::tcp::endpoint> endpoints_;  // of the last look-up
  monotonic::time_point resolved_at_{};
  std::vector<std::unique_ptr<upstream_connection>> idle_;
  std::size_t open_ = 0;
};

}  // namespace stint
