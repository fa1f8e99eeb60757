// Takes the content coding off a request's body that was read, so that it can be counted and priced; it
// goes on without one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/http/content_coding.hpp"
#include "gateway/memory/memory_budget.hpp"
#include "gateway/problem.hpp"

namespace stint {

// What a body of that key has of the memory.
struct body_room {
  memory_claim& claim;
  const memory_budget& of;
  std::string_view key;
};

// `body` gets what it means, of at most so many bytes, with simdjson's padding reserved behind it. What
// unfolds into much is worked at on the pool.
[[nodiscard]] boost::asio::awaitable<std::optional<problem>> decode_body(
    content_coding coding, std::size_t body_bytes_max, boost::asio::thread_pool& pool,
    body_room room, std::string& body);

}  // namespace stint
