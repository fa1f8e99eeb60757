// The addresses of one provider's name, for one io thread. There is one look-up at a time, whoever asks; who waits does so
// until its deadline, or until it is told to stop. Addresses that were found are used for a while, then looked up again
// while they go on being used; where that fails, or takes its time, they are better than none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/http/client_presence.hpp"
#include "gateway/http/transport.hpp"

namespace stint {

class name_lookup {
 public:
  using endpoints = std::vector<asio::ip::tcp::endpoint>;
  // Replaced in tests: looks `host` up and calls back, on the io thread.
  using callback = std::function<void(const error_code&, endpoints)>;
  using resolver = std::function<void(const std::string& host, std::uint16_t port, callback)>;

  name_lookup(asio::io_context& context, std::string host, std::uint16_t port);
  name_lookup(asio::io_context& context, std::string host, std::uint16_t port, resolver by);

  // The addresses to try now; none: `error` says why. A client that goes, or the gateway's end, ends
  // the wait.
  struct found {
    endpoints addresses;
    error_code error;
  };
  [[nodiscard]] asio::awaitable<found> get(monotonic::time_point deadline, client_presence& client);

  // None of the addresses answered: who asks next waits for a new look-up, once a second at most.
  void doubt() noexcept;
  // This one did: it is tried first.
  void prefer(const asio::ip::tcp::endpoint& answered);

 private:
  struct shared;
  static void ask(const std::shared_ptr<shared>& state);
  std::shared_ptr<shared> state_;  // a look-up under way may outlive this
};

}  // namespace stint
