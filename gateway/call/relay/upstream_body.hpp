// Reads an upstream's body piece by piece, whatever its framing, and knows whether it ended where
// it should.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/exchange.hpp"
#include "gateway/call/relay/forward.hpp"
#include "gateway/http/chunked_body.hpp"

namespace stint {

enum class body_progress : std::uint8_t { more, complete, broken, timed_out };

class answer_body {
 public:
  answer_body(exchange& x, upstream_answer& from);

  // Appends what the next read brings (at least one byte, unless the body ends or breaks). The
  // first call needs no read when bytes came with the head.
  [[nodiscard]] asio::awaitable<body_progress> read_piece(std::string& out) {
    return read_piece(out, std::chrono::milliseconds(from_.provider().stall_timeout_ms));
  }
  // The same with another patience than the provider's.
  [[nodiscard]] asio::awaitable<body_progress> read_piece(std::string& out,
                                                          std::chrono::milliseconds patience);
  // The provider has closed: nothing is on its way any more.
  [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
  [[nodiscard]] body_progress take_unread(std::string& out);

  exchange& x_;
  upstream_answer& from_;
  answer_framing framing_;
  std::uint64_t left_ = 0;  // with a length
  std::optional<chunked_decoder> chunks_;
  bool closed_ = false;
};

}  // namespace stint
