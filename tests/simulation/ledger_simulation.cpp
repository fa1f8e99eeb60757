// ledger_simulation FIRST_SEED LAST_SEED OPERATIONS: one run for each seed, see simulation.hpp.
#include <cstdio>
#include <string>

#include "simulation/simulation.hpp"
#include "tsan_suppressions.hpp"

namespace {

using number = unsigned long long;

void report(number seed, number operations, const stint::testing::simulation::tally& seen) {
  std::printf(
      "seed %llu: %llu operations as audited; %llu calls admitted, %llu of them lowered, %llu "
      "extensions, %llu waited, %llu of them let in, %llu outages, %llu restarts\n",
      seed, operations, static_cast<number>(seen.admitted), static_cast<number>(seen.lowered),
      static_cast<number>(seen.extended), static_cast<number>(seen.waited),
      static_cast<number>(seen.let_in), static_cast<number>(seen.outages),
      static_cast<number>(seen.restarts));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ledger_simulation FIRST_SEED LAST_SEED OPERATIONS\n");
    return 2;
  }
  const auto operations = std::stoull(argv[3]);
  for (auto seed = std::stoull(argv[1]); seed <= std::stoull(argv[2]); ++seed) {
    stint::testing::simulation run(seed, operations);
    run.run();
    report(seed, operations, run.seen());
  }
}
