// Writes to the client: whole answers, streams, refusals. Lives in the connection's coroutine for
// one request.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "gateway/call/client_session.hpp"
#include "gateway/call/incoming_call.hpp"
#include "gateway/call/relay/answer_sink.hpp"

namespace stint {

class client_answer final : public answer_sink {
 public:
  // Both outlive this. `keep_alive`: the client's wish, and ours.
  client_answer(client_session& session, const incoming_call& call, bool keep_alive) noexcept
      : session_(session), call_(call), keep_alive_(keep_alive) {}

  [[nodiscard]] client_presence& client() noexcept override { return session_.watch; }
  [[nodiscard]] asio::awaitable<bool> write_whole(int status, std::string_view fields,
                                                  std::string_view body) override;
  // HTTP/1.0 knows no chunks: there the stream is bare bytes, and the connection ends with it.
  [[nodiscard]] asio::awaitable<bool> begin_stream(int status, std::string_view fields,
                                                   bool goes_on) override;
  [[nodiscard]] asio::awaitable<bool> write_chunk(std::string_view content, bool last) override;
  // If a body was left unread it is swallowed, so that the answer is not lost to a reset.
  [[nodiscard]] asio::awaitable<void> refuse(problem why) override;
  // An answer of our own that needed no body; `fields` are whole lines. The same of an unread body.
  [[nodiscard]] asio::awaitable<void> write_own(int status, std::string_view fields,
                                                std::string_view body);
  [[nodiscard]] std::string error_event(const problem& why) const override;
  void close_afterwards() noexcept override { keep_alive_ = false; }

  // The request's body is off the wire, to its last byte.
  void body_was_read() noexcept { body_done_ = true; }
  // Something of an answer has gone out, or may have.
  [[nodiscard]] bool was_begun() const noexcept { return was_begun_; }
  // The connection may carry another request after this answer.
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

 private:
  void begin(int status);
  [[nodiscard]] asio::awaitable<bool> write(std::array<asio::const_buffer, 3> pieces);
  [[nodiscard]] asio::awaitable<bool> write_out(std::string_view body);
  void skip_arrived_body() noexcept;
  [[nodiscard]] asio::awaitable<void> drain_and_close();

  client_session& session_;
  const incoming_call& call_;
  bool body_done_ = false;
  bool head_waits_ = false;  // in the session's scratch, for the first part of the stream
  bool was_begun_ = false;
  bool keep_alive_;
};

}  // namespace stint
