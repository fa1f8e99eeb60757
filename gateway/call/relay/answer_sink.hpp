// An answer as it goes to a client, for steps that have no business with the socket. client_answer
// is the real one; tests bring their own. Belongs to one call, on its io thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "gateway/http/client_presence.hpp"
#include "gateway/problem.hpp"

namespace stint {

namespace asio = boost::asio;

class answer_sink {
 public:
  answer_sink() = default;
  virtual ~answer_sink() = default;
  answer_sink(const answer_sink&) = delete;
  answer_sink& operator=(const answer_sink&) = delete;

  [[nodiscard]] virtual client_presence& client() noexcept = 0;

  // Each writes within the write-stall deadline; false: the client is gone. `fields` are whole
  // lines.
  [[nodiscard]] virtual asio::awaitable<bool> write_whole(int status, std::string_view fields,
                                                          std::string_view body) = 0;
  // `goes_on`: a first part follows at once, and the head may wait for it.
  [[nodiscard]] virtual asio::awaitable<bool> begin_stream(int status, std::string_view fields,
                                                           bool goes_on) = 0;
  // A part of a stream that was begun; `last` also ends it. `content` may be empty when last, and where
  // the head waits.
  [[nodiscard]] virtual asio::awaitable<bool> write_chunk(std::string_view content, bool last) = 0;

  // Says no in the client's dialect.
  [[nodiscard]] virtual asio::awaitable<void> refuse(problem why) = 0;
  // The event that tells an API's client that its stream broke off.
  [[nodiscard]] virtual std::string error_event(const problem& why) const = 0;
  // The client's connection ends with this answer.
  virtual void close_afterwards() noexcept = 0;
};

}  // namespace stint
