// One coarse sweep per io thread instead of a timer per operation: every few tens of milliseconds
// it closes what has passed its deadline and notices clients that have gone while we wait for a
// provider (one poll(2) for all of them). Belongs to one io thread; an entry is registered as long
// as it lives.
#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "gateway/http/client_presence.hpp"
#include "gateway/http/transport.hpp"

struct pollfd;

namespace stint {

class deadline_watch;

// What one connection is waiting for. The sweep sets the flags before it closes, so that the
// coroutine that wakes with an error can tell a deadline from a reset.
class watched final : public client_presence,
                      public boost::intrusive::list_base_hook<
                          boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  watched(deadline_watch& owner, transport& client) noexcept;
  ~watched() override = default;  // leaves the sweep's list

  // From now on `target` is closed when `patience` has passed. Replaces what was armed before.
  void arm(transport& target, std::chrono::milliseconds patience) noexcept;
  void disarm() noexcept { target_ = nullptr; }
  // If `target` is armed, then for no longer than `patience` from now on.
  void hurry(const transport& target, std::chrono::milliseconds patience) noexcept;
  // The deadline that was armed last has passed.
  [[nodiscard]] bool expired() const noexcept { return expired_; }

  [[nodiscard]] bool client_gone() const noexcept override { return client_gone_; }
  [[nodiscard]] bool cut() const noexcept override { return cut_; }
  void note_client_gone() noexcept { client_gone_ = true; }
  void look_for_client() noexcept override;
  void watch_client(std::function<void()> when_gone) noexcept override;
  void watch_writes(std::function<void(monotonic::duration)> while_slow) noexcept override {
    while_slow_ = std::move(while_slow);
  }
  // While set, the client's going closes `upstream` (nothing: is only noted).
  void close_with_client(transport* upstream) noexcept;
  void unwatch_client() noexcept override {
    watching_ = false;
    when_gone_ = nullptr;
    while_slow_ = nullptr;
  }

  // Idle: between two requests, where a shutdown may close at once.
  void set_idle(bool idle) noexcept {
    idle_from_ = idle ? monotonic::time_point::min() : monotonic::time_point::max();
  }
  // The same, when so much time has passed from now on.
  void set_idle_after(std::chrono::milliseconds patience) noexcept {
    idle_from_ = monotonic::now() + patience;
  }

 private:
  friend class deadline_watch;
  void leave() noexcept;

  transport& client_;
  transport* target_ = nullptr;
  transport* upstream_ = nullptr;
  monotonic::time_point armed_since_{};
  monotonic::time_point deadline_{};
  monotonic::time_point idle_from_ = monotonic::time_point::max();
  std::function<void()> when_gone_;
  std::function<void(monotonic::duration)> while_slow_;
  bool watching_ = false;
  bool expired_ = false;
  bool client_gone_ = false;
  bool cut_ = false;
};

// A deadline for one operation: armed for as long as this lives.
class [[nodiscard]] armed_deadline {
 public:
  armed_deadline(watched& by, transport& target, std::chrono::milliseconds patience) noexcept
      : by_(by) {
    by_.arm(target, patience);
  }
  ~armed_deadline() { by_.disarm(); }
  armed_deadline(const armed_deadline&) = delete;
  armed_deadline& operator=(const armed_deadline&) = delete;

 private:
  watched& by_;
};

// Something that is done once, at the next sweep; forgotten with its owner.
class sweep_task : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit sweep_task(deadline_watch& sweeps) noexcept : sweeps_(sweeps) {}
  ~sweep_task() = default;  // leaves the sweep's list
  sweep_task(const sweep_task&) = delete;
  sweep_task& operator=(const sweep_task&) = delete;

  // In place of what was to be done before. `task` may ask for the next sweep again.
  void run_at_next(std::function<void()> task);
  void forget() noexcept;

 private:
  friend class deadline_watch;
  deadline_watch& sweeps_;
  std::function<void()> task_;
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
  friend class sweep_task;
  void arm();
  void sweep();
  void find_gone_clients();
  void run_tasks();

  boost::asio::steady_timer timer_;
  boost::intrusive::list<watched, boost::intrusive::constant_time_size<false>> entries_;
  boost::intrusive::list<sweep_task, boost::intrusive::constant_time_size<false>> tasks_;
  std::vector<pollfd> polled_;  // kept between sweeps for its capacity
  std::vector<watched*> polled_for_;
  std::vector<std::function<void(monotonic::time_point)>> periodic_;
  bool draining_ = false;
  bool closing_ = false;
  bool stopped_ = false;
};

}  // namespace stint
