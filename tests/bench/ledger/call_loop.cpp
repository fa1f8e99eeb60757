#include "bench/ledger/call_loop.hpp"

#include <thread>
#include <utility>

#include <time.h>

#include "bench/ledger/calls.hpp"
#include "bench/ledger/progress.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"

namespace stint::bench {

using clock_type = std::chrono::steady_clock;

namespace {

// How long the other connections of an io thread keep it busy.
constexpr std::chrono::microseconds awake_max{50};

}  // namespace

double process_cpu_seconds() {
  ::timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

void stay_awake(std::chrono::microseconds length) {
  const auto until = clock_type::now() + length;
  while (clock_type::now() < until)
    std::this_thread::yield();
}

call_loop::result call_loop::run(std::size_t outstanding, std::chrono::duration<double> length) {
  const auto begin = clock_type::now();
  const double cpu = process_cpu_seconds();
  for (std::size_t i = 0; i < outstanding; ++i)
    begin_call();
  std::size_t open = outstanding;
  result made;
  std::vector<step> arrived;
  while (open != 0) {
    take(arrived);
    const bool more = clock_type::now() - begin < length;
    for (const step& each : arrived) {
      require(each.good, each.held ? "a hold was refused" : "a settlement was not recorded");
      if (each.held) {
        settle(each.id);
        continue;
      }
      ++made.pairs;
      if (more) {
        begin_call();
      } else {
        --open;
      }
    }
    arrived.clear();
  }
  made.seconds = std::chrono::duration<double>(clock_type::now() - begin).count();
  made.cpu_seconds = process_cpu_seconds() - cpu;
  return made;
}

std::vector<double> call_loop::lone_holds(std::size_t count, std::chrono::microseconds pause) {
  std::vector<double> took;
  std::vector<step> arrived;
  for (std::size_t i = 0; i < count; ++i) {
    stay_awake(pause);
    const auto begin = clock_type::now();
    begin_call();
    take(arrived);
    took.push_back(std::chrono::duration<double, std::micro>(clock_type::now() - begin).count());
    require(arrived.front().good, "a hold was refused");
    const call_id id = arrived.front().id;
    arrived.clear();
    settle(id);
    take(arrived);
    require(arrived.front().good, "a settlement was not recorded");
    arrived.clear();
  }
  return took;
}

void call_loop::begin_call() {
  auto request = request_of(++number_, now());
  const call_id id = request.id;
  books_.hold(std::move(request), [this, id](const admission& answer) {
    tell({.id = id, .held = true, .good = !answer.refused});
  });
}

void call_loop::settle(const call_id& id) {
  books_.settle(settlement_of(id, now()), [this, id](const settled& answer) {
    tell({.id = id, .held = false, .good = answer.recorded});
  });
}

void call_loop::tell(const step& what) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    told_.push_back(what);
    any_.store(true, std::memory_order_relaxed);
    wake = std::exchange(sleeps_, false);
  }
  if (wake) arrived_.notify_one();
}

void call_loop::take(std::vector<step>& into) {
  if (idle_ == idle::awake) {
    const auto until = clock_type::now() + awake_max;
    while (!any_.load(std::memory_order_relaxed) && clock_type::now() < until)
      std::this_thread::yield();
  }
  std::unique_lock lock(mutex_);
  while (told_.empty()) {
    sleeps_ = true;
    arrived_.wait(lock);
  }
  std::swap(into, told_);
  any_.store(false, std::memory_order_relaxed);
}

}  // namespace stint::bench
