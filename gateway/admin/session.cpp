// Tested by tests/gateway/admin/server_test.cpp.
#include "gateway/admin/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "gateway/admin/api/routes.hpp"
#include "gateway/admin/token.hpp"

namespace stint {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t head_bytes_max = 16U << 10;
constexpr std::size_t body_bytes_max = 64U << 10;
constexpr std::size_t request_bytes_max =
    head_bytes_max + 2 * body_bytes_max;          // with chunk framing
constexpr std::chrono::seconds idle_timeout{60};  // Prometheus scrapes every 15 s on one connection
constexpr std::chrono::seconds request_timeout{10};
constexpr std::chrono::seconds write_timeout{30};

using request_parser = http::request_parser<http::string_body>;

enum class read_outcome : std::uint8_t { complete, too_large, malformed, closed };

// Counts bytes itself: this version of Beast does not add up header_limit over reads, nor count
// trailers and chunk extensions.
asio::awaitable<read_outcome> read_request(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                           request_parser& parser) {
  std::size_t bytes = 0;
  bool started = false;
  stream.expires_after(idle_timeout);
  while (!parser.is_done()) {
    const auto [failed, count] = co_await http::async_read_some(stream, buffer, parser, no_throw);
    bytes += count;
    if (failed == http::error::body_limit || failed == http::error::header_limit ||
        failed == http::error::buffer_overflow || bytes > request_bytes_max) {
      co_return read_outcome::too_large;
    }
    if (failed.category() == http::make_error_code(http::error::bad_line_ending).category() &&
        failed != http::error::end_of_stream && failed != http::error::partial_message) {
      co_return read_outcome::malformed;
    }
    if (failed) co_return read_outcome::closed;
    if (!started) stream.expires_after(request_timeout);
    started = true;
  }
  co_return read_outcome::complete;
}

http::response<http::string_body> to_response(const admin_answer& answer, bool keep_alive) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("x-content-type-options", "nosniff");
  if (answer.status == 401)
    response.set(http::field::www_authenticate, "Bearer realm=\"stint admin\"");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  response.keep_alive(keep_alive);
  response.body() = answer.body;
  response.prepare_payload();
  return response;
}

asio::awaitable<bool> write_answer(beast::tcp_stream& stream, const admin_answer& answer,
                                   bool keep_alive) {
  auto response = to_response(answer, keep_alive);
  stream.expires_after(write_timeout);
  const auto [failed, bytes] = co_await http::async_write(stream, response, no_throw);
  co_return !failed && keep_alive;
}

struct received {
  admin_request request;
  std::string authorization;
};

// The answer, worked out by a worker; the connection's thread is free meanwhile.
asio::awaitable<admin_answer> have_answered(std::shared_ptr<received> what, admin_desk& desk) {
  auto initiate = [&desk](auto handler, std::shared_ptr<received> work) {
    asio::post(
        desk.workers, [&desk, work = std::move(work), waiter = std::move(handler)]() mutable {
          auto answer = answer_admin_request(work->request, work->authorization, desk);
          asio::post(desk.home, [waiter = std::move(waiter), answer = std::move(answer)]() mutable {
            waiter(std::move(answer));
          });
        });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(admin_answer)>(
      initiate, asio::use_awaitable, std::move(what));
}

std::shared_ptr<received> take(request_parser& parser) {
  auto message = parser.release();
  auto what = std::make_shared<received>();
  what->request.method = message.method_string();
  what->authorization = message[http::field::authorization];
  what->request.body = std::move(message.body());
  if (!read_target({message.target().data(), message.target().size()}, what->request))
    return nullptr;
  return what;
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

asio::awaitable<void> serve_admin_session(asio::ip::tcp::socket socket, admin_desk& desk) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer(request_bytes_max);
  for (bool open = true; open;) {
    request_parser parser;
    parser.header_limit(head_bytes_max);
    parser.body_limit(body_bytes_max);
    const auto outcome = co_await read_request(stream, buffer, parser);
    if (outcome == read_outcome::closed) break;
    admin_answer answer = error_answer(413, "the request is over 64 KiB");
    bool keep_alive = false;
    if (outcome == read_outcome::malformed)
      answer = error_answer(400, "this is not HTTP/1.1 as RFC 9112 has it");
    if (outcome == read_outcome::complete) {
      keep_alive = parser.get().keep_alive();
      auto what = take(parser);
      if (what) what->request.from = address_of(stream);
      answer = error_answer(400, "the path cannot be read");
      if (what) answer = co_await have_answered(std::move(what), desk);
    }
    open = co_await write_answer(stream, answer, keep_alive);
  }
  boost::system::error_code ignored;
  stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace stint
