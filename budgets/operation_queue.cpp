// Tested by tests/budgets/operation_queue_test.cpp.
#include "budgets/operation_queue.hpp"

#include <utility>

namespace stint {

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

bool operation_queue::take(std::vector<operation>& taken, deadline until) {
  std::unique_lock lock(mutex_);
  while (waiting_.empty() && !closed_) {
    taker_sleeps_ = true;
    if (arrived_.wait_until(lock, until) == std::cv_status::timeout) break;
  }
  taker_sleeps_ = false;
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
