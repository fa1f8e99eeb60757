// One connection to the simulated provider: reads requests, writes answers, misbehaves as told.
// Runs on the provider's thread.
#pragma once

#include <cstdint>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/simulator/bill.hpp"
#include "gateway/simulator/call.hpp"

namespace stint {

// What all connections share; lives as long as the provider.
struct simulated_state {
  explicit simulated_state(const simulation& configured) : how(configured), reader(configured) {}

  simulation how;
  simulated_reader reader;
  simulated_bill bill;
  std::string last_head;  // of the last request to the API, as received
  std::string last_body;  // with its framing
  std::int64_t api_requests = 0;
};

[[nodiscard]] boost::asio::awaitable<void> serve_simulated(boost::asio::ip::tcp::socket socket,
                                                           simulated_state& state);

}  // namespace stint
