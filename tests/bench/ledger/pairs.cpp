#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "bench/ledger/bare_rocksdb.hpp"
#include "bench/ledger/call_loop.hpp"
#include "bench/ledger/calls.hpp"
#include "bench/ledger/commands.hpp"
#include "bench/ledger/progress.hpp"

namespace stint::bench {
namespace {

using clock_type = std::chrono::steady_clock;
using microseconds = std::chrono::duration<double, std::micro>;

[[nodiscard]] double median(std::vector<double> of) {
  std::ranges::sort(of);
  return of[of.size() / 2];
}

// Every call is in the books once, at its cost.
void check_books(const ledger_thread& books, std::uint64_t pairs) {
  const auto spent = books.spend({});
  require(spent.size() == 1 && spent.front().sums.calls == static_cast<std::int64_t>(pairs),
          "the roll-ups do not have every call");
  require(
      spent.front().sums.cost.count() == static_cast<std::int64_t>(pairs) * cost_of_each.count(),
      "the calls' cost is wrong");
  require_none(books.verify());
}

// A mailbox with room for one token: what a thread needs at least to hand something over.
class mailbox {
 public:
  void put() {
    {
      const std::lock_guard lock(mutex_);
      full_ = true;
    }
    arrived_.notify_one();
  }
  void take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return full_; });
    full_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool full_ = false;
};

[[nodiscard]] std::vector<double> hand_overs(std::size_t count, std::chrono::microseconds pause) {
  mailbox there;
  mailbox back;
  std::thread other([&] {
    for (std::size_t i = 0; i < count; ++i) {
      there.take();
      back.put();
    }
  });
  std::vector<double> took;
  for (std::size_t i = 0; i < count; ++i) {
    stay_awake(pause);
    const auto begin = clock_type::now();
    there.put();
    back.take();
    took.push_back(microseconds(clock_type::now() - begin).count());
  }
  other.join();
  return took;
}

}  // namespace

void measure_pairs(const pairs_question& asked) {
  const log_keeper kept(asked.directory + "/kept");
  const std::string ours = asked.directory + "/ours";
  std::filesystem::remove_all(ours);
  call_loop::result made;
  {
    auto options = options_in(ours, three_caps());
    options.durability = asked.sync ? durability::disk : durability::process;
    options.environment = kept.environment();
    ledger_thread books(options);
    call_loop caller(books, asked.asleep ? idle::asleep : idle::awake);
    made = caller.run(asked.callers, std::chrono::duration<double>(asked.seconds));
    check_books(books, made.pairs);
  }
  auto batches = kept.batches(ours);
  std::uint64_t records = 0;
  for (const auto& each : batches)
    records += static_cast<std::uint64_t>(each.Count());
  // A hold is one record and the mark; a settlement the removal, a counter, a row, and the marks.
  require(records > made.pairs * 3, "the log does not have every call");

  bare_database bare(asked.directory + "/bare", kept.environment());
  const double cpu = process_cpu_seconds();
  const auto begin = clock_type::now();
  for (auto& each : batches)
    bare.write(each, asked.sync);
  const double seconds = std::chrono::duration<double>(clock_type::now() - begin).count();
  const double bare_cpu = process_cpu_seconds() - cpu;
  const auto pairs = static_cast<double>(made.pairs);
  std::printf(
      "{\"callers\": %zu, \"ours\": %.1f, \"bare\": %.1f, \"group\": %.2f, \"ours_cpu_us\": %.2f, "
      "\"bare_cpu_us\": %.2f}\n",
      asked.callers, pairs / made.seconds, pairs / seconds,
      2 * pairs / static_cast<double>(batches.size()), made.cpu_seconds * 1e6 / pairs,
      bare_cpu * 1e6 / pairs);
}

void measure_lone_hold(const std::string& directory, std::size_t count) {
  // Long enough that the ledger thread is asleep again.
  constexpr std::chrono::microseconds pause{200};
  const log_keeper kept(directory + "/kept");
  const std::string ours = directory + "/ours";
  std::filesystem::remove_all(ours);
  std::vector<double> holds;
  {
    auto options = options_in(ours, three_caps());
    options.environment = kept.environment();
    ledger_thread books(options);
    call_loop caller(books, idle::asleep);
    holds = caller.lone_holds(count, pause);
    check_books(books, count);
  }
  auto batches = kept.batches(ours);
  require(batches.size() >= 2 * count, "a lone hold was not alone in its group");
  // The groups are a hold and its settlement in turns; what opened the store comes before them.
  batches.erase(batches.begin(), batches.end() - static_cast<std::ptrdiff_t>(2 * count));
  bare_database bare(directory + "/bare", kept.environment());
  std::vector<double> puts;
  for (std::size_t i = 0; i < batches.size(); i += 2) {
    stay_awake(pause);
    const auto begin = clock_type::now();
    bare.write(batches[i], false);
    puts.push_back(microseconds(clock_type::now() - begin).count());
    bare.write(batches[i + 1], false);
  }
  std::printf("{\"hold_us\": %.2f, \"put_us\": %.2f, \"hand_over_us\": %.2f}\n", median(holds),
              median(puts), median(hand_overs(count, pause)));
}

}  // namespace stint::bench
