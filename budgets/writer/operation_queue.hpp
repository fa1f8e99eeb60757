// The way into the ledger: many threads push, the ledger thread takes everything at once. Bounded
// for what may be refused; what may not (a settlement, of which there is one for each hold) always
// enters. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "budgets/writer/operation.hpp"

namespace stint {

class operation_queue {
 public:
  using deadline = std::chrono::steady_clock::time_point;

  explicit operation_queue(std::size_t size_max) : size_max_(size_max) {}

  // False, and `what` is untouched, when the queue is full or closed.
  [[nodiscard]] bool push(operation&& what);
  // False only when the queue is closed.
  [[nodiscard]] bool push_unbounded(operation&& what);

  // Waits for operations until the deadline, and swaps all of them into `taken`, which must be
  // empty. False when the queue is closed and empty: there will be no more.
  [[nodiscard]] bool take(std::vector<operation>& taken, deadline until);

  void close();
  [[nodiscard]] std::size_t depth() const noexcept {
    return depth_.load(std::memory_order_relaxed);
  }

 private:
  enum class limit : bool { bounded, unbounded };
  bool push(operation&& what, limit how);
  void look(std::chrono::steady_clock::time_point begin) const;

  const std::size_t size_max_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<operation> waiting_;
  bool closed_ = false;
  bool taker_sleeps_ = false;  // a taker that is awake needs no waking, which is a system call
  std::atomic<std::size_t> depth_{0};
  std::chrono::steady_clock::duration last_wait_ = std::chrono::hours{1};  // the taker's alone
};

}  // namespace stint
