// One coarse sweep per io thread instead of a timer per operation: every few tens of milliseconds
// it closes what has passed its deadline and notices clients that have gone while we wait for a
// provider (one poll(2) for all of them). Belongs to one io thread; an entry is registered as long
// as it lives.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "gateway/http/transport.hpp"

struct pollfd;

namespace stint {

using monotonic = std::chrono::steady_clock;

class deadline_watch;

// What one connection is waiting for. The sweep sets the flags before it closes, so that the
// coroutine that wakes with an error can tell a deadline from a reset.
class watched : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  watched(deadline_watch& owner, transport& client) noexcept;
  ~watched() = default;  // leaves the sweep's list
  watched(const watched&) = delete;
  watched& operator=(const watched&) = delete;

  // From now on `target` is closed when `patience` has passed. Replaces what was awaited before.
  void await(transport& target, std::chrono::milliseconds patience) noexcept;
  void await_nothing() noexcept { target_ = nullptr; }

  // While set, the client's going closes `upstream` (nothing: is only noted). A half-close counts
  // as going, as Envoy has it.
  void watch_client(transport* upstream) noexcept;
  void unwatch_client() noexcept {
    watching_ = false;
    when_gone_ = nullptr;
    while_slow_ = nullptr;
  }

  // Instead of closing anything, the client's going, or the end of the gateway, runs `when_gone`
  // once. It must not end this connection.
  void watch_client(std::function<void()> when_gone) noexcept;
  // Notices now, not at the next sweep, that the client has gone.
  void look_for_client() noexcept;
  // If `target` is awaited, then no longer than `patience` from now on.
  void hurry(const transport& target, std::chrono::milliseconds patience) noexcept;

  // While the client does not take what is written to it, `while_slow` is told at every sweep for
  // how long that has been. It must not end this connection.
  void watch_writes(std::function<void(monotonic::duration)> while_slow) noexcept {
    while_slow_ = std::move(while_slow);
  }

  // Runs `task` once, at the next sweep; nothing forgets it. It must not end this connection.
  void at_next_sweep(std::function<void()> task) { task_ = std::move(task); }

  // Idle: between two requests, where a shutdown may close at once.
  void set_idle(bool idle) noexcept { idle_ = idle; }

  [[nodiscard]] bool expired() const noexcept { return expired_; }
  [[nodiscard]] bool client_gone() const noexcept { return client_gone_; }
  // Closed by us at shutdown, whatever it was doing.
  [[nodiscard]] bool cut() const noexcept { return cut_; }
  void note_client_gone() noexcept { client_gone_ = true; }

 private:
  friend class deadline_watch;
  void leave() noexcept;

  transport& client_;
  transport* target_ = nullptr;
  transport* upstream_ = nullptr;
  monotonic::time_point awaited_since_{};
  monotonic::time_point deadline_{};
  std::function<void()> task_;
  std::function<void()> when_gone_;
  std::function<void(monotonic::duration)> while_slow_;
  bool watching_ = false;
  bool idle_ = false;
  bool expired_ = false;
  bool client_gone_ = false;
  bool cut_ = false;
};

class deadline_watch {
 public:
  // Fine enough for the shortest deadline in use (a second), coarse enough to cost nothing.
  static constexpr std::chrono::milliseconds interval{50};

  explicit deadline_watch(boost::asio::io_context& context);

  void start();
  void stop();
  // Run at every sweep, on this thread.
  void add_periodic(std::function<void(monotonic::time_point)> task) {
    periodic_.push_back(std::move(task));
  }
  // Closes idle connections now and whenever one becomes idle.
  void drain() noexcept { draining_ = true; }
  // Closes everything: what was waiting wakes with an error and settles.
  // The sweep goes on doing so: an operation that starts later is cut too.
  void close_all() noexcept;
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

 private:
  friend class watched;
  void arm();
  void sweep();
  void find_gone_clients();

  boost::asio::steady_timer timer_;
  boost::intrusive::list<watched, boost::intrusive::constant_time_size<false>> entries_;
  std::vector<pollfd> polled_;  // kept between sweeps for its capacity
  std::vector<watched*> polled_for_;
  std::vector<std::function<void(monotonic::time_point)>> periodic_;
  bool draining_ = false;
  bool closing_ = false;
  bool stopped_ = false;
};

}  // namespace stint
