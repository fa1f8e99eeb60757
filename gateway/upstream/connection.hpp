// One connection to a provider, and the bytes read from it that nobody has used yet. While it is idle
// a read goes on, so that whatever comes then, mostly the provider's close, is known as it comes and
// the connection is not used again. Of a connection that stays quiet that same read brings the next
// answer: nothing is cancelled, and what came in the meantime cannot be lost. Belongs to one io
// thread; lives as long as its read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "gateway/http/client_presence.hpp"
#include "gateway/http/response_head.hpp"
#include "gateway/http/transport.hpp"

namespace stint {

class upstream_connection
    : public boost::intrusive_ref_counter<upstream_connection, boost::thread_unsafe_counter> {
 public:
  explicit upstream_connection(transport link) : wire(std::move(link)) {}

  // A whole response head fits; reads are this large at the most.
  static constexpr std::size_t buffer_bytes = 32 * 1024;

  transport wire;
  std::unique_ptr<char[]> buffer = std::make_unique_for_overwrite<char[]>(buffer_bytes);
  std::size_t begin = 0;  // unread bytes are [begin, end)
  std::size_t end = 0;
  response_head head;  // of the answer at hand; its views live as long as nothing is read after it
  monotonic::time_point idle_since{};
  bool was_used = false;  // a call before this one had its answer over it

  [[nodiscard]] std::string_view unread() const noexcept {
    return {buffer.get() + begin, end - begin};
  }

  // From now on it is idle, with nothing unread.
  void watch_idle();
  // Since then neither bytes came nor the end.
  [[nodiscard]] bool is_quiet() const noexcept { return ahead_ != reading::ended; }

  // Reads once more, behind what is unread.
  [[nodiscard]] asio::awaitable<io_outcome> read_more();

 private:
  class ahead_handler;
  using waiter = asio::any_completion_handler<void()>;
  enum class reading : std::uint8_t { none, under_way, ended };

  void end_ahead(const error_code& error, std::size_t bytes);

  reading ahead_ = reading::none;  // the read that began while it was idle
  io_outcome came_{error_code(), 0};
  waiter waiter_;  // for that read, and nobody else
};

using upstream_connection_ptr = boost::intrusive_ptr<upstream_connection>;

}  // namespace stint
