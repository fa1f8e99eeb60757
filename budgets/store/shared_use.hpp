// A lock that many may share and one may have alone, like std::shared_mutex, except that whoever
// shares it need not give it back on the thread that took it: a moment of the store is made on the
// ledger's thread and read on another one. Thread-safe. For std::shared_lock and std::unique_lock.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace stint {

class shared_use {
 public:
  void lock_shared() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return !alone_; });
    ++shared_;
  }
  void unlock_shared() {
    {
      const std::lock_guard guard(mutex_);
      --shared_;
    }
    changed_.notify_all();
  }
  // New ones wait behind this, or it would never come to its turn.
  void lock() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return !alone_; });
    alone_ = true;
    changed_.wait(guard, [this] { return shared_ == 0; });
  }
  // Only where nobody has it.
  [[nodiscard]] bool try_lock() {
    const std::lock_guard guard(mutex_);
    if (alone_ || shared_ != 0) return false;
    alone_ = true;
    return true;
  }
  void unlock() {
    {
      const std::lock_guard guard(mutex_);
      alone_ = false;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t shared_ = 0;
  bool alone_ = false;
};

}  // namespace stint
