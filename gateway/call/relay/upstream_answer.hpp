// A provider's answer on its connection: reads the body piece by piece, whatever its framing, and
// knows whether it ended where it should. Dropped (closed) on destruction unless finish() gave the
// connection back. Belongs to one call, on its io thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/call/relay/answer_source.hpp"
#include "gateway/http/chunked_body.hpp"
#include "gateway/http/response_head.hpp"
#include "gateway/upstream/pool.hpp"

namespace stint {

class upstream_answer final : public answer_source {
 public:
  // `watch` is that of the client's connection; it and `pool` outlive this.
  upstream_answer(upstream_pool& pool, upstream_connection_ptr connection, watched& watch) noexcept
      : pool_(pool), connection_(std::move(connection)), watch_(watch) {}
  ~upstream_answer() override { abandon(); }

  [[nodiscard]] upstream_connection& connection() noexcept { return *connection_; }
  // The head stands at the beginning of the connection's unread bytes; they are used up, and its
  // views die.
  void take_head(const response_head& head, wall_time first_byte);

  [[nodiscard]] const answer_facts& facts() const noexcept override { return facts_; }
  [[nodiscard]] const provider_config& provider() const noexcept override {
    return pool_.provider();
  }
  [[nodiscard]] asio::awaitable<body_progress> read_piece(
      std::string& out, std::chrono::milliseconds patience) override;
  [[nodiscard]] bool has_unread() const noexcept override;
  [[nodiscard]] bool closed() const noexcept override { return closed_; }
  void half_close() noexcept override { connection_->wire.shutdown_send(); }
  void hurry(std::chrono::milliseconds patience) noexcept override {
    watch_.hurry(connection_->wire, patience);
  }
  void finish() noexcept override;
  void abandon() noexcept override;

 private:
  [[nodiscard]] body_progress take_unread(std::string& out);

  upstream_pool& pool_;
  upstream_connection_ptr connection_;
  watched& watch_;
  answer_facts facts_;
  answer_framing framing_ = answer_framing::none;
  bool keep_alive_ = false;
  std::uint64_t left_ = 0;  // with a length
  std::optional<chunked_decoder> chunks_;
  bool closed_ = false;
};

}  // namespace stint
