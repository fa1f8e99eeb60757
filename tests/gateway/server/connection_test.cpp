// Goal: whichever allocation of a call fails, that call ends and no other: the process lives, and nothing
// stays held. Method: one call after the other through a real connection to a provider on a thread of its
// own, each failing one allocation later than the one before, until one has nothing left to fail. This
// executable's operator new fails when the testing thread says so.
#include "gateway/server/connection.hpp"

#include <cstdlib>
#include <new>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include "gateway/call/call_fixture.hpp"
#include "gateway/call/relay/loopback_peer.hpp"

// The sanitizers own operator new.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {
thread_local int allocations_left = -1;  // before one fails; less than nothing: none does
}  // namespace

void* operator new(std::size_t size) {
  if (allocations_left >= 0 && --allocations_left < 0) throw std::bad_alloc();
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace stint {

BOOST_AUTO_TEST_SUITE(connection_without_memory)

namespace {
// Answers one call a connection, until it is told to stop.
class answering_provider {
 public:
  answering_provider() : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}) {
    thread_ = std::thread([this] { serve(); });
  }
  ~answering_provider() {
    stopping_ = true;
    error_code ignored;
    asio::io_context mine;
    asio::ip::tcp::socket last(mine);
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }
  answering_provider(const answering_provider&) = delete;
  answering_provider& operator=(const answering_provider&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void serve() {
    const std::string body =
        R"({"id":"c","object":"chat.completion","model":"gpt-4o","choices":[{"index":0,)"
        R"("message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],)"
        R"("usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9}})";
    const std::string answer =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
        "content-length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    while (true) {
      asio::ip::tcp::socket socket(context_);
      error_code error;
      acceptor_.accept(socket, error);
      if (stopping_) return;
      std::array<char, 4096> piece;
      std::string got;
      while (!error && got.find("\"hi\"") == std::string::npos)
        got.append(piece.data(), socket.read_some(asio::buffer(piece), error));
      if (!error) asio::write(socket, asio::buffer(answer), error);
    }
  }

  asio::io_context context_;
  asio::ip::tcp::acceptor acceptor_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

struct connection_fixture : call_fixture {
  connection_fixture() {
    key_order order;
    order.tenant = "acme";
    order.default_feature = "chat";
    auto made = make_key(order, admitted);
    BOOST_REQUIRE(made.has_value());
    secret = made->secret_text;
    keys.put(made->key);
    settings.providers.front().port = provider.port();
    settings.listen.cors_origins = {"https://page.example"};
  }

  [[nodiscard]] std::string chat() const {
    const std::string body =
        R"({"model":"gpt-4o","max_tokens":100,"messages":[{"role":"user","content":"hi"}]})";
    return "POST /v1/chat/completions HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"
           "content-type: application/json\r\nauthorization: Bearer " +
           secret + "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  // What a page's browser asks first.
  [[nodiscard]] static std::string preflight() {
    return "OPTIONS /v1/chat/completions HTTP/1.1\r\nhost: test\r\nconnection: close\r\n"
           "origin: https://page.example\r\naccess-control-request-method: POST\r\n"
           "access-control-request-headers: authorization, content-type\r\n\r\n";
  }
  // Until one has nothing left to fail; how many were told that there is no memory.
  int fail_one_after_the_other(const std::string& request) {
    BOOST_TEST(call_failing_at(never, request).find(" 200 OK") != std::string::npos);
    BOOST_REQUIRE(!failed);
    int told = 0;
    int allocation = 0;
    do {
      const std::string answer = call_failing_at(allocation, request);
      if (answer.find(" 503 ") != std::string::npos) ++told;
      BOOST_TEST_REQUIRE(standing().held == 0, "after allocation " << allocation << ": " << answer);
      ++allocation;
    } while (failed);
    BOOST_TEST(call_failing_at(never, request).find(" 200 OK") != std::string::npos);
    return told;
  }
  // What the client is told; "" where the connection just ends.
  std::string call_failing_at(int allocation, const std::string& request) {
    loopback_peer caller(context);
    caller.connect(listener.at());
    asio::ip::tcp::socket socket = std::move(listener.accept().socket());
    caller.send(request);
    bool ended = false;
    asio::co_spawn(context, serve_connection(thread, transport(std::move(socket))),
                   [&ended](const std::exception_ptr&) { ended = true; });
    const auto until = monotonic::now() + std::chrono::seconds(30);
    allocations_left = allocation;
    bool begun = false;
    while (!ended && !(begun && shared.connections == 0) && monotonic::now() < until) {
      run_one_as_a_server_does();
      begun = begun || shared.connections > 0;
    }
    failed = allocations_left < 0;
    allocations_left = -1;
    BOOST_REQUIRE(shared.connections == 0U);
    settle_down();
    return caller.receive_all();
  }
  void run_one_as_a_server_does() {
    try {
      context.restart();
      context.run_one_for(std::chrono::milliseconds(20));
    } catch (const std::bad_alloc&) {
      thread.watch().start();
    }
  }

  answering_provider provider;
  loopback_listener listener{context};
  std::string secret;
  bool failed = false;
  static constexpr int never = 1'000'000;
};
}  // namespace

BOOST_FIXTURE_TEST_CASE(whichever_allocation_fails_only_its_call_ends_and_nothing_stays_held,
                        connection_fixture) {
  BOOST_TEST(fail_one_after_the_other(chat()) > 0);
}

// The refusal had no API yet to be phrased in, and the process died of it.
BOOST_FIXTURE_TEST_CASE(memory_may_run_out_before_a_call_s_api_is_told_apart, connection_fixture) {
  BOOST_TEST(fail_one_after_the_other(preflight()) > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace stint

#endif
