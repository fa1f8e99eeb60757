// The one writer. IO threads queue operations; this thread drains the queue, applies each to the
// in-memory state, writes one RocksDB batch for the whole group, then completes every waiter.
// Admission is therefore linearisable without locks, and the write is shared by everything in
// flight.
//
// Completions run on the ledger thread and must only hand the answer over (post to the waiter's
// io_context): they must not block, throw, or call back in here. Every method is thread-safe.
// Destruction drains the queue first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "budgets/books/verify.hpp"
#include "budgets/records/adjustment.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/records/stored_answer.hpp"
#include "budgets/records/stored_key.hpp"
#include "budgets/store/backup.hpp"
#include "budgets/store/rollup.hpp"
#include "budgets/writer/completion.hpp"
#include "budgets/writer/ledger_options.hpp"

namespace stint {

struct reconfiguration {
  bool in_force = false;  // false: the storage takes no data, and the caps are those of before
  bool recorded = false;  // false: the storage failed; what was not recorded is said by `problem`
  std::string problem;
  // Names of new caps of whose open window rows are missing: they begin with too little.
  std::vector<std::string> incomplete;
};

class ledger_thread {
 public:
  // Opens (or creates) the store and resolves orphans, then starts the thread. Throws
  // std::runtime_error saying what is wrong and what to do when the store is corrupt, truncated,
  // newer, or in use.
  explicit ledger_thread(ledger_options options);
  ~ledger_thread();
  ledger_thread(const ledger_thread&) = delete;
  ledger_thread& operator=(const ledger_thread&) = delete;

  // When the queue is full it is refused as storage_unavailable, on the caller's thread. With
  // patience it may be answered that much later.
  void hold(hold_request request, completion<admission> answer);
  // Never waits in line: what cannot be had at once is refused.
  void extend(hold_extension what, completion<extension> answer);
  // A hold that waits in line is answered as busy; any other is left alone.
  void abandon(const call_id& id);
  void note_progress(progress_note note);  // best effort, no answer
  void settle(settlement what, completion<settled> answer);
  // Records a call that never had a hold (refused, unmetered). It touches no cap counter unless it
  // carries usage.
  void record(ledger_row row, completion<settled> answer);

  // Every counter of an open window, and those of closed ones with something held; a cap that is
  // not split is there before its first call. In no order (sort_standings), and each as of a moment
  // between two groups: they are looked at in steps, between which calls go on.
  void standings(completion<std::vector<cap_standing>> answer);
  // The same of the fullest alone.
  void fullest_standings(std::size_t count_max, completion<listed_standings> answer);

  // Another list of caps in place of the present one, while calls run. A cap that stays keeps its
  // usage; a new one begins with what its open window has seen, read from the ledger's history.
  // Until that is read it counts what is settled from now on, and no more. Blocks for as long as
  // the history takes to read: never on an io thread. One at a time.
  [[nodiscard]] reconfiguration reconfigure(std::vector<cap> caps, signature by);
  // The list in force.
  using cap_list = std::shared_ptr<const std::vector<cap>>;
  [[nodiscard]] cap_list caps() const noexcept;
  // A raise or a reset; recorded before it is answered.
  void adjust(adjustment_order order, completion<adjusted> answer);
  // All that were made, newest first, at most `limit`. As rows().
  [[nodiscard]] std::vector<adjustment> adjustments(std::size_t limit) const;

  // Tells a settled call differently; row, counters, sums and the audit record change together.
  void amend(amendment_order order, completion<amended> answer);
  // Everything that was done by hand, newest first, at most `limit`. As rows().
  [[nodiscard]] std::vector<audit_record> audits(std::size_t limit) const;
  // Those after this number, the oldest first, at most `limit`. As rows().
  [[nodiscard]] std::vector<audit_record> audits_after(std::uint64_t number,
                                                       std::size_t limit) const;

  void put_key(stored_key key, audit_record audit, completion<bool> answer);
  [[nodiscard]] std::vector<stored_key> load_keys() const;
  // Of answers that providers keep: what is to be stored, or "" for an id, and which is not any more, or "". Best
  // effort, no answer; in the order in which it is called.
  void note_answer(stored_answer put, std::string forgotten);
  [[nodiscard]] std::vector<stored_answer> load_answers() const;

  // Reads, on the caller's thread, of what is committed. They throw std::runtime_error when the
  // storage cannot be read.
  [[nodiscard]] std::vector<rollup_line> spend(const rollup_query& query) const;
  // Newest first; `before` pages. At most `limit` rows.
  [[nodiscard]] std::vector<ledger_row> rows(const row_query& query) const;
  // The same, saying from where to go on: also where only so many rows are to be looked at.
  [[nodiscard]] row_page page(const row_query& query) const;
  [[nodiscard]] std::optional<ledger_row> row(const call_id& id) const;
  // Proves Σ rows = Σ roll-ups = Σ counters; see verify.hpp. Costs a scan of all rows.
  [[nodiscard]] books_proof prove(work_progress& progress) const;
  [[nodiscard]] std::vector<std::string> verify() const;  // its findings; empty: the books agree
  // A copy of the ledger in a new or empty directory, while it is in use; whatever was acknowledged
  // before the call is in it. On the caller's thread; throws std::runtime_error.
  [[nodiscard]] backup_summary backup(const std::string& directory, work_progress& progress) const;
  [[nodiscard]] ledger_health health() const;

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace stint
