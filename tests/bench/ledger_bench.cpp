// How many hold + settle pairs a second the ledger takes, with three caps, from one caller thread
// that keeps a number of calls outstanding: ledger_bench DIRECTORY SECONDS. Also what a pair costs
// in the state machine alone, and in the writer without a thread, so that the rest can be told
// apart. The last line is JSON.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <time.h>

#include "budgets/ledger_thread.hpp"
#include "budgets/ledger_writer.hpp"

namespace {

using namespace stint;
using clock_type = std::chrono::steady_clock;

[[nodiscard]] std::vector<cap> three_caps() {
  constexpr std::int64_t never_reached = 1'000'000'000'000'000;
  cap tenant_day;
  tenant_day.name = "tenant-day";
  tenant_day.per = {dimension::tenant};
  tenant_day.limit = never_reached;
  cap feature_day = tenant_day;
  feature_day.name = "feature-day";
  feature_day.per = {dimension::tenant, dimension::feature};
  feature_day.unit = cap_unit::tokens;
  cap org = tenant_day;
  org.name = "org-month";
  org.per.clear();
  org.window.kind = window_kind::month;
  return {tenant_day, feature_day, org};
}

[[nodiscard]] wall_time now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

[[nodiscard]] hold_request request_of(std::uint64_t number, wall_time at) {
  hold_request request;
  request.id = make_call_id(at, number, number * 0x9E37'79B9'7F4A'7C15);
  request.admitted = at;
  request.charged = {.tenant = "tenant-" + std::to_string(number % 50),
                     .feature = "feature-" + std::to_string(number % 7),
                     .key = "key_0123456789abcdef",
                     .user = "",
                     .model = "gpt-5.6-sol",
                     .provider = "openai"};
  request.worst = {
      .input_tokens = 300, .output_tokens = 1'024, .cost = nanodollars{12'000'000}, .requests = 1};
  request.known.input_tokens = 300;
  request.known_cost = nanodollars{600'000};
  request.price_version = "2026-11-01";
  return request;
}

[[nodiscard]] settlement settlement_of(const call_id& id, wall_time at) {
  settlement what;
  what.id = id;
  what.used.input_tokens = 300;
  what.used.output_tokens = 150;
  what.cost = nanodollars{2'100'000};
  what.price_version = "2026-11-01";
  what.model_served = "gpt-5.6-sol";
  what.status = 200;
  what.first_byte = at;
  what.ended = at;
  return what;
}

[[nodiscard]] double process_cpu_seconds() {
  ::timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

[[nodiscard]] ledger_options options_in(const std::string& directory, durability how) {
  std::filesystem::remove_all(directory);
  ledger_options options;
  options.directory = directory;
  options.durability = how;
  options.caps = three_caps();
  return options;
}

// One thread that asks and is told, as an io thread is: answers are handed over, and each begins
// the call's next step.
class caller {
 public:
  explicit caller(ledger_thread& books) : books_(books) {}

  struct result {
    double pairs_per_second = 0;
    double cpu_microseconds = 0;  // of all threads, for a pair
  };
  [[nodiscard]] result run(std::size_t outstanding, std::chrono::duration<double> length) {
    const auto begin = clock_type::now();
    const double cpu = process_cpu_seconds();
    for (std::size_t i = 0; i < outstanding; ++i)
      begin_call();
    std::size_t open = outstanding;
    std::uint64_t pairs = 0;
    std::vector<step> arrived;
    while (open != 0) {
      take(arrived);
      const bool more = clock_type::now() - begin < length;
      for (const step& each : arrived) {
        if (each.held) {
          settle(each.id);
          continue;
        }
        ++pairs;
        if (more) {
          begin_call();
        } else {
          --open;
        }
      }
      arrived.clear();
    }
    const std::chrono::duration<double> took = clock_type::now() - begin;
    return {.pairs_per_second = static_cast<double>(pairs) / took.count(),
            .cpu_microseconds = (process_cpu_seconds() - cpu) * 1e6 / static_cast<double>(pairs)};
  }

 private:
  struct step {
    call_id id;
    bool held = false;
  };

  void begin_call() {
    auto request = request_of(++number_, now());
    const call_id id = request.id;
    books_.hold(std::move(request), [this, id](admission) { tell({.id = id, .held = true}); });
  }
  void settle(const call_id& id) {
    books_.settle(settlement_of(id, now()),
                  [this, id](settled) { tell({.id = id, .held = false}); });
  }
  void tell(const step& what) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      told_.push_back(what);
      wake = std::exchange(sleeps_, false);
    }
    if (wake) arrived_.notify_one();
  }
  void take(std::vector<step>& into) {
    std::unique_lock lock(mutex_);
    while (told_.empty()) {
      sleeps_ = true;
      arrived_.wait(lock);
    }
    std::swap(into, told_);
  }

  ledger_thread& books_;
  std::uint64_t number_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<step> told_;
  bool sleeps_ = false;
};

// The state machine alone: groups of 64 holds, then their settlements, and nothing written.
[[nodiscard]] double state_machine_microseconds() {
  std::vector<numbered_cap> caps;
  for (const cap& each : three_caps())
    caps.push_back({.definition = each, .number = 1});
  ledger books(std::move(caps), 1, now());
  constexpr std::uint64_t pairs = 200'000;
  std::vector<call_id> ids;
  double cpu = 0;
  for (std::uint64_t number = 0; number < pairs; number += 64) {
    std::vector<hold_request> requests;
    std::vector<settlement> settlements;
    for (std::uint64_t i = 0; i < 64; ++i) {
      requests.push_back(request_of(number + i, now()));
      settlements.push_back(settlement_of(requests.back().id, now()));
    }
    const double begin = process_cpu_seconds();
    for (auto& each : requests)
      (void)books.hold(std::move(each));
    books.written();
    for (auto& each : settlements)
      (void)books.settle(std::move(each));
    books.written();
    cpu += process_cpu_seconds() - begin;
  }
  return cpu * 1e6 / static_cast<double>(pairs);
}

// State machine, encoding and RocksDB, in groups of 64, on one thread.
[[nodiscard]] double writer_microseconds(const std::string& directory) {
  ledger_writer books(options_in(directory, durability::process));
  constexpr std::uint64_t pairs = 100'000;
  double spent = 0;
  for (std::uint64_t number = 0; number < pairs; number += 64) {
    std::vector<operation> holds;
    std::vector<operation> settlements;
    for (std::uint64_t i = 0; i < 64; ++i) {
      auto request = request_of(number + i, now());
      settlements.emplace_back(
          settle_operation{.what = settlement_of(request.id, now()), .answer = {}});
      holds.emplace_back(hold_operation{.request = std::move(request), .answer = {}});
    }
    ::timespec begin{};
    ::timespec end{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    books.process(holds);
    books.process(settlements);
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    spent += static_cast<double>(end.tv_sec - begin.tv_sec) * 1e6 +
             static_cast<double>(end.tv_nsec - begin.tv_nsec) * 1e-3;
  }
  return spent / static_cast<double>(pairs);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: ledger_bench DIRECTORY SECONDS\n");
    return 2;
  }
  const std::string directory = argv[1];
  const std::chrono::duration<double> length(std::stod(argv[2]));
  std::printf("state machine alone: %.2f us a pair\n", state_machine_microseconds());
  std::printf("with encoding and RocksDB, groups of 64: %.2f us a pair\n",
              writer_microseconds(directory));
  std::string json;
  for (const auto how : {durability::process, durability::disk}) {
    const char* name = how == durability::disk ? "disk" : "process";
    for (const std::size_t outstanding : {1U, 64U}) {
      ledger_thread books(options_in(directory, how));
      const auto result = caller(books).run(outstanding, length);
      std::printf("%-7s %2zu outstanding: %8.0f pairs/s, %.1f us of CPU a pair\n", name,
                  outstanding, result.pairs_per_second, result.cpu_microseconds);
      json += (json.empty() ? "" : ", ") + std::string("\"pairs_per_second_") + name + "_" +
              std::to_string(outstanding) +
              "\": " + std::to_string(static_cast<std::int64_t>(result.pairs_per_second));
    }
  }
  std::filesystem::remove_all(directory);
  std::printf("{%s}\n", json.c_str());
}
