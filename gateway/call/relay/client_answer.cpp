// Tested by tests/gateway/call/relay/client_answer_test.cpp.
#include "gateway/call/relay/client_answer.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include <boost/beast/http/status.hpp>

#include "budgets/records/call_id.hpp"
#include "pricing/money.hpp"

namespace stint {

namespace {
// Lower-case. Framing is ours; the rest concerns one hop (RFC 9110 §7.6.1) or the provider's own
// site.
constexpr std::array<std::string_view, 14> not_passed_on = {"connection",
                                                            "keep-alive",
                                                            "proxy-connection",
                                                            "transfer-encoding",
                                                            "content-length",
                                                            "upgrade",
                                                            "trailer",
                                                            "te",
                                                            "set-cookie",
                                                            "alt-svc",
                                                            "proxy-authenticate",
                                                            "strict-transport-security",
                                                            "nel",
                                                            "report-to"};

bool same_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

bool passed_on(std::string_view name) noexcept {
  constexpr std::string_view ours = "x-stint-";
  for (const std::string_view each : not_passed_on) {
    if (same_ignoring_case(name, each)) return false;
  }
  return name.size() < ours.size() || !same_ignoring_case(name.substr(0, ours.size()), ours);
}

void append_number(std::int64_t number, std::string& out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// How much of an unread body is swallowed before the connection is closed on it, and for how long.
constexpr std::size_t drained_bytes_max = 64 * 1024;
constexpr std::chrono::milliseconds drained_for{1000};

asio::awaitable<void> drain_and_close(exchange& x) {
  x.client.wire.shutdown_send();
  std::array<char, 4096> discarded;
  std::size_t drained = 0;
  x.client.watch.await(x.client.wire, drained_for);
  while (drained < drained_bytes_max) {
    const io_outcome got = co_await x.client.wire.read_some(asio::buffer(discarded));
    if (got.error) break;
    drained += got.bytes;
  }
  x.client.watch.await_nothing();
  x.client.wire.close();
}
}  // namespace

void begin_head(const exchange& x, int status, std::string& out) {
  out += "HTTP/1.1 ";
  append_number(status, out);
  out += ' ';
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  out.append(reason.data(), reason.size());
  out += "\r\nx-stint-request-id: ";
  out += to_string(x.id);
  out += "\r\n";
}

void add_field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void add_upstream_fields(const response_head& head, std::string& out) {
  for (const header_field& field : head.fields()) {
    if (passed_on(field.name)) add_field(field.name, field.value, out);
  }
}

void add_budget_fields(const std::optional<cap_standing>& tightest, std::string& out) {
  if (!tightest) return;
  add_field("x-stint-budget-cap", tightest->cap, out);
  add_field("x-stint-budget-unit", to_string(tightest->unit), out);
  const std::int64_t left = std::max<std::int64_t>(tightest->left(), 0);
  add_field("x-stint-budget-remaining",
            tightest->unit == cap_unit::usd ? to_dollars(nanodollars(left)) : std::to_string(left),
            out);
}

void add_limit_field(const examined_call* call, std::string& out) {
  if (call == nullptr || call->output_limit_tokens == 0) return;
  add_field("x-stint-output-limit", std::to_string(call->output_limit_tokens), out);
}

void add_cost_fields(const owed_call& owed, std::string& out) {
  add_field("x-stint-cost-usd", to_dollars(owed.cost()), out);
  out += "x-stint-input-tokens: ";
  append_number(owed.used().input_total(), out);
  out += "\r\nx-stint-output-tokens: ";
  append_number(owed.used().output_total(), out);
  out += "\r\n";
}

void end_head_with_length(const exchange& x, std::size_t body_bytes, std::string& out) {
  out += "content-length: ";
  append_number(static_cast<std::int64_t>(body_bytes), out);
  if (!x.keep_alive) {
    out += "\r\nconnection: close";
  } else if (!x.head.http_1_1) {
    out += "\r\nconnection: keep-alive";
  }
  out += "\r\n\r\n";
}

void end_head_of_stream(exchange& x, std::string& out) {
  if (!x.head.http_1_1) x.keep_alive = false;
  if (x.head.http_1_1) out += "transfer-encoding: chunked\r\n";
  if (!x.keep_alive) out += "connection: close\r\n";
  out += "\r\n";
}

asio::awaitable<bool> write_out(exchange& x, std::string_view body) {
  std::array<asio::const_buffer, 3> pieces;
  pieces[0] = asio::buffer(x.out);
  pieces[1] = asio::buffer(body.data(), body.size());
  x.client.watch.await(x.client.wire,
                       std::chrono::milliseconds(x.shared().settings.limits.write_stall_ms));
  const io_outcome sent = co_await x.client.wire.write(pieces);
  x.client.watch.await_nothing();
  if (!sent.error) co_return true;
  x.client.watch.note_client_gone();
  x.keep_alive = false;
  co_return false;
}

asio::awaitable<bool> write_chunk(exchange& x, std::string_view content, bool last) {
  std::array<asio::const_buffer, 3> pieces;
  std::array<char, 20> size_line;
  constexpr std::string_view chunk_end = "\r\n";
  constexpr std::string_view last_chunk_end = "\r\n0\r\n\r\n";
  pieces[1] = asio::buffer(content.data(), content.size());
  if (x.head.http_1_1) {
    if (!content.empty()) {
      auto end = std::to_chars(size_line.data(), size_line.data() + size_line.size() - 2,
                               content.size(), 16)
                     .ptr;
      *end++ = '\r';
      *end++ = '\n';
      pieces[0] = asio::buffer(size_line.data(), static_cast<std::size_t>(end - size_line.data()));
      pieces[2] = asio::buffer(last ? last_chunk_end : chunk_end);
    } else if (last) {
      pieces[2] = asio::buffer(last_chunk_end.substr(chunk_end.size()));
    }
  }
  x.client.watch.await(x.client.wire,
                       std::chrono::milliseconds(x.shared().settings.limits.write_stall_ms));
  const io_outcome sent = co_await x.client.wire.write(pieces);
  x.client.watch.await_nothing();
  if (!sent.error) co_return true;
  x.client.watch.note_client_gone();
  x.keep_alive = false;
  co_return false;
}

namespace {
// A body that has arrived already is simply skipped, and the connection lives on.
void skip_arrived_body(exchange& x) noexcept {
  if (x.body_done) return;
  if (x.head.framing == body_framing::length &&
      x.client.buffer.unread().size() >= x.head.content_length) {
    x.client.buffer.consume(static_cast<std::size_t>(x.head.content_length));
    x.body_done = true;
  }
}
}  // namespace

asio::awaitable<void> refuse(exchange& x, problem why) {
  skip_arrived_body(x);
  if (!x.body_done) x.keep_alive = false;
  const std::string body = x.speaks->error_body(why, x.id);
  x.out.clear();
  begin_head(x, why.status, x.out);
  // The names under which the SDKs look for the id of a failed request.
  const std::string id = to_string(x.id);
  add_field(x.speaks->facts().request_id_field, id, x.out);
  add_field("content-type", "application/json", x.out);
  if (const auto retry = why.should_retry())
    add_field("x-should-retry", *retry ? "true" : "false", x.out);
  if (why.retry_after_s) add_field("retry-after", std::to_string(*why.retry_after_s), x.out);
  if (why.kind == problem_kind::unauthenticated) add_field("www-authenticate", "Bearer", x.out);
  if (why.kind == problem_kind::method_not_allowed) add_field("allow", "POST", x.out);
  if (why.refusal) add_budget_fields(why.refusal->standing, x.out);
  end_head_with_length(x, body.size(), x.out);
  // An answer to HEAD has the length of a body and none (RFC 9110 §9.3.2).
  const std::string_view content = x.head.method == http_method::head ? std::string_view() : body;
  const bool written = co_await write_out(x, content);
  if (written && !x.body_done) co_await drain_and_close(x);
}

}  // namespace stint
