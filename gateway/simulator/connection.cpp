// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/connection.hpp"

#include <algorithm>
#include <variant>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "gateway/dialect/parts/json_text.hpp"
#include "gateway/simulator/api.hpp"
#include "gateway/simulator/free_answers.hpp"
#include "gateway/simulator/peer.hpp"
#include "gateway/simulator/writer.hpp"
#include "pricing/time_text.hpp"

namespace stint {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

using request_message = http::request<http::string_body>;
constexpr auto outcome_token = asio::as_tuple(asio::use_awaitable);

struct received_request {
  request_message message;
  std::string head;  // as received
  std::string body;  // as received, framing included
};

// False at the end of the connection, or when the request is not HTTP.
asio::awaitable<bool> read_request(asio::ip::tcp::socket& socket, std::string& buffer,
                                   received_request& into) {
  constexpr std::size_t read_bytes = 64 * 1024;
  constexpr std::uint64_t body_bytes_max = 64U << 20;
  http::request_parser<http::string_body> parser;
  parser.body_limit(body_bytes_max);
  parser.header_limit(64 * 1024);
  parser.eager(true);
  std::size_t used = 0;
  for (;;) {
    if (used < buffer.size()) {
      boost::system::error_code error;
      used += parser.put(asio::buffer(buffer.data() + used, buffer.size() - used), error);
      if (error && error != http::error::need_more) co_return false;
    }
    if (parser.is_done()) break;
    const std::size_t had = buffer.size();
    buffer.resize(had + read_bytes);
    const auto [error, got] = co_await socket.async_read_some(
        asio::buffer(buffer.data() + had, read_bytes), outcome_token);
    buffer.resize(had + got);
    if (error) co_return false;
  }
  const std::size_t head_end = std::min(buffer.find("\r\n\r\n") + 4, used);
  into.head.assign(buffer, 0, head_end);
  into.body.assign(buffer, head_end, used - head_end);
  buffer.erase(0, used);
  into.message = parser.release();
  co_return true;
}

std::string header_of(const request_message& message, boost::beast::string_view name) {
  const auto value = message[name];
  return std::string(value.data(), value.size());
}

std::string answer_head(int status, std::string_view type, std::string_view extra) {
  std::string head =
      "HTTP/1.1 " + std::to_string(status) + " " +
      std::string(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)))) +
      "\r\n";
  head.append("Server: stint-simulate\r\nDate: ").append(to_http_date(wall_now()));
  head.append("\r\nContent-Type: ").append(type).append("\r\n").append(extra);
  return head;
}

std::string api_headers(const simulated_call& call) {
  return std::string(call.api->facts().head_fields) + call.id + "\r\n";
}

asio::awaitable<bool> write_json(asio::ip::tcp::socket& socket, int status, std::string body) {
  std::string answer = answer_head(status, "application/json",
                                   "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  answer += body;
  const auto [error, sent] =
      co_await asio::async_write(socket, asio::buffer(answer), outcome_token);
  co_return !error && sent == answer.size();
}

std::chrono::milliseconds first_delay(const simulated_state& state, const simulated_call& call) {
  return std::chrono::milliseconds(
      call.how.delay_first_ms.value_or(state.how.first_token_delay_ms));
}

std::chrono::milliseconds token_delay(const simulated_state& state, const simulated_call& call) {
  return std::chrono::milliseconds(call.how.delay_ms.value_or(state.how.token_delay_ms));
}

// An answer in one piece. Generated in full before its first byte, so billed in full, unless the
// peer left before the end.
asio::awaitable<bool> answer_whole(asio::ip::tcp::socket& socket, simulated_state& state,
                                   const simulated_call& call, const bill_payer& payer) {
  simulated_peer peer(socket);
  const auto begun = std::chrono::steady_clock::now() + first_delay(state, call);
  const auto each = token_delay(state, call);
  bill_line line;
  line.completion_tokens = call.completion_tokens();
  line.reasoning_tokens = call.choices * call.reasoning;
  line.web_searches = call.how.searches;
  if (!co_await peer.pause(first_delay(state, call) +
                           each * std::max<std::int64_t>(call.words - 1, 0))) {
    const auto spent =
        std::max(std::chrono::steady_clock::now() - begun, std::chrono::steady_clock::duration{});
    const std::int64_t steps = each.count() > 0 ? spent / each : 0;
    line.completion_tokens = std::min(line.completion_tokens, steps * call.choices);
    line.reasoning_tokens = std::min(line.reasoning_tokens, line.completion_tokens);
    line.cut = 1;
    state.bill.add(payer, line);
    co_return false;
  }
  state.bill.add(payer, line);
  const std::string body = call.api->answer(call);
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  simulated_writer writer(socket, peer, call.how, body_framing::length);
  writer.begin(answer_head(200, "application/json", api_headers(call) + length));
  const bool written = co_await writer.write(body);
  if (!written) co_return false;
  co_return co_await writer.finish();
}

// Bills each token when the last byte of its event is with the kernel.
asio::awaitable<bool> answer_stream(asio::ip::tcp::socket& socket, simulated_state& state,
                                    const simulated_call& call, const bill_payer& payer) {
  constexpr std::size_t batch_bytes = 8 * 1024;
  struct mark {
    std::int64_t end;
    std::int64_t tokens;
    std::int64_t reasoning;
    std::int64_t searches;
  };
  simulated_peer peer(socket);
  simulated_writer writer(socket, peer, call.how, body_framing::chunked);
  const std::string extra =
      api_headers(call) + "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string_view type =
      call.as_array ? "application/json; charset=UTF-8" : "text/event-stream; charset=utf-8";
  writer.begin(answer_head(200, type, extra));
  const auto each = token_delay(state, call);
  const auto script = call.api->script(call);
  simulated_event event;
  std::string batch;
  std::vector<mark> marks;
  std::int64_t end = 0;
  bool alive = co_await peer.pause(first_delay(state, call));
  bool more = true;
  bool is_first = true;
  while (alive && more) {
    more = script->next(event);
    if (more) {
      const bool is_delayed =
          event.tokens > 0 && each.count() > 0 && !std::exchange(is_first, false);
      if (is_delayed && !batch.empty()) {
        alive = co_await writer.write(batch);
        batch.clear();
      }
      if (is_delayed && alive) alive = co_await peer.pause(each);
      batch += event.bytes;
      end += static_cast<std::int64_t>(event.bytes.size());
      if (event.tokens > 0 || event.searches > 0)
        marks.push_back(mark{end, event.tokens, event.reasoning, event.searches});
    }
    if (alive && !batch.empty() && (!more || each.count() > 0 || batch.size() >= batch_bytes)) {
      alive = peer.here() && co_await writer.write(batch);
      batch.clear();
    }
    bill_line line;
    const auto written = std::find_if(marks.begin(), marks.end(),
                                      [&](const mark& m) { return m.end > writer.written(); });
    for (auto one = marks.begin(); one != written; ++one) {
      line.completion_tokens += one->tokens;
      line.reasoning_tokens += one->reasoning;
      line.web_searches += one->searches;
    }
    marks.erase(marks.begin(), written);
    if (line.completion_tokens > 0 || line.web_searches > 0) state.bill.add(payer, line);
  }
  if (!alive) {
    bill_line cut;
    cut.cut = 1;
    state.bill.add(payer, cut);
    co_return false;
  }
  co_return co_await writer.finish();
}

asio::awaitable<bool> answer_call(asio::ip::tcp::socket& socket, simulated_state& state,
                                  const simulated_api& api, received_request& request) {
  ++state.api_requests;
  state.last_head = request.head;
  state.last_body = request.body;
  const auto asked = request.message.target();
  const std::string_view target(asked.data(), asked.size());
  auto read = state.reader.read(api, target, request.message.body(), request.message);
  if (const auto* error = std::get_if<simulated_error>(&read)) {
    co_return co_await write_json(socket, error->status, api.error(error->status, error->message));
  }
  const simulated_call& call = std::get<simulated_call>(read);
  if (call.how.status != 200) {
    co_return co_await write_json(
        socket, call.how.status,
        api.error(call.how.status, "The simulated provider was told to refuse."));
  }
  if (call.is_free) co_return co_await write_json(socket, 200, api.answer(call));
  bill_payer payer;
  payer.tenant = header_of(request.message, "x-stint-tenant");
  payer.call = header_of(request.message, "x-stint-request-id");
  bill_line line;
  line.requests = 1;
  line.prompt_tokens = call.prompt_tokens;
  line.cached_tokens = call.cached;
  line.cache_write_tokens = call.cache_write;
  state.bill.add(payer, line);
  if (call.stream) co_return co_await answer_stream(socket, state, call, payer);
  co_return co_await answer_whole(socket, state, call, payer);
}

std::string last_request_json(const simulated_state& state) {
  std::string out = "{\"requests\":" + std::to_string(state.api_requests) + ",\"head\":";
  append_json_string(out, state.last_head);
  out += ",\"body\":";
  append_json_string(out, state.last_body);
  out += '}';
  return out;
}

asio::awaitable<bool> answer_request(asio::ip::tcp::socket& socket, simulated_state& state,
                                     received_request& request) {
  const std::string target =
      std::string(request.message.target().data(), request.message.target().size());
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  const bool is_post = request.message.method() == http::verb::post;
  if (const simulated_api* api = simulated_api_at(path); is_post && api != nullptr) {
    co_return co_await answer_call(socket, state, *api, request);
  }
  auto for_nothing = is_post ? answer_for_nothing(path, request.message.body()) : std::nullopt;
  if (!for_nothing) {
    const auto method = request.message.method_string();
    for_nothing = answer_about_kept({method.data(), method.size()}, path, state.reader);
  }
  if (for_nothing) {
    ++state.api_requests;
    state.last_head = request.head;
    state.last_body = request.body;
    co_return co_await write_json(socket, for_nothing->status, std::move(for_nothing->body));
  }
  if (is_post && path == "/simulate/reset") {
    state.bill.reset();
    state.last_head.clear();
    state.last_body.clear();
    state.api_requests = 0;
    co_return co_await write_json(socket, 200, "{}");
  }
  if (path == "/simulate/bill") {
    const bool with_calls = target.find("calls=1") != std::string::npos;
    co_return co_await write_json(socket, 200, state.bill.to_json(with_calls));
  }
  if (path == "/simulate/last")
    co_return co_await write_json(socket, 200, last_request_json(state));
  if (path == "/v1/models") {
    co_return co_await write_json(
        socket, 200,
        R"({"object":"list","data":[{"id":"sim/gpt-4o","object":"model","created":0,"owned_by":"stint"}]})");
  }
  co_return co_await write_json(socket, 404,
                                first_simulated_api().error(404, "Unknown path " + target));
}

}  // namespace

asio::awaitable<void> serve_simulated(asio::ip::tcp::socket socket, simulated_state& state) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  std::string buffer;
  for (;;) {
    received_request request;
    if (!co_await read_request(socket, buffer, request)) break;
    if (!co_await answer_request(socket, state, request)) break;
    if (!request.message.keep_alive()) break;
  }
  socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace stint
