// Tested by tests/budgets/writer/operation_queue_test.cpp.
#include "budgets/writer/operation_queue.hpp"

#include <thread>
#include <utility>

namespace stint {
namespace {

// Waking a thread on a core that went idle took 33 us on a virtual machine, three times as long as
// writing a hold. With this, one caller got 2.2 times as many pairs through, for less CPU each.
constexpr std::chrono::microseconds look_max{50};

}  // namespace

bool operation_queue::push(operation&& what) {
  return push(std::move(what), limit::bounded);
}

bool operation_queue::push_unbounded(operation&& what) {
  return push(std::move(what), limit::unbounded);
}

bool operation_queue::push(operation&& what, limit how) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || (how == limit::bounded && waiting_.size() >= size_max_)) return false;
    waiting_.push_back(std::move(what));
    depth_.store(waiting_.size(), std::memory_order_relaxed);
    wake = std::exchange(taker_sleeps_, false);
  }
  if (wake) arrived_.notify_one();
  return true;
}

// While operations come one shortly after the other, the taker looks for the next one for a while
// before it sleeps, and leaves the core to whoever wants it between two looks. Where they come
// rarely it sleeps at once.
void operation_queue::look(std::chrono::steady_clock::time_point begin) const {
  if (last_wait_ > look_max) return;
  while (depth() == 0 && std::chrono::steady_clock::now() - begin < look_max)
    std::this_thread::yield();
}

bool operation_queue::take(std::vector<operation>& taken, deadline until) {
  const auto begin = std::chrono::steady_clock::now();
  look(begin);
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !closed_) {
    taker_sleeps_ = true;
    if (arrived_.wait_until(lock, until) == std::cv_status::timeout) break;
  }
  taker_sleeps_ = false;
  last_wait_ = std::chrono::steady_clock::now() - begin;
  if (waiting_.empty()) return !closed_;
  std::swap(taken, waiting_);
  depth_.store(0, std::memory_order_relaxed);
  return true;
}

void operation_queue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_one();
}

}  // namespace stint
