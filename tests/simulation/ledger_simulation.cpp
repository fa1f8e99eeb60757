// ledger_simulation FIRST_SEED LAST_SEED OPERATIONS: one run for each seed, see simulation.hpp.
#include <cstdio>
#include <string>

#include "simulation/simulation.hpp"
#include "tsan_suppressions.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ledger_simulation FIRST_SEED LAST_SEED OPERATIONS\n");
    return 2;
  }
  const auto operations = std::stoull(argv[3]);
  for (auto seed = std::stoull(argv[1]); seed <= std::stoull(argv[2]); ++seed) {
    stint::testing::simulation(seed, operations).run();
    std::printf("seed %llu: %llu operations, every answer and every balance as audited\n", seed,
                operations);
    std::fflush(stdout);
  }
}
