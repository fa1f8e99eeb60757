// Sends the call to its provider and reads the head of the answer. The request is built from
// nothing: our framing, our credential, and an allow-list of the client's fields.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "gateway/call/exchange.hpp"
#include "gateway/http/response_head.hpp"
#include "gateway/upstream/pool.hpp"

namespace stint {

class owed_call;

// An upstream that has begun to answer. Dropped (closed) on destruction unless finish() gave it
// back.
class upstream_answer {
 public:
  upstream_answer(upstream_pool& pool, std::unique_ptr<upstream_connection> connection) noexcept
      : pool_(&pool), connection_(std::move(connection)) {}
  ~upstream_answer() { abandon(); }
  upstream_answer(upstream_answer&&) noexcept = default;
  upstream_answer& operator=(upstream_answer&&) = delete;

  [[nodiscard]] upstream_connection& connection() noexcept { return *connection_; }
  [[nodiscard]] const provider_config& provider() const noexcept { return pool_->provider(); }
  // The answer was read to its exact end: keep the connection if both sides want to.
  void finish() noexcept;
  void abandon() noexcept;

  response_head head;  // views into connection().buffer until the body is read: use at once
  wall_time first_byte{};

 private:
  upstream_pool* pool_;
  std::unique_ptr<upstream_connection> connection_;
};

struct forward_order {
  const provider_config* provider = nullptr;
  std::string_view body;
  const std::string* tenant = nullptr;
  owed_call* owed = nullptr;  // told when the request is sent
  bool streaming = false;     // the upstream is closed as soon as the client goes; otherwise its
                              // answer is awaited all the same
};

// A problem says what failed; nothing was generated then as far as we can know. The client is
// watched from here on: the relay ends that.
[[nodiscard]] asio::awaitable<result<std::unique_ptr<upstream_answer>>> forward(
    exchange& x, forward_order order);

}  // namespace stint
