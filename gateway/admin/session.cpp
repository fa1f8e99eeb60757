// Tested by tests/gateway/admin/server_test.cpp.
#include "gateway/admin/session.hpp"

#include <array>
#include <new>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "gateway/admin/api/repeated_key.hpp"
#include "gateway/admin/api/routes.hpp"
#include "gateway/admin/known_hosts.hpp"
#include "gateway/admin/request_reader.hpp"
#include "gateway/admin/token.hpp"
#include "gateway/memory/memory_reserve.hpp"

namespace stint {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds write_timeout{30};
// What a client still sends of a refused request is let run in, or a reset would eat the refusal.
constexpr std::chrono::seconds drained_for{1};
constexpr std::size_t drained_bytes_max = 256U << 10;

http::response<http::string_body> to_response(const admin_answer& answer, bool keep_alive,
                                              bool wants_no_body) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("x-content-type-options", "nosniff");
  if (answer.status == 401)
    response.set(http::field::www_authenticate, "Bearer realm=\"stint admin\"");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  response.keep_alive(keep_alive);
  if (!wants_no_body) response.body() = answer.body;
  response.content_length(answer.body.size());
  return response;
}

asio::awaitable<bool> write_answer(beast::tcp_stream& stream, const admin_answer& answer,
                                   bool keep_alive, bool wants_no_body) {
  auto response = to_response(answer, keep_alive, wants_no_body);
  stream.expires_after(write_timeout);
  const auto [failed, bytes] = co_await http::async_write(stream, response, no_throw);
  co_return !failed && keep_alive;
}

// The answer, worked out by a worker; the connection's thread is free meanwhile.
asio::awaitable<admin_answer> have_answered(std::shared_ptr<admin_arrival> what, admin_desk& desk) {
  auto initiate = [&desk](auto handler, std::shared_ptr<admin_arrival> work) {
    asio::post(desk.workers, [&desk, work = std::move(work),
                              waiter = std::move(handler)]() mutable {
      try {
        auto answer = answer_admin_request(work->request, work->authorization, desk);
        asio::post(desk.home, [waiter = std::move(waiter), answer = std::move(answer)]() mutable {
          waiter(std::move(answer));
        });
      } catch (const std::bad_alloc&) {
        restore_memory_reserve();  // the connection ends, with who waits for the answer
      }
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(admin_answer)>(
      initiate, asio::use_awaitable, std::move(what));
}

bool may_enter(const admin_route& route, std::string_view authorization, admin_desk& desk) {
  if (route.access == admin_access::open) return true;
  if (route.access == admin_access::metrics && !desk.services.settings.metrics_need_token)
    return true;
  constexpr std::string_view scheme = "Bearer ";
  if (!authorization.starts_with(scheme)) return false;
  return same_secret(authorization.substr(scheme.size()), desk.token);
}

std::string address_of(const beast::tcp_stream& stream) {
  boost::system::error_code gone;
  const auto peer = stream.socket().remote_endpoint(gone);
  return gone ? std::string() : peer.address().to_string();
}

std::string place_of(std::string_view name) {
  return "'" + std::string(name.substr(0, 200)) + "'";
}

// What is wrong with a request, whatever it asks for.
std::optional<admin_answer> refuse_ambiguous(const admin_arrival& what, const config& settings) {
  if (!knows_host(settings, what.host)) {
    return error_answer(421, "this listener does not know itself as " + place_of(what.host) +
                                 "; ask it by its address, or list the name under admin.hosts");
  }
  if (const auto name = repeated_key(what.request.body)) {
    return error_answer(400, "the name " + place_of(*name) + " stands twice in one JSON object",
                        *name);
  }
  return std::nullopt;
}

// Health and readiness are told even when every worker has a long question to answer.
bool asks_for_nothing_long(admin_request& request) {
  const auto matched = match_route(request);
  return matched.route != nullptr && matched.route->access == admin_access::open;
}

asio::awaitable<void> let_run_in(beast::tcp_stream& stream) {
  boost::system::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream.expires_after(drained_for);
  std::array<char, 4096> discarded;
  for (std::size_t drained = 0; drained < drained_bytes_max;) {
    const auto [failed, count] = co_await stream.async_read_some(asio::buffer(discarded), no_throw);
    if (failed) break;
    drained += count;
  }
}

}  // namespace

admin_answer answer_admin_request(admin_request& request, std::string_view authorization,
                                  admin_desk& desk) {
  const auto matched = match_route(request);
  if (matched.route == nullptr && matched.allow.empty()) {
    return error_answer(
        404, "no such path; the gateway's own calls go to the other listener, see `stint --help`");
  }
  if (matched.route == nullptr) {
    auto answer = error_answer(405, "this path takes " + matched.allow);
    answer.allow = matched.allow;
    return answer;
  }
  if (!may_enter(*matched.route, authorization, desk)) {
    return error_answer(
        401, "needs the admin token: Authorization: Bearer <first line of the admin token file>");
  }
  try {
    return matched.route->handler(request, desk.services);
  } catch (const std::exception& failure) {
    return error_answer(500, std::string("the question could not be answered: ") + failure.what());
  }
}

asio::awaitable<void> serve_admin_session(beast::tcp_stream& stream, admin_guest& guest,
                                          admin_desk& desk) {
  admin_request_reader reader(stream);
  for (bool open = true; open;) {
    guest.wait_for_request();
    const auto arrived = std::make_shared<admin_arrival>(co_await reader.next());
    if (arrived->how == admin_arrival::end::closed) break;
    guest.is_served();
    const bool keep_alive = arrived->keep_alive;
    const bool wants_no_body = arrived->wants_no_body;
    admin_answer answer = std::move(arrived->refusal);
    if (arrived->how == admin_arrival::end::complete) {
      arrived->request.from = address_of(stream);
      if (auto refused = refuse_ambiguous(*arrived, desk.services.settings)) {
        answer = std::move(*refused);
      } else if (asks_for_nothing_long(arrived->request)) {
        answer = answer_admin_request(arrived->request, arrived->authorization, desk);
      } else {
        answer = co_await have_answered(arrived, desk);
      }
    }
    guest.wait_for_reader();
    open = co_await write_answer(stream, answer, keep_alive, wants_no_body);
  }
  guest.wait_for_reader();
  co_await let_run_in(stream);
}

}  // namespace stint
