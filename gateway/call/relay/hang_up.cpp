// Tested by tests/gateway/call/relay/hang_up_test.cpp and
// tests/end_to_end/{disconnect,stream_hold}_test.py.
#include "gateway/call/relay/hang_up.hpp"

#include <string>

namespace stint {

asio::awaitable<bool> hang_up(answer_source& from, stream_meter& meter,
                              const client_presence& client) {
  meter.stop_passing();
  if (client.cut()) co_return from.closed();
  from.half_close();
  const auto until = monotonic::now() + hang_up_patience;
  std::string arrived;
  std::string dropped;
  std::size_t bytes = 0;
  body_progress progress = body_progress::more;
  while (progress == body_progress::more && bytes < hang_up_bytes_max) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - monotonic::now());
    if (left.count() <= 0) break;
    arrived.clear();
    progress = co_await from.read_piece(arrived, left);
    bytes += arrived.size();
    meter.consume(arrived, dropped);
  }
  co_return progress == body_progress::complete || from.closed();
}

}  // namespace stint
