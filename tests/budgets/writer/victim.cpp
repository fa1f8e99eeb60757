// A process that runs a ledger under load until it is killed: ledger_victim DIRECTORY SEED
// {process|disk}. It prints "id cost" for each settlement after, and only after, the ledger has
// said that it is recorded. Driven by crash_test.cpp.
#include <future>
#include <random>
#include <string>
#include <thread>

#include <unistd.h>

#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/writer/crash_caps.hpp"
#include "budgets/writer/ledger_thread.hpp"
#include "pricing/wall_time.hpp"
#include "tsan_suppressions.hpp"

namespace {

using namespace stint;

void run_client(ledger_thread& books, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (true) {
    const auto now = wall_now();
    hold_request request;
    request.id = make_call_id(now, random(), random());
    request.admitted = now;
    request.charged.tenant = "tenant-" + std::to_string(random() % 4);
    request.charged.feature = "chat";
    request.charged.model = "gpt-5";
    request.worst = {
        .input_tokens = 50, .output_tokens = 100, .cost = nanodollars{500}, .requests = 1};
    request.known.input_tokens = 50;
    request.known_cost = nanodollars{100};
    settlement what;
    what.id = request.id;
    what.used.input_tokens = 50;
    what.used.output_tokens = static_cast<std::int64_t>(random() % 100);
    what.cost = nanodollars{100 + static_cast<std::int64_t>(random() % 400)};
    std::promise<bool> admitted;
    books.hold(std::move(request), [&](admission answer) { admitted.set_value(!answer.refused); });
    // Refused while the disk hangs, which a busy machine's does for seconds: another one is tried.
    if (!admitted.get_future().get()) continue;
    const std::string line = to_string(what.id) + ' ' + std::to_string(what.cost.count()) + '\n';
    std::promise<void> done;
    books.settle(std::move(what), [&](settled answer) {
      if (answer.recorded && ::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
      done.set_value();
    });
    done.get_future().get();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  ledger_options options;
  options.directory = argv[1];
  options.caps = testing::crash_caps();
  options.durability = std::string(argv[3]) == "disk" ? durability::disk : durability::process;
  ledger_thread books(std::move(options));
  const auto seed = std::stoull(argv[2]);
  std::vector<std::jthread> clients;
  for (std::uint64_t i = 0; i < 8; ++i)
    clients.emplace_back(run_client, std::ref(books), seed * 8 + i);
}
