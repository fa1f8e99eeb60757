// Writes one answer of the simulated provider and makes its faults: framing, pieces, and the end
// that the call was steered to. Belongs to one answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/simulator/peer.hpp"
#include "gateway/simulator/steering.hpp"

namespace stint {

enum class body_framing : std::uint8_t { length, chunked };

class simulated_writer {
 public:
  simulated_writer(boost::asio::ip::tcp::socket& socket, simulated_peer& peer, const steering& how,
                   body_framing framing)
      : socket_(socket), peer_(peer), how_(how), framing_(framing) {}

  // The head goes out with the first bytes of the body.
  void begin(std::string head) { unsent_ = std::move(head); }
  // False when the connection has ended: the peer went away, or the fault struck.
  [[nodiscard]] boost::asio::awaitable<bool> write(std::string_view body);
  [[nodiscard]] boost::asio::awaitable<bool> finish();
  // Bytes of the body that the kernel took.
  [[nodiscard]] std::int64_t written() const noexcept { return written_; }

 private:
  boost::asio::awaitable<bool> send_piece(std::string_view piece);
  boost::asio::awaitable<void> strike();

  boost::asio::ip::tcp::socket& socket_;
  simulated_peer& peer_;
  const steering& how_;
  body_framing framing_;
  std::string unsent_;
  std::int64_t written_ = 0;
};

}  // namespace stint
