// Proves the books: Σ rows = Σ hour roll-ups = Σ day roll-ups, and every counter of every cap = Σ
// of what it counted. Reads one moment of the store, on the caller's thread: all rows and all
// roll-ups, in their order, so that it keeps no more in memory than a day of them and the open
// windows.
//
// A window that rows still cover is proved from rows. An older one is proved from hour roll-ups,
// where its ends are full UTC hours and its cap asks for nothing that they do not tell (the user,
// the number of calls held). What cannot be proved is counted, with the reason; it is not called
// wrong.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "budgets/records/cap.hpp"
#include "budgets/store/ledger_store.hpp"
#include "budgets/store/work_progress.hpp"

namespace stint {

struct unproved_cap {
  std::string cap;
  std::uint64_t counters = 0;
  std::string reason;
};

struct books_proof {
  // What does not agree, one sentence each: cap, scope, window and both figures. The first
  // thousand.
  std::vector<std::string> findings;
  std::uint64_t findings_left_out = 0;
  std::uint64_t rows = 0;
  std::uint64_t hours = 0;  // hour roll-ups compared with rows
  std::uint64_t days = 0;   // day roll-ups compared with hours
  std::uint64_t counters_by_rows = 0;
  std::uint64_t counters_by_rollups = 0;
  std::vector<unproved_cap> unproved;

  void find(std::string what);
  [[nodiscard]] bool holds() const noexcept { return findings.empty(); }
};

// `progress` counts rows. Throws std::runtime_error when it was stopped or the storage cannot be
// read.
[[nodiscard]] books_proof prove_books(const ledger_store::moment& at, std::span<const cap> caps,
                                      work_progress& progress);

// The findings alone.
[[nodiscard]] std::vector<std::string> verify_books(const ledger_store::moment& at,
                                                    std::span<const cap> caps);

}  // namespace stint
