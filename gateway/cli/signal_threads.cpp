// Tested by tests/gateway/cli/signal_threads_test.cpp and tests/end_to_end/hung_disk_test.py.
#include "gateway/cli/signal_threads.hpp"

namespace stint {

asked_work::asked_work(std::function<void()> work)
    : work_(std::move(work)), thread_([this] { run(); }) {}

asked_work::~asked_work() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void asked_work::ask() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  changed_.notify_one();
}

void asked_work::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return asked_ || ends_; });
    if (ends_) return;
    asked_ = false;
    lock.unlock();
    work_();
    lock.lock();
  }
}

void stop_deadline::begin(std::chrono::milliseconds patience) {
  if (thread_.joinable()) return;
  thread_ = std::thread([this, patience] {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, patience, [this] { return done_; })) when_late_();
  });
}

stop_deadline::~stop_deadline() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

}  // namespace stint
