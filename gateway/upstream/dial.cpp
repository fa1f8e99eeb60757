// Tested by tests/gateway/upstream/dial_test.cpp.
#include "gateway/upstream/dial.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>

#include "gateway/http/descriptors.hpp"
#include "gateway/http/waking_timer.hpp"

namespace stint {
namespace {

using tcp = asio::ip::tcp;

// RFC 8305, section 5: the recommended delay between two attempts.
constexpr std::chrono::milliseconds attempt_delay{250};

// The first stays first; then the families take turns, each in its own order.
void let_families_take_turns(std::vector<tcp::endpoint>& addresses) {
  if (addresses.empty()) return;
  const bool first_is_v6 = addresses.front().address().is_v6();
  std::vector<tcp::endpoint> others;
  std::vector<tcp::endpoint> same;
  for (const tcp::endpoint& each : addresses)
    (each.address().is_v6() == first_is_v6 ? same : others).push_back(each);
  addresses.clear();
  for (std::size_t i = 0; i < std::max(same.size(), others.size()); ++i) {
    if (i < same.size()) addresses.push_back(same[i]);
    if (i < others.size()) addresses.push_back(others[i]);
  }
}

// All attempts of one call. Their handlers keep it until each has ended.
class race : public std::enable_shared_from_this<race> {
 public:
  race(asio::io_context& context, std::vector<tcp::endpoint> addresses)
      : context_(context), addresses_(std::move(addresses)), over_(context), next_(context) {
    sockets_.reserve(addresses_.size());  // they stay where they are
  }

  void start() {
    error_ = asio::error::host_not_found;
    try_next();
  }
  [[nodiscard]] waking_timer& over() noexcept { return over_; }

  // What came of it by now; whatever goes on is given up.
  [[nodiscard]] dialled finish(const error_code& unfinished) {
    done_ = true;
    next_.cancel();
    dialled result{tcp::socket(context_)};
    result.error = error_;
    if (winner_ != nullptr) {
      result.socket = std::move(*winner_);
      result.error.clear();
    } else if (running_ != 0) {
      result.error = unfinished;
    }
    for (tcp::socket& each : sockets_) {
      error_code ignored;
      if (&each != winner_) each.close(ignored);
    }
    return result;
  }

 private:
  void try_next() {
    while (!done_ && sockets_.size() < addresses_.size()) {
      const tcp::endpoint& to = addresses_[sockets_.size()];
      tcp::socket& made = sockets_.emplace_back(context_);
      error_code failed;
      made.open(to.protocol(), failed);
      if (!failed && !may_keep(made.native_handle())) {
        failed = asio::error::no_descriptors;
        error_code ignored;
        made.close(ignored);
      }
      if (failed) {
        error_ = failed;
        continue;
      }
      ++running_;
      made.async_connect(to, [self = shared_from_this(), &made](const error_code& error) {
        self->ended(made, error);
      });
      if (sockets_.size() < addresses_.size()) try_another_soon();
      return;
    }
    if (running_ == 0) over_.wake();
  }

  void try_another_soon() {
    next_.expires_after(attempt_delay);
    next_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->try_next();
    });
  }

  void ended(tcp::socket& which, const error_code& error) {
    --running_;
    if (done_) return;
    if (!error) {
      done_ = true;
      winner_ = &which;
      over_.wake();
      return;
    }
    error_ = error;
    next_.cancel();
    try_next();
  }

  asio::io_context& context_;
  std::vector<tcp::endpoint> addresses_;
  std::vector<tcp::socket> sockets_;  // one for each address tried
  waking_timer over_;
  asio::steady_timer next_;
  tcp::socket* winner_ = nullptr;
  std::size_t running_ = 0;
  error_code error_;
  bool done_ = false;
};

}  // namespace

asio::awaitable<dialled> dial(asio::io_context& context, std::vector<tcp::endpoint> addresses,
                              monotonic::time_point deadline, client_presence& client) {
  let_families_take_turns(addresses);
  const auto run = std::make_shared<race>(context, std::move(addresses));
  run->start();
  client.watch_client([run] { run->over().wake(); });
  co_await run->over().wait(deadline);
  client.unwatch_client();
  const bool left = client.client_gone() || client.cut();
  co_return run->finish(left ? asio::error::operation_aborted : asio::error::timed_out);
}

}  // namespace stint
