// How to steer a call: as "?key=value&key=value" behind the name of a model "sim/…", as "~key=value~key=value" behind that
// of a model "sim-…", which stands in a path (Gemini), or as headers x-sim-key: value, which win.
//   tokens=N          visible output tokens of each choice (never more than the request's bound)
//   delay_first_ms=N  before the first byte
//   delay_ms=N        before each further token
//   status=N          an error of that status, in the API's own shape; not billed
//   fault=WORD        stall, reset, truncate, garbage or bad_chunk
//   after_bytes=N     where the fault strikes in the body; 0: before the head is sent
//   usage=WORD        what is reported: missing, negative, huge or repeated; the bill stays true
//   cached=N, cache_write=N   of the prompt's tokens
//   searches=N        of the web, each billed beside the tokens (Responses, Gemini)
//   tier=WORD         the service tier that the answer names (Responses, Gemini)
//   reasoning=N       output tokens before the text: hidden (OpenAI, Gemini), a thinking block (Anthropic)
//   piece_bytes=N     no write carries more bytes of the body
//   tool=1            answer with a tool call, as tool_choice "required" or "any" also does
// and, for models whose tokenizer is not public, one of our own invention:
//   prose=N, code=N, json=N, cjk=N   N tokens for 1,000 of o200k_base, by class of content
//   base=N, per_tool=N               and what it adds to a request and for each tool
//
// The bill, GET /simulate/bill (with ?calls=1 also for each x-stint-request-id):
//   {"totals":LINE,"tenants":{"<x-stint-tenant>":LINE},"calls":{"<id>":LINE},"calls_forgotten":0}
// where a LINE is
//   {"requests":N,"prompt_tokens":N,"cached_tokens":N,"cache_write_tokens":N,
//    "completion_tokens":N,"reasoning_tokens":N,"web_searches":N,"cut":N}
// The prompt is charged when a call is taken on; a whole answer when it is generated; each token of
// a stream when its event is written, so that a stream the client cuts off costs what was sent
// before. POST /simulate/reset empties it. GET /simulate/last:
// {"requests":N,"head":"…","body":"…"}, the last call's bytes as received.
//
// Tested by tests/gateway/simulator/simulator_test.cpp.
#include "gateway/simulator/simulator.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/cannot_listen.hpp"
#include "gateway/memory/run_past_failures.hpp"
#include "gateway/simulator/connection.hpp"
#include "tokenizer/models/named_encodings.hpp"

namespace stint {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds breath_taken{10};
}  // namespace

class simulated_provider::implementation {
 public:
  explicit implementation(const simulation& how) : state_(how), acceptor_(context_) {
    tokenizer::load_builtin();
    boost::system::error_code error;
    const auto address = asio::ip::make_address(how.address, error);
    const asio::ip::tcp::endpoint endpoint(address, how.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::ip::tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw std::runtime_error(cannot_listen({"simulated", how.address, how.port}, error));
    }
    port_ = acceptor_.local_endpoint().port();
    begin_to_accept();
    thread_ = std::thread([this] { run(); });
  }

  ~implementation() {
    context_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void begin_to_accept() {
    auto lives = std::make_shared<char>();
    accepting_ = lives;
    asio::co_spawn(context_, accept_connections(std::move(lives)), asio::detached);
  }
  // Lack of memory ends the connection that wanted it, and no other; a defect must be seen. Who accepts
  // may have been that one: it is looked for behind what the loop has yet to tidy up.
  void run() {
    run_past_failures<std::bad_alloc>(context_, [this] {
      std::this_thread::sleep_for(breath_taken);
      asio::post(context_, [this] {
        if (accepting_.expired()) begin_to_accept();
      });
    });
  }

  // `lives`: for as long as this does.
  asio::awaitable<void> accept_connections(std::shared_ptr<char> /*lives*/) {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {  // out of descriptors, or the peer is gone already: others may still be served
        asio::steady_timer breath(context_, breath_taken);
        co_await breath.async_wait(asio::as_tuple(asio::use_awaitable));
        continue;
      }
      // A connection reports every failure by ending; only a defect or the lack of memory throws.
      asio::co_spawn(context_, serve_simulated(std::move(socket), state_),
                     [](std::exception_ptr thrown) {
                       if (thrown) std::rethrow_exception(thrown);
                     });
    }
  }

  simulated_state state_;
  // Declared after the state that its coroutines use, so that they are destroyed first.
  std::weak_ptr<char> accepting_;  // who accepts; its own thread only
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

simulated_provider::simulated_provider(const simulation& how)
    : implementation_(std::make_unique<implementation>(how)) {}

simulated_provider::~simulated_provider() = default;

std::uint16_t simulated_provider::port() const noexcept {
  return implementation_->port();
}

}  // namespace stint
