// A connection to the first of several addresses that answers (RFC 8305): they are tried one after the other, the next one
// as soon as one fails or has been silent for a quarter of a second, and all within one deadline. The addresses of the two
// families take turns. Belongs to one io thread.
#pragma once

#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/http/client_presence.hpp"
#include "gateway/http/transport.hpp"

namespace stint {

class dialled {
 public:
  explicit dialled(asio::ip::tcp::socket made) noexcept : socket(std::move(made)) {}

  asio::ip::tcp::socket socket;  // open, unless there is an error
  error_code error;              // timed_out: nobody answered before the deadline
};

// A client that goes, or the gateway's end, ends it too: then the error is operation_aborted.
[[nodiscard]] asio::awaitable<dialled> dial(asio::io_context& context,
                                            std::vector<asio::ip::tcp::endpoint> addresses,
                                            monotonic::time_point deadline,
                                            client_presence& client);

}  // namespace stint
