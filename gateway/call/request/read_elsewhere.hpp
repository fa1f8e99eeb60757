// Reading a body whose parsed form lives no longer than the reading. A long one is looked through, finds its
// room and is parsed on the counting pool, and has the room only while it is parsed: neither keeps other
// calls of the io thread waiting, nor does it hold memory while it waits in line.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/call/counting_pool.hpp"
#include "gateway/call/request/parse_room.hpp"
#include "gateway/memory/memory_budget.hpp"

namespace stint {

// Where a long body is read, and of what it takes the room.
struct read_elsewhere {
  boost::asio::thread_pool& pool;
  memory_budget& memory;
};

// What `read` returns, or the problem that there is no room. `key`, `body` and `read` are the caller's, which
// waits here.
template <typename Read>
[[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Read&>> read_within_share(
    read_elsewhere where, std::string_view key, const std::string& body, Read& read) {
  if (body.size() <= memory_budget::uncounted_bytes) co_return read();
  auto within_share = [&]() -> std::invoke_result_t<Read&> {
    memory_claim claim(where.memory);
    if (auto full = claim_parsed(where.memory, key, body, claim)) return std::move(*full);
    return read();
  };
  if (body.size() <= parsed_here_bytes_max) co_return within_share();
  co_return co_await on_counting_pool(where.pool, within_share);
}

}  // namespace stint
