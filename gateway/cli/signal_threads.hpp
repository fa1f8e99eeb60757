// What keeps `stint serve` answering to signals while a disk hangs: a reload has a thread of its own, and a stop has an
// end. Owned by serve(), on the thread that takes the signals.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace stint {

// Does the same work each time it is asked, one at a time; what is asked for meanwhile is done once more afterwards.
class asked_work {
 public:
  explicit asked_work(std::function<void()> work);
  ~asked_work();  // waits for what runs
  asked_work(const asked_work&) = delete;
  asked_work& operator=(const asked_work&) = delete;

  void ask();

 private:
  void run();

  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
  bool ends_ = false;
  std::thread thread_;
};

// Once it is begun, `when_late` is called if this still lives after `patience`.
class stop_deadline {
 public:
  explicit stop_deadline(std::function<void()> when_late) : when_late_(std::move(when_late)) {}
  ~stop_deadline();
  stop_deadline(const stop_deadline&) = delete;
  stop_deadline& operator=(const stop_deadline&) = delete;

  void begin(std::chrono::milliseconds patience);

 private:
  std::function<void()> when_late_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace stint
