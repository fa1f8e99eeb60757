// Tested by tests/gateway/upstream/pool_test.cpp and tests/end_to_end/{tls,upstream_fault}_test.py.
#include "gateway/upstream/pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace stint {

namespace {
constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
// A look-up is trusted this long: short enough to follow a fail-over, long enough to stay off the
// request path.
constexpr std::chrono::seconds resolved_for{30};

problem cannot_connect(const provider_config& provider, const std::string& why, bool timed_out) {
  return make_problem(timed_out ? problem_kind::upstream_timeout : problem_kind::upstream_refused,
                      "provider '" + provider.name + "' at " + provider.host + ":" +
                          std::to_string(provider.port) + " cannot be reached: " + why);
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
}  // namespace

upstream_pool::upstream_pool(asio::io_context& context, const provider_config& provider,
                             asio::ssl::context* tls)
    : context_(context), provider_(provider), tls_(tls), resolver_(context) {}

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

asio::awaitable<error_code> upstream_pool::resolve() {
  const auto now = monotonic::now();
  if (!endpoints_.empty() && now - resolved_at_ < resolved_for) co_return error_code();
  const std::string service = std::to_string(provider_.port);
  auto [error, found] = co_await resolver_.async_resolve(provider_.host, service, as_outcome);
  if (error) co_return error;
  endpoints_.clear();
  for (const auto& entry : found)
    endpoints_.push_back(entry.endpoint());
  resolved_at_ = now;
  co_return error_code();
}

asio::awaitable<result<upstream_connection_ptr>> upstream_pool::connect(watched& watch,
                                                                        metrics& counts) {
  const error_code unresolved = co_await resolve();
  if (unresolved) {
    counts.upstream_failed(provider_.name, upstream_fault::refused);
    co_return cannot_connect(provider_, "its name does not resolve (" + unresolved.message() + ")",
                             false);
  }
  // Nothing closes a look-up: who left meanwhile, or was cut, is only noticed here.
  if (watch.client_gone() || watch.cut()) co_return nobody_asks(provider_);
  error_code error = asio::error::host_not_found;
  const std::chrono::milliseconds patience(provider_.connect_timeout_ms);
  for (const auto& endpoint : std::vector(endpoints_)) {
    asio::ip::tcp::socket socket(context_);
    transport link =
        tls_ != nullptr ? transport(std::move(socket), *tls_) : transport(std::move(socket));
    const armed_deadline deadline(watch, link, patience);
    watch.close_with_client(&link);
    auto [connect_error] = co_await link.socket().async_connect(endpoint, as_outcome);
    error = connect_error;
    if (!error) link.tune();
    if (!error && tls_ != nullptr) {
      error = co_await link.handshake_client(provider_.host);
      if (error && !watch.expired() && !watch.client_gone()) {
        watch.unwatch_client();
        counts.upstream_failed(provider_.name, upstream_fault::tls);
        co_return cannot_connect(provider_, "TLS failed (" + error.message() + ")", false);
      }
    }
    watch.unwatch_client();
    if (watch.client_gone()) co_return nobody_asks(provider_);
    if (watch.expired()) {
      counts.upstream_failed(provider_.name, upstream_fault::timeout);
      co_return cannot_connect(provider_,
                               "no answer in " + std::to_string(patience.count()) + " ms", true);
    }
    if (!error) co_return upstream_connection_ptr(new upstream_connection(std::move(link)));
  }
  endpoints_.clear();  // look the name up again next time
  counts.upstream_failed(provider_.name, upstream_fault::refused);
  co_return cannot_connect(provider_, error.message(), false);
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
