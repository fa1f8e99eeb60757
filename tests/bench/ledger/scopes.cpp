#include <filesystem>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

#include "bench/ledger/calls.hpp"
#include "bench/ledger/commands.hpp"
#include "bench/ledger/progress.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "budgets/store/ledger_store.hpp"

namespace stint::bench {
namespace {

[[nodiscard]] double resident_mb() {
  std::ifstream in("/proc/self/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  in >> all >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / 1e6;
}

}  // namespace

// The state machine alone: the size of RocksDB's buffers and caches does not depend on how many
// scopes there are. Each scope is a user of a tenant, 28 characters, with something spent.
void measure_scopes(std::size_t scopes) {
  const double before = resident_mb();
  std::vector<numbered_cap> caps;
  caps.push_back({.definition = cap_of("user-month", {dimension::tenant, dimension::user},
                                       cap_unit::usd, window_kind::month),
                  .number = 1});
  const wall_time at = now();
  ledger books(std::move(caps), 1, at);
  for (std::size_t i = 0; i < scopes; ++i) {
    auto row = row_of(i, at);
    row.charged.user = "user-" + std::to_string(1'000'000'000'000 + i);
    require(books.record(std::move(row)).recorded, "a call was not recorded");
    if (i % 1'024 == 0) books.written();
  }
  books.written();
  ::malloc_trim(0);
  const double after = resident_mb();
  const auto standings = books.standings(at);
  require(standings.size() == scopes, "a scope has no counter");
  for (const auto& each : standings)
    require(each.used == cost_of_each.count(), "a counter is wrong");
  std::printf("{\"scopes\": %zu, \"mb\": %.1f}\n", scopes, after - before);
}

}  // namespace stint::bench
