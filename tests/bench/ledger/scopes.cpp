#include <algorithm>
#include <chrono>
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

struct listing_times {
  double all_ms = 0;
  double longest_us = 0;  // what a call may have to wait
};

// As for a scrape, in the writer's steps.
[[nodiscard]] listing_times list_fullest(const ledger& books, wall_time at) {
  listing_times times;
  standings_walk walk;
  walk.count_max = 4'000;
  bool done = false;
  while (!done) {
    const auto begin = std::chrono::steady_clock::now();
    std::size_t budget = 1'024;
    done = books.walk_standings(walk, at, budget);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    times.longest_us = std::max(times.longest_us, took.count());
    times.all_ms += took.count() / 1'000;
  }
  return times;
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
  const auto listed = list_fullest(books, at);
  std::printf("{\"scopes\": %zu, \"mb\": %.1f, \"listed_ms\": %.1f, \"longest_step_us\": %.0f}\n",
              scopes, after - before, listed.all_ms, listed.longest_us);
}

}  // namespace stint::bench
