// One connection to the admin listener: reads a request within its bounds, has it answered by a
// worker, writes the answer, again until the client leaves. Lives on the admin thread.
#pragma once

#include <atomic>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include "gateway/admin/api/services.hpp"
#include "gateway/config/config.hpp"

namespace stint {

// Owned by the admin server; outlives every session.
struct admin_desk {
  admin_services& services;
  const secret& token;
  boost::asio::io_context& home;
  boost::asio::thread_pool& workers;
};

[[nodiscard]] boost::asio::awaitable<void> serve_admin_session(boost::asio::ip::tcp::socket socket,
                                                               admin_desk& desk);

// Checks the token where the route wants one, and runs the handler. Any thread; a handler that
// throws answers 500.
[[nodiscard]] admin_answer answer_admin_request(admin_request& request,
                                                std::string_view authorization, admin_desk& desk);

}  // namespace stint
