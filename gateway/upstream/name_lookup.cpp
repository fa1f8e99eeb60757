// Tested by tests/gateway/upstream/name_lookup_test.cpp.
#include "gateway/upstream/name_lookup.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <new>
#include <optional>
#include <utility>

#include "gateway/http/waking_timer.hpp"

namespace stint {
namespace {

// A look-up is trusted this long: short enough to follow a fail-over, long enough to ask seldom.
constexpr std::chrono::seconds resolved_for{30};
// After a look-up failed: so that a name that is gone is not asked for by every call.
constexpr std::chrono::seconds failed_for{1};
constexpr std::size_t addresses_max = 16;

name_lookup::resolver machine_resolver(asio::io_context& context) {
  auto by = std::make_shared<asio::ip::tcp::resolver>(context);
  return [by](const std::string& host, std::uint16_t port, const name_lookup::callback& told) {
    try {
      by->async_resolve(host, std::to_string(port),
                        [told](const error_code& error, const auto& entries) {
                          name_lookup::endpoints all;
                          error_code failed = error;
                          try {
                            for (const auto& entry : entries) {
                              if (all.size() < addresses_max) all.push_back(entry.endpoint());
                            }
                          } catch (const std::bad_alloc&) {
                            failed = asio::error::no_memory;
                          }
                          told(failed, std::move(all));
                        });
    } catch (const boost::system::system_error& no_thread) {
      told(no_thread.code(), {});  // Asio starts one for the first look-up
    }
  };
}

}  // namespace

struct name_lookup::shared {
  explicit shared(asio::io_context& on) noexcept : context(on) {}

  asio::io_context& context;
  std::string host;
  std::uint16_t port = 0;
  resolver by;
  bool literal = false;  // an address, not a name: never looked up
  endpoints known;
  std::optional<asio::ip::tcp::endpoint> preferred;
  bool doubted = false;
  bool asking = false;
  error_code last_error;
  monotonic::time_point next{};  // look-up, not before
  std::vector<std::shared_ptr<waking_timer>> waiting;

  void put_preferred_first() {
    if (!preferred) return;
    const auto at = std::ranges::find(known, *preferred);
    if (at != known.end()) std::rotate(known.begin(), at, at + 1);
  }
  void take(const error_code& error, endpoints all) {
    asking = false;
    last_error = error;
    if (!error && all.empty()) last_error = asio::error::host_not_found;
    next = monotonic::now() + failed_for;
    if (!last_error) {
      known = std::move(all);
      put_preferred_first();
      doubted = false;
      next = monotonic::now() + resolved_for;
    }
    for (const auto& each : std::exchange(waiting, {}))
      each->wake();
  }
};

name_lookup::name_lookup(asio::io_context& context, std::string host, std::uint16_t port)
    : name_lookup(context, std::move(host), port, machine_resolver(context)) {}

name_lookup::name_lookup(asio::io_context& context, std::string host, std::uint16_t port,
                         resolver by)
    : state_(std::make_shared<shared>(context)) {
  error_code no_address;
  const auto address = asio::ip::make_address(host, no_address);
  state_->host = std::move(host);
  state_->port = port;
  state_->by = std::move(by);
  state_->literal = !no_address;
  if (state_->literal) state_->known.emplace_back(address, port);
}

// Where it cannot even be begun, for want of memory, the next call begins it.
void name_lookup::ask(const std::shared_ptr<shared>& state) {
  state->asking = true;
  try {
    state->by(state->host, state->port, [state](const error_code& error, endpoints all) {
      state->take(error, std::move(all));
    });
  } catch (const std::exception&) {
    state->asking = false;
    throw;
  }
}

asio::awaitable<name_lookup::found> name_lookup::get(monotonic::time_point deadline,
                                                     client_presence& client) {
  const std::shared_ptr<shared> state = state_;
  found result;
  if (!state->literal && !state->asking && monotonic::now() >= state->next) ask(state);
  const bool usable = !state->known.empty() && !state->doubted;
  if (state->asking && !usable) {
    const auto mine = std::make_shared<waking_timer>(state->context);
    state->waiting.push_back(mine);
    client.watch_client([mine] { mine->wake(); });
    // Some of the time is left for the addresses of before, which may answer after all.
    const auto now = monotonic::now();
    co_await mine->wait(state->known.empty() ? deadline : now + (deadline - now) / 2);
    client.unwatch_client();
    std::erase(state->waiting, mine);
  }
  result.addresses = state->known;
  if (result.addresses.empty()) {
    result.error = state->asking ? error_code(asio::error::timed_out) : state->last_error;
  }
  co_return result;
}

void name_lookup::doubt() noexcept {
  state_->doubted = true;
  state_->preferred.reset();
  state_->next = std::min(state_->next, monotonic::now() + failed_for);
}

void name_lookup::prefer(const asio::ip::tcp::endpoint& answered) {
  if (state_->preferred == answered) return;
  state_->preferred = answered;
  state_->put_preferred_first();
}

}  // namespace stint
