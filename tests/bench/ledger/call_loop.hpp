// A caller of the ledger, as an io thread is one: it has a number of calls outstanding, is handed
// the answers, and each answer begins the call's next step.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "budgets/writer/ledger_thread.hpp"

namespace stint::bench {

// What the caller does while no answer is there: an io thread that has other work is awake; one
// that has none sleeps and must be woken.
enum class idle : bool { awake, asleep };

class call_loop {
 public:
  call_loop(ledger_thread& books, idle how) : books_(books), idle_(how) {}

  // Makes calls for this long, `outstanding` at a time; every one must be admitted and recorded.
  struct result {
    std::uint64_t pairs = 0;
    double seconds = 0;
    double cpu_seconds = 0;  // of all threads of the process
  };
  [[nodiscard]] result run(std::size_t outstanding, std::chrono::duration<double> length);

  // One hold after another, each settled before the next: how long each took until its answer, in
  // microseconds.
  [[nodiscard]] std::vector<double> lone_holds(std::size_t count, std::chrono::microseconds pause);

 private:
  struct step {
    call_id id;
    bool held = false;
    bool good = false;
  };

  void begin_call();
  void settle(const call_id& id);
  void tell(const step& what);
  void take(std::vector<step>& into);

  ledger_thread& books_;
  idle idle_;
  std::uint64_t number_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<step> told_;
  std::atomic<bool> any_{false};
  bool sleeps_ = false;
};

[[nodiscard]] double process_cpu_seconds();
// Lets time pass in which other threads fall asleep, as they do between two calls of a quiet hour.
void stay_awake(std::chrono::microseconds length);

}  // namespace stint::bench
