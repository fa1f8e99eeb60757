// The one writer. IO threads queue operations; this thread drains the queue, applies each to the in-memory state, writes one
// RocksDB batch for the whole group, then completes every waiter. Admission is therefore linearisable without locks, and the
// write is shared by everything in flight.
//
// Completions run on the ledger thread and must only hand the answer over (post to the waiter's io_context): they must not
// block, throw, or call back in here. Every method is thread-safe. Destruction drains the queue first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "budgets/cap.hpp"
#include "budgets/rollup.hpp"
#include "budgets/transfer.hpp"

namespace stint {

enum class durability : std::uint8_t {
  process,  // the log survives the end of the process (kill -9); the default
  disk      // every group is synced: the log survives loss of power
};

struct ledger_options {
  std::string directory;  // created when missing; owned exclusively while the ledger lives
  stint::durability durability = durability::process;
  std::vector<cap> caps;
  std::size_t queue_max = 65'536;  // operations waiting; a hold beyond it is refused as storage_unavailable
  int rows_kept_days = 90;         // roll-ups are kept for ever
  // Called on the ledger thread after each committed group, before its waiters: the only source of metrics.
  std::function<void(std::span<const ledger_row>, std::span<const alert_crossing>)> on_committed;
  // The wall clock, replaced in simulations.
  std::function<wall_time()> now;
};

// Counts of the ledger's own health, readable from any thread at any time.
struct ledger_health {
  bool writable = true;           // false after a failed write, until a probe write succeeds again
  std::string last_error;
  std::uint64_t groups = 0;       // batches written
  std::uint64_t operations = 0;   // operations applied
  std::uint64_t holds_active = 0;
  std::uint64_t orphans_at_start = 0;
  std::size_t queue_depth = 0;
};

// A virtual key as stored: opaque to this layer (the gateway encodes it), keyed by id.
struct stored_key {
  std::string id;
  std::string encoded;
};

class ledger_thread {
 public:
  // Opens (or creates) the store and resolves orphans, then starts the thread. Throws std::runtime_error saying what is wrong
  // and what to do when the store is corrupt, truncated, newer, or in use.
  explicit ledger_thread(ledger_options options);
  ~ledger_thread();
  ledger_thread(const ledger_thread&) = delete;
  ledger_thread& operator=(const ledger_thread&) = delete;

  void hold(hold_request request, std::function<void(admission)> completion);
  void note_progress(progress_note note);  // best effort, no answer
  void settle(settlement what, std::function<void(settled)> completion);
  // Records a call that never had a hold (refused, unmetered). It touches no cap counter unless it carries usage.
  void record(ledger_row row, std::function<void(settled)> completion);

  // Every live counter of every cap, as of one moment between two groups; cap and scope ascending.
  void standings(std::function<void(std::vector<cap_standing>)> completion);

  void put_key(stored_key key, std::function<void(bool recorded)> completion);
  [[nodiscard]] std::vector<stored_key> load_keys() const;

  // Reads, on the caller's thread, of what is committed.
  [[nodiscard]] std::vector<rollup_line> spend(const rollup_query& query) const;
  // Newest first; `before` pages. At most `limit` rows.
  [[nodiscard]] std::vector<ledger_row> rows(const row_query& query) const;
  // Proves Σ rows = Σ roll-ups = Σ counters of every `forever` cap; an empty list says it holds. Rows older than the
  // retention are proved through roll-ups only. Costs a scan of all rows.
  [[nodiscard]] std::vector<std::string> verify() const;
  [[nodiscard]] ledger_health health() const;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace stint
