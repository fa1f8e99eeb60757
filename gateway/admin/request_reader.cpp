// Tested by tests/gateway/admin/framing_test.cpp.
#include "gateway/admin/request_reader.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "gateway/http/chunked_body.hpp"
#include "gateway/http/request_head.hpp"

namespace stint {
namespace {

namespace asio = boost::asio;

constexpr auto reading = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t head_bytes_max = 16U << 10;
constexpr std::size_t body_bytes_max = 64U << 10;
constexpr std::size_t framing_bytes_max = 16U << 10;
constexpr std::size_t read_bytes = 8U << 10;

admin_answer too_large() {
  return error_answer(413, "the request is over 64 KiB");
}

admin_answer nothing_wrong() {
  admin_answer none;
  none.status = 0;
  return none;
}

std::string text_of_field(const request_head& head, std::string_view name) {
  return std::string(head.find(name).value_or(std::string_view()));
}

}  // namespace

asio::awaitable<bool> admin_request_reader::read_more() {
  const std::size_t before = bytes_.size();
  bytes_.resize(before + read_bytes);
  const auto [failed, count] =
      co_await stream_.async_read_some(asio::buffer(bytes_.data() + before, read_bytes), reading);
  bytes_.resize(before + count);
  closed_ = static_cast<bool>(failed);
  co_return !closed_;
}

asio::awaitable<bool> admin_request_reader::say_continue() {
  static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  const auto [failed, count] =
      co_await asio::async_write(stream_, asio::buffer(line.data(), line.size()), reading);
  closed_ = static_cast<bool>(failed);
  co_return !closed_;
}

asio::awaitable<admin_answer> admin_request_reader::read_head(admin_arrival& into) {
  head_limits limits;
  limits.bytes_max = head_bytes_max;
  request_head head;  // its views live as long as nothing is read after it
  std::size_t scanned = 0;
  stream_.expires_after(bytes_.empty() ? idle_timeout : request_timeout);
  while (true) {
    const head_check check = check_request_head(bytes_, limits, scanned, head);
    if (check.state == head_state::refused) co_return error_answer(check.status, check.reason);
    if (check.state == head_state::complete) break;
    const bool first = bytes_.empty();
    if (!co_await read_more()) co_return nothing_wrong();
    if (first) stream_.expires_after(request_timeout);
  }
  into.wants_no_body = head.method == http_method::head;
  into.request.method = into.wants_no_body ? "GET" : to_string(head.method);
  into.authorization = text_of_field(head, "authorization");
  into.host = text_of_field(head, "host");
  into.keep_alive = head.keep_alive;
  chunked_ = head.framing == body_framing::chunked;
  body_length_ = head.framing == body_framing::length ? head.content_length : 0;
  expects_continue_ = head.expect_continue;
  if (head.coding != content_coding::identity)
    co_return error_answer(415, "send the body as it is, without a Content-Encoding");
  const bool readable = read_target(head.target, into.request);
  bytes_.erase(0, head.size_bytes);
  co_return readable ? nothing_wrong() : error_answer(400, "the path cannot be read");
}

asio::awaitable<admin_answer> admin_request_reader::read_chunks(std::string& body) {
  chunked_decoder decoder(body_bytes_max, framing_bytes_max);
  while (true) {
    std::size_t consumed = 0;
    const chunk_state state = decoder.consume(bytes_, body, consumed);
    bytes_.erase(0, consumed);
    if (state == chunk_state::done) co_return nothing_wrong();
    if (state == chunk_state::malformed)
      co_return error_answer(400, "malformed chunked body (RFC 9112 §7.1)");
    if (state != chunk_state::more) co_return too_large();
    if (!co_await read_more()) co_return nothing_wrong();
  }
}

asio::awaitable<admin_answer> admin_request_reader::read_body(std::string& body) {
  if (body_length_ > body_bytes_max) co_return too_large();
  const bool has_body = chunked_ || body_length_ > 0;
  if (has_body && expects_continue_ && bytes_.empty() && !co_await say_continue())
    co_return nothing_wrong();
  if (chunked_) co_return co_await read_chunks(body);
  while (bytes_.size() < body_length_) {
    if (!co_await read_more()) co_return nothing_wrong();
  }
  body = bytes_.substr(0, body_length_);
  bytes_.erase(0, body_length_);
  co_return nothing_wrong();
}

asio::awaitable<admin_arrival> admin_request_reader::next() {
  admin_arrival arrived;
  arrived.refusal = co_await read_head(arrived);
  if (arrived.refusal.status == 0 && !closed_)
    arrived.refusal = co_await read_body(arrived.request.body);
  if (closed_) co_return arrived;
  const bool refused = arrived.refusal.status != 0;
  arrived.how = refused ? admin_arrival::end::refused : admin_arrival::end::complete;
  if (refused) arrived.keep_alive = false;
  co_return arrived;
}

}  // namespace stint
