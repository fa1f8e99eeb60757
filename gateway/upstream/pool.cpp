// Tested by tests/gateway/upstream/pool_test.cpp and tests/end_to_end/{tls,upstream_fault}_test.py.
#include "gateway/upstream/pool.hpp"

#include <chrono>
#include <cstdint>
#include <new>
#include <utility>

#include "gateway/upstream/authority.hpp"
#include "gateway/upstream/dial.hpp"
#include "gateway/upstream/tunnel.hpp"

namespace stint {

namespace {
std::string through_proxy(const provider_config& provider) {
  if (!provider.proxy) return {};
  return "through the proxy " + host_and_port(provider.proxy->host, provider.proxy->port) + " (" +
         provider.proxy->source + "): ";
}

problem cannot_connect(const provider_config& provider, const std::string& why, bool timed_out) {
  return make_problem(timed_out ? problem_kind::upstream_timeout : problem_kind::upstream_refused,
                      "provider '" + provider.name + "' at " + authority_of(provider) +
                          " cannot be reached: " + through_proxy(provider) + why);
}

// What is connected to: the provider, or the proxy that leads there.
const std::string& next_host(const provider_config& provider) noexcept {
  return provider.proxy ? provider.proxy->host : provider.host;
}
std::uint16_t next_port(const provider_config& provider) noexcept {
  return provider.proxy ? provider.proxy->port : provider.port;
}

// Counted among the open connections, and not any more where none is made, whatever the reason: memory or
// a thread that could not be had ends the coroutine in the middle.
class place_in_pool {
 public:
  explicit place_in_pool(std::size_t& open) noexcept : open_(&open) { ++open; }
  ~place_in_pool() {
    if (open_ != nullptr) --*open_;
  }
  place_in_pool(const place_in_pool&) = delete;
  place_in_pool& operator=(const place_in_pool&) = delete;
  void keep() noexcept { open_ = nullptr; }

 private:
  std::size_t* open_;
};

problem nobody_asks(const provider_config& provider) {
  return make_problem(problem_kind::upstream_refused,
                      "the client left before provider '" + provider.name + "' was reached");
}

problem no_descriptors(const provider_config& provider) {
  problem full = make_problem(problem_kind::overloaded,
                              "too many connections are open to reach provider '" + provider.name +
                                  "'; raise the limit of open files (ulimit -n) or try again");
  full.retry_after_s = 1;
  return full;
}
}  // namespace

upstream_pool::upstream_pool(asio::io_context& context, const provider_config& provider,
                             asio::ssl::context* tls)
    : context_(context), provider_(provider), tls_(tls) {}

upstream_connection_ptr upstream_pool::take_idle() noexcept {
  while (!idle_.empty()) {
    // The most recently used one: the others may then grow old and be closed.
    upstream_connection_ptr candidate = std::move(idle_.back());
    idle_.pop_back();
    if (candidate->is_quiet()) return candidate;
    drop(std::move(candidate));
  }
  return nullptr;
}

asio::awaitable<result<upstream_connection_ptr>> upstream_pool::acquire(watched& watch,
                                                                        metrics& counts) {
  if (auto idle = take_idle()) co_return std::move(idle);
  co_return co_await acquire_new(watch, counts);
}

asio::awaitable<result<upstream_connection_ptr>> upstream_pool::acquire_new(watched& watch,
                                                                            metrics& counts) {
  if (open_ >= provider_.connections_max) {
    problem full = make_problem(problem_kind::overloaded,
                                "all " + std::to_string(provider_.connections_max) +
                                    " connections to provider '" + provider_.name +
                                    "' are in use; raise providers." + provider_.name +
                                    ".connections_max or try again");
    full.retry_after_s = 1;
    co_return full;
  }
  place_in_pool place(open_);
  auto made = co_await connect(watch, counts);
  if (made) place.keep();
  co_return std::move(made);
}

asio::awaitable<result<upstream_connection_ptr>> upstream_pool::connect(watched& watch,
                                                                        metrics& counts) {
  const std::chrono::milliseconds patience(provider_.connect_timeout_ms);
  const auto deadline = monotonic::now() + patience;
  const auto fail = [&](upstream_fault fault, const std::string& why) {
    counts.upstream_failed(provider_.name, fault);
    return cannot_connect(provider_, why, fault == upstream_fault::timeout);
  };
  const std::string too_late = "no answer in " + std::to_string(patience.count()) + " ms";
  if (!name_) name_.emplace(context_, next_host(provider_), next_port(provider_));
  const auto found = co_await name_->get(deadline, watch);
  if (watch.client_gone() || watch.cut()) co_return nobody_asks(provider_);
  if (found.error == asio::error::timed_out)
    co_return fail(upstream_fault::timeout,
                   "its name is not resolved in " + std::to_string(patience.count()) + " ms");
  if (found.error)
    co_return fail(upstream_fault::refused,
                   "its name does not resolve (" + found.error.message() + ")");

  auto made = co_await dial(context_, found.addresses, deadline, watch);
  if (watch.client_gone() || watch.cut()) co_return nobody_asks(provider_);
  if (made.error == asio::error::no_descriptors) co_return no_descriptors(provider_);
  if (made.error) name_->doubt();
  if (made.error == asio::error::timed_out) co_return fail(upstream_fault::timeout, too_late);
  if (made.error) co_return fail(upstream_fault::refused, made.error.message());
  error_code ignored;
  name_->prefer(made.socket.remote_endpoint(ignored));
  const auto left = [deadline] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - monotonic::now());
  };
  transport plain(std::move(made.socket));
  if (provider_.proxy) {
    const armed_deadline rest(watch, plain, left());
    watch.close_with_client(&plain);
    const std::string failed = co_await open_tunnel(plain, provider_);
    watch.unwatch_client();
    if (watch.client_gone() || watch.cut()) co_return nobody_asks(provider_);
    if (watch.expired()) co_return fail(upstream_fault::timeout, too_late);
    if (!failed.empty()) co_return fail(upstream_fault::refused, failed);
  }
  if (tls_ == nullptr) co_return upstream_connection_ptr(new upstream_connection(std::move(plain)));

  transport link(std::move(plain.socket()), *tls_);
  const armed_deadline rest(watch, link, left());
  watch.close_with_client(&link);
  const error_code failed = co_await link.handshake_client(provider_.host);
  watch.unwatch_client();
  if (watch.client_gone() || watch.cut()) co_return nobody_asks(provider_);
  if (watch.expired()) co_return fail(upstream_fault::timeout, too_late);
  if (failed) co_return fail(upstream_fault::tls, "TLS failed (" + failed.message() + ")");
  co_return upstream_connection_ptr(new upstream_connection(std::move(link)));
}

void upstream_pool::give_back(upstream_connection_ptr connection) noexcept {
  // An answer may end just as we have hung up on it.
  transport& wire = connection->wire;
  if (connection->begin != connection->end || !wire.socket().is_open() || !wire.may_send()) {
    drop(std::move(connection));
    return;
  }
  // Kept only if that costs nothing that cannot be had.
  try {
    if (idle_.size() == idle_.capacity()) idle_.reserve(2 * idle_.size() + 1);
    connection->watch_idle();
    idle_.push_back(connection);
  } catch (const std::bad_alloc&) {
    drop(std::move(connection));
  }
}

void upstream_pool::drop(upstream_connection_ptr connection) noexcept {
  connection->wire.close();
  --open_;
}

void upstream_pool::close_idle(monotonic::time_point now) noexcept {
  const std::chrono::milliseconds patience(provider_.pool_idle_ms);
  std::erase_if(idle_, [&](upstream_connection_ptr& each) {
    if (each->is_quiet() && now - each->idle_since < patience) return false;
    drop(std::move(each));
    return true;
  });
}

void upstream_pool::close_all_idle() noexcept {
  while (!idle_.empty()) {
    drop(std::move(idle_.back()));
    idle_.pop_back();
  }
}

}  // namespace stint
