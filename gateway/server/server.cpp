// Tested by tests/end_to_end.
#include "gateway/server/server.hpp"

#include <exception>
#include <new>
#include <stdexcept>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "gateway/call/hold/ledger_wait.hpp"
#include "gateway/cannot_listen.hpp"
#include "gateway/http/descriptors.hpp"
#include "gateway/http/tls.hpp"
#include "gateway/memory/memory_reserve.hpp"
#include "gateway/memory/run_past_failures.hpp"
#include "gateway/server/connection.hpp"

namespace stint {

using tcp = asio::ip::tcp;

struct server::io_thread {
  explicit io_thread(service& shared) : context(1), acceptor(context), own(shared, context) {}
  asio::io_context context;
  tcp::acceptor acceptor;
  thread_context own;
  std::thread worker;
  bool accepting = false;  // its own thread only
};

namespace {
constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
// After accept() failed for want of descriptors or memory: long enough not to spin, short enough
// not to be noticed.
constexpr std::chrono::milliseconds accept_pause{50};
constexpr std::chrono::milliseconds drain_poll{10};

std::runtime_error no_listener(const tcp::endpoint& at, const error_code& error) {
  return std::runtime_error(cannot_listen({"listen", at.address().to_string(), at.port()}, error));
}

// SO_REUSEPORT would let a second gateway take half of the connections without a word, so the port
// is first asked for alone.
void refuse_shared_port(const tcp::endpoint& at) {
  if (at.port() == 0) return;
  asio::io_context context;
  tcp::acceptor probe(context);
  error_code error;
  probe.open(at.protocol(), error);
  if (!error) probe.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) probe.bind(at, error);
  if (error) throw no_listener(at, error);
}

// A connection's coroutine ends by returning; an exception is a defect or memory running out, and
// is counted as such.
void note_end(service& shared, const std::exception_ptr& failure) {
  if (failure) shared.metrics.refused(problem_kind::internal);
}
}  // namespace

server::server(service& shared, int thread_count, std::size_t connections_max)
    : shared_(shared), connections_max_(connections_max) {
  const listener_config& listen = shared.settings.listen;
  if (listen.tls) {
    tls_ = make_listener_tls({"listen.tls.certificate_file", listen.tls->certificate_file},
                             {"listen.tls.key_file", listen.tls->key_file});
  }
  error_code error;
  const auto address = asio::ip::make_address(listen.address, error);
  if (error)
    throw std::runtime_error("listen.address: '" + listen.address + "' is not an IP address");
  tcp::endpoint at(address, listen.port);
  refuse_shared_port(at);
  for (int i = 0; i < thread_count; ++i) {
    threads_.push_back(std::make_unique<io_thread>(shared));
    listen_on(*threads_.back(), at);
    // With port 0 the first acceptor chooses; the others share its choice.
    at.port(threads_.back()->acceptor.local_endpoint().port());
  }
  port_ = at.port();
}

server::~server() {
  if (!joined_) drain(std::chrono::milliseconds(0));
}

void server::listen_on(io_thread& on, tcp::endpoint at) {
  error_code error;
  on.acceptor.open(at.protocol(), error);
  if (!error) on.acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  if (!error) on.acceptor.set_option(reuse_port(true), error);
  if (!error) on.acceptor.bind(at, error);
  if (!error) on.acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw no_listener(at, error);
}

// True as long as the coroutine lives that set it.
class server::acceptance {
 public:
  explicit acceptance(bool& flag) noexcept : flag_(flag) { flag_ = true; }
  ~acceptance() { flag_ = false; }
  acceptance(const acceptance&) = delete;
  acceptance& operator=(const acceptance&) = delete;

 private:
  bool& flag_;
};

void server::serve(io_thread& on, tcp::socket socket) {
  transport wire = tls_ ? transport(std::move(socket), *tls_) : transport(std::move(socket));
  auto served = serve_connection(on.own, std::move(wire));
  asio::co_spawn(on.context, std::move(served),
                 [this](const std::exception_ptr& failure) { note_end(shared_, failure); });
}

asio::awaitable<void> server::accept_forever(io_thread& on) {
  const acceptance lives(on.accepting);
  asio::steady_timer pause(on.context);
  while (true) {
    auto [error, socket] = co_await on.acceptor.async_accept(as_outcome);
    if (error == asio::error::operation_aborted || !on.acceptor.is_open()) co_return;
    if (error) {
      pause.expires_after(accept_pause);
      co_await pause.async_wait(as_outcome);
      continue;
    }
    if (shared_.connections.load(std::memory_order_relaxed) >= connections_max_ ||
        !may_keep(socket.native_handle())) {
      shared_.metrics.refused(problem_kind::overloaded);
      continue;  // the socket closes: a full gateway must not spend more on the caller
    }
    try {
      serve(on, std::move(socket));
    } catch (const std::bad_alloc&) {  // no room for one more: the socket is closed
      restore_memory_reserve();
      shared_.metrics.refused(problem_kind::overloaded);
    }
  }
}

void server::start() {
  joined_ = false;
  for (auto& each : threads_) {
    each->own.watch().add_periodic([this, on = each.get()](monotonic::time_point) {
      end_late_waits();
      accept_again(*on);
    });
    each->own.watch().start();
    begin_to_accept(*each);
    each->worker = std::thread([this, on = each.get()] { run(*on); });
  }
}

void server::begin_to_accept(io_thread& on) {
  asio::co_spawn(on.context, accept_forever(on),
                 [this](const std::exception_ptr& failure) { note_end(shared_, failure); });
}

// At every sweep. Whoever waits for connections ends when there is no memory to wait with; it may be
// seen only later, since what its failure leaves behind is tidied up by the loop.
void server::accept_again(io_thread& on) {
  if (on.accepting || !on.acceptor.is_open()) return;
  try {
    begin_to_accept(on);
  } catch (const std::bad_alloc&) {
    restore_memory_reserve();  // the next sweep tries again
  }
}

// An exception that comes this far is memory, or a thread, that could not be had in the middle of
// starting to read, write or look up: the connection that wanted it has ended with it. Nobody else's
// does.
void server::run(io_thread& on) {
  run_past_failures<std::exception>(on.context, [this, &on] {
    shared_.metrics.refused(problem_kind::internal);
    on.own.watch().start();
  });
}

bool server::drain(std::chrono::milliseconds patience) {
  shared_.draining.store(true);
  for (auto& each : threads_) {
    asio::post(each->context, [on = each.get()] {
      error_code ignored;
      on->acceptor.close(ignored);
      on->own.watch().drain();
    });
  }
  const auto until = monotonic::now() + patience;
  while (shared_.connections.load() > 0 && monotonic::now() < until)
    std::this_thread::sleep_for(drain_poll);
  const bool clean = shared_.connections.load() == 0;
  shared_.closing.store(true);
  for (auto& each : threads_) {
    asio::post(each->context, [on = each.get()] { on->own.watch().close_all(); });
  }
  while (shared_.connections.load() > 0)
    std::this_thread::sleep_for(drain_poll);
  for (auto& each : threads_) {
    asio::post(each->context, [on = each.get()] { on->own.stop(); });
    each->worker.join();
  }
  joined_ = true;
  return clean;
}

}  // namespace stint
