// Keep-alive connections to one provider, of one io thread: never shared, so never locked. A
// connection goes back only after an answer that was read to its exact end; any doubt and it is
// closed instead.
#pragma once

#include <cstddef>
#include <optional>
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
#include "gateway/upstream/connection.hpp"
#include "gateway/upstream/name_lookup.hpp"

namespace stint {

class upstream_pool {
 public:
  // `provider` and `tls` (null: plain) must outlive the pool.
  upstream_pool(asio::io_context& context, const provider_config& provider,
                asio::ssl::context* tls);

  // An idle connection that is still quiet, or a new one: resolved, connected, verified, all within
  // connect_timeout_ms. Counted against connections_max until given back or dropped.
  [[nodiscard]] asio::awaitable<result<upstream_connection_ptr>> acquire(watched& watch,
                                                                         metrics& counts);
  // The same, and never an idle one.
  [[nodiscard]] asio::awaitable<result<upstream_connection_ptr>> acquire_new(watched& watch,
                                                                             metrics& counts);

  void give_back(upstream_connection_ptr connection) noexcept;
  void drop(upstream_connection_ptr connection) noexcept;
  // Closes what has been idle for too long, or whose provider has closed; called by the thread's
  // sweep.
  void close_idle(monotonic::time_point now) noexcept;
  // Closes all that is idle: what still reads would keep the thread's loop from its end.
  void close_all_idle() noexcept;

  [[nodiscard]] const provider_config& provider() const noexcept { return provider_; }

 private:
  [[nodiscard]] upstream_connection_ptr take_idle() noexcept;
  [[nodiscard]] asio::awaitable<result<upstream_connection_ptr>> connect(watched& watch,
                                                                         metrics& counts);

  asio::io_context& context_;
  const provider_config& provider_;
  asio::ssl::context* tls_;
  std::optional<name_lookup> name_;  // made with the first connection
  std::vector<upstream_connection_ptr> idle_;
  std::size_t open_ = 0;
};

}  // namespace stint
