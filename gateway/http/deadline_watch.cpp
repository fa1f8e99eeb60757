// Tested by tests/gateway/http/deadline_watch_test.cpp.
#include "gateway/http/deadline_watch.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

#include <poll.h>

namespace stint {

namespace {
constexpr short gone_events = POLLRDHUP | POLLHUP | POLLERR;
}  // namespace

watched::watched(deadline_watch& owner, transport& client) noexcept : client_(client) {
  owner.entries_.push_back(*this);
}

void watched::arm(transport& target, std::chrono::milliseconds patience) noexcept {
  target_ = &target;
  expired_ = false;
  armed_since_ = monotonic::now();
  deadline_ = armed_since_ + patience;
}

void watched::close_with_client(transport* upstream) noexcept {
  upstream_ = upstream;
  when_gone_ = nullptr;
  watching_ = true;
}

void watched::watch_client(std::function<void()> when_gone) noexcept {
  upstream_ = nullptr;
  when_gone_ = std::move(when_gone);
  watching_ = true;
}

void watched::look_for_client() noexcept {
  if (client_gone_ || !client_.socket().is_open()) return;
  pollfd polled{.fd = client_.native_handle(), .events = POLLRDHUP, .revents = 0};
  if (::poll(&polled, 1, 0) > 0) client_gone_ = (polled.revents & gone_events) != 0;
}

void watched::hurry(const transport& target, std::chrono::milliseconds patience) noexcept {
  if (target_ == &target) deadline_ = std::min(deadline_, monotonic::now() + patience);
}

void watched::leave() noexcept {
  if (!watching_) return;
  if (upstream_ != nullptr) upstream_->close();
  if (when_gone_) std::exchange(when_gone_, nullptr)();
}

void sweep_task::run_at_next(std::function<void()> task) {
  task_ = std::move(task);
  if (!is_linked()) sweeps_.tasks_.push_back(*this);
}

void sweep_task::forget() noexcept {
  unlink();
  task_ = nullptr;
}

deadline_watch::deadline_watch(boost::asio::io_context& context) : timer_(context) {}

void deadline_watch::start() {
  arm();
}

void deadline_watch::stop() {
  // A handler that is queued already gets no error from cancel(), so it looks at the flag.
  stopped_ = true;
  timer_.cancel();
}

void deadline_watch::close_all() noexcept {
  closing_ = true;
  for (watched& entry : entries_) {
    entry.cut_ = true;
    entry.leave();
    if (entry.target_ != nullptr) entry.target_->close();
    entry.client_.close();
  }
}

void deadline_watch::arm() {
  timer_.expires_after(interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopped_) return;
    try {
      sweep();
    } catch (const std::bad_alloc&) {
      // The next one looks again; without it no deadline would ever be kept.
    }
    arm();
  });
}

void deadline_watch::sweep() {
  const auto now = monotonic::now();
  if (closing_) close_all();
  find_gone_clients();
  for (const auto& task : periodic_)
    task(now);
  run_tasks();
  for (watched& entry : entries_) {
    const bool is_writing = entry.target_ == &entry.client_;
    if (is_writing && entry.while_slow_) entry.while_slow_(now - entry.armed_since_);
    if (draining_ && now >= entry.idle_from_) {
      entry.client_.close();
    } else if (entry.target_ != nullptr && now >= entry.deadline_) {
      entry.expired_ = true;
      entry.target_->close();
      entry.target_ = nullptr;
    }
  }
}

// What a task asks for is the next sweep's, and a task may end another one's owner: so each is taken
// off the list before it runs.
void deadline_watch::run_tasks() {
  decltype(tasks_) due;
  due.swap(tasks_);
  while (!due.empty()) {
    sweep_task& next = due.front();
    due.pop_front();
    std::exchange(next.task_, nullptr)();
  }
}

void deadline_watch::find_gone_clients() {
  polled_.clear();
  polled_for_.clear();
  for (watched& entry : entries_) {
    if (!entry.watching_ || entry.client_gone_ || !entry.client_.socket().is_open()) continue;
    polled_.push_back(
        pollfd{.fd = entry.client_.native_handle(), .events = POLLRDHUP, .revents = 0});
    polled_for_.push_back(&entry);
  }
  if (polled_.empty() || ::poll(polled_.data(), polled_.size(), 0) <= 0) return;
  for (std::size_t i = 0; i < polled_.size(); ++i) {
    if ((polled_[i].revents & gone_events) == 0) continue;
    polled_for_[i]->client_gone_ = true;
    polled_for_[i]->leave();
  }
}

}  // namespace stint
