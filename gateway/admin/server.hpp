// The admin listener: /metrics, /healthz, /readyz and the JSON API (routes: routes.hpp). It has
// its own thread for sockets and a few workers for the handlers, so that nothing asked here holds
// up a call of a client, and a long question does not hold up /metrics. Connections, bytes, time
// and waiting requests are bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "budgets/writer/ledger_thread.hpp"
#include "gateway/config/config.hpp"
#include "gateway/keys/key_ring.hpp"
#include "gateway/metrics/metrics.hpp"
#include "pricing/current_prices.hpp"

namespace stint {

class admin_server {
 public:
  // Reads (or makes) the admin token, listens on settings.admin and starts. Everything given must
  // outlive the server. `ready` may be called from any thread; /readyz says no while it says no.
  // Throws std::runtime_error when the token file or the port cannot be had.
  admin_server(const config& settings, const current_prices& prices, ledger_thread& ledger,
               metrics& counts, key_ring& keys, std::function<bool()> ready);
  ~admin_server();  // closes every connection and waits for running handlers
  admin_server(const admin_server&) = delete;
  admin_server& operator=(const admin_server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace stint
