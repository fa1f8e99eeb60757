// An answer as it comes from a provider, for the relay, which has no business with the socket.
// upstream_answer is the real one; tests bring their own. Belongs to one call, on its io thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "gateway/config/config.hpp"
#include "gateway/http/answer_media.hpp"
#include "gateway/http/content_coding.hpp"
#include "pricing/price_book.hpp"

namespace stint {

namespace asio = boost::asio;

// What the head of the answer said.
struct answer_facts {
  int status = 0;
  answer_media media = answer_media::other;
  bool has_body = true;
  content_coding coding = content_coding::identity;  // that it came in
  std::uint64_t content_length = 0;  // of what can be read; 0 where that is not known
  std::string fields;                // what of its head is passed on, as lines
  wall_time first_byte{};

  [[nodiscard]] bool is_redirect() const noexcept { return status / 100 == 3; }
};

enum class body_progress : std::uint8_t {
  more,
  complete,
  broken,
  timed_out,
  too_large  // given up by us
};

class answer_source {
 public:
  answer_source() = default;
  virtual ~answer_source() = default;
  answer_source(const answer_source&) = delete;
  answer_source& operator=(const answer_source&) = delete;

  [[nodiscard]] virtual const answer_facts& facts() const noexcept = 0;
  [[nodiscard]] virtual const provider_config& provider() const noexcept = 0;

  // Appends what the next read brings (at least one byte, unless the body ends or breaks), within
  // `patience`.
  [[nodiscard]] virtual asio::awaitable<body_progress> read_piece(
      std::string& out, std::chrono::milliseconds patience) = 0;
  // The next read_piece() gives something out without waiting.
  [[nodiscard]] virtual bool has_unread() const noexcept = 0;
  // The provider has closed: nothing is on its way any more.
  [[nodiscard]] virtual bool closed() const noexcept = 0;

  // Says "no more from us", which providers take for the client's going; what is on its way can
  // still be read.
  virtual void half_close() noexcept = 0;
  // A read that is under way waits for no longer than this from now on.
  virtual void hurry(std::chrono::milliseconds patience) noexcept = 0;
  // The body was read to its exact end: the connection may be kept.
  virtual void finish() noexcept = 0;
  // The connection is closed. Idempotent.
  virtual void abandon() noexcept = 0;

  [[nodiscard]] std::chrono::milliseconds usual_patience() const noexcept {
    return std::chrono::milliseconds(provider().stall_timeout_ms);
  }
};

}  // namespace stint
