// Tested by tests/gateway/admin/server_test.cpp.
#include "gateway/admin/server.hpp"

#include <exception>
#include <list>
#include <stdexcept>
#include <thread>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "gateway/admin/session.hpp"
#include "gateway/admin/token.hpp"
#include "gateway/cannot_listen.hpp"
#include "gateway/memory/run_past_failures.hpp"

namespace stint {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t connections_max = 256;
// One may verify, one may back up, one may sum up a year, one is left for /metrics.
constexpr std::size_t worker_count = 4;
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

class admin_server::implementation {
 public:
  implementation(const config& settings, const current_prices& prices, ledger_thread& ledger,
                 metrics& counts, key_ring& keys, std::function<bool()> ready)
      : services_{settings, prices, ledger, counts, keys, std::move(ready), {}, {}, {}},
        token_(load_or_make_admin_token(settings.admin_token_file)),
        home_(1),
        workers_(worker_count),
        acceptor_(home_),
        desk_{services_, token_, home_, workers_} {
    listen(settings.admin);
    begin_to_accept();
    thread_ = std::thread([this] { run(); });
  }

  ~implementation() {
    home_.stop();
    thread_.join();
    services_.verification.progress.stop = true;
    services_.backup.progress.stop = true;
    workers_.join();
  }
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  struct connection {
    explicit connection(tcp::socket socket) : stream(std::move(socket)) {}
    boost::beast::tcp_stream stream;
    admin_guest guest;
    bool shown_out = false;
  };

  void listen(const listener_config& where) {
    const tcp::endpoint endpoint(asio::ip::make_address(where.address), where.port);
    boost::system::error_code failed;
    acceptor_.open(endpoint.protocol(), failed);
    if (!failed) acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor_.bind(endpoint, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) {
      throw std::runtime_error(cannot_listen({"admin", where.address, where.port}, failed));
    }
    port_ = acceptor_.local_endpoint().port();
  }

  void begin_to_accept() {
    auto lives = std::make_shared<char>();
    accepting_ = lives;
    asio::co_spawn(home_, accept_all(std::move(lives)), [](const std::exception_ptr& failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  // Who accepts may have been the one that failed; it is looked for behind what the loop has yet to tidy up.
  void run() {
    run_past_failures<std::exception>(home_, [this] {
      services_.metrics.refused(problem_kind::internal);
      std::this_thread::sleep_for(accept_pause);
      asio::post(home_, [this] {
        if (accepting_.expired()) begin_to_accept();
      });
    });
  }

  // `lives`: for as long as this does.
  asio::awaitable<void> accept_all(std::shared_ptr<char> /*lives*/) {
    for (;;) {
      auto [failed, socket] = co_await acceptor_.async_accept(as_values);
      if (failed == asio::error::operation_aborted) co_return;
      if (failed) {
        // Out of descriptors, most likely: they come back when connections end.
        asio::steady_timer pause(home_, accept_pause);
        co_await pause.async_wait(as_values);
        continue;
      }
      if (connections_.size() >= connections_max && !show_one_out())
        continue;  // the socket closes: better no answer than no bound
      const auto place = connections_.emplace(connections_.end(), std::move(socket));
      asio::co_spawn(home_, serve_admin_session(place->stream, place->guest, desk_),
                     [this, place](const std::exception_ptr&) { connections_.erase(place); });
    }
  }

  // Connections that say nothing must not shut out who has something to ask: the one that is least
  // likely to go on ends. False: all of them are being answered. A place is free once its session has
  // noticed, which is before long; until then one that is shown out does not count.
  bool show_one_out() {
    connection* chosen = nullptr;
    std::size_t leaving = 0;
    for (connection& each : connections_) {
      if (each.shown_out) ++leaving;
      if (each.shown_out || !each.guest.waiting()) continue;
      if (chosen == nullptr || each.guest.goes_before(chosen->guest)) chosen = &each;
    }
    if (leaving >= connections_max) return false;
    if (connections_.size() - leaving < connections_max) return true;
    if (chosen == nullptr) return false;
    chosen->shown_out = true;
    chosen->stream.close();
    return true;
  }

  admin_services services_;
  secret token_;
  std::weak_ptr<char> accepting_;  // who accepts; admin thread only
  asio::io_context home_;
  std::list<connection> connections_;  // admin thread only
  asio::thread_pool workers_;
  tcp::acceptor acceptor_;
  admin_desk desk_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

admin_server::admin_server(const config& settings, const current_prices& prices,
                           ledger_thread& ledger, metrics& counts, key_ring& keys,
                           std::function<bool()> ready)
    : implementation_(std::make_unique<implementation>(settings, prices, ledger, counts, keys,
                                                       std::move(ready))) {}

admin_server::~admin_server() = default;

std::uint16_t admin_server::port() const noexcept {
  return implementation_->port();
}

}  // namespace stint
