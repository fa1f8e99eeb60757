// Applies operations in groups: to the state machine, then as one batch to the store, then the
// answers. Also what happens when the store fails. Everything of the ledger but its thread, so that
// simulations can run it without one. One thread.
//
// When a write fails it is not known whether the group is on the log. Its holds are taken back and
// answered storage_unavailable, its settlements are answered as not recorded, and the group is
// kept. From then on holds are refused and settlements are deferred, until the storage takes data
// again: the store is opened anew, which shows whether the group was on the log; it is completed,
// and what was deferred follows. So nothing is lost, nothing counts twice, and no restart is
// needed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "budgets/books/early_ids.hpp"
#include "budgets/books/recovery.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "budgets/store/ledger_store.hpp"
#include "budgets/writer/believed_clock.hpp"
#include "budgets/writer/ledger_options.hpp"
#include "budgets/writer/operation.hpp"
#include "budgets/writer/waiting_line.hpp"

namespace stint {

class ledger_writer {
 public:
  using steady_time = std::chrono::steady_clock::time_point;

  // Opens the store and resolves orphans. Throws std::runtime_error saying what is wrong and what
  // to do.
  explicit ledger_writer(ledger_options options);

  void process(std::span<operation> operations);
  // What is due: a step of what is listed, the ends of waits, a new attempt at failed storage, retention. Not needed before
  // next_upkeep().
  void upkeep(steady_time now);
  [[nodiscard]] steady_time next_upkeep() const noexcept;
  // Every call in line is told that the budget is busy, and every list of standings is finished.
  void end_waiting();

  [[nodiscard]] const ledger_store& store() const noexcept { return store_; }
  [[nodiscard]] const ledger& state() const noexcept { return *ledger_; }
  [[nodiscard]] ledger_health health() const;  // from any thread

 private:
  template <class Answer>
  struct waiter {
    call_id id;
    completion<Answer> answer;
    Answer result;
    bool made_hold = false;
  };

  // A change of the caps: told whether it was written.
  using caps_waiter = completion<bool>;

  // How many of the first operations can be written in one batch: a change of the caps is a group
  // of its own, so that it finds no counter that waits to be written.
  [[nodiscard]] static std::size_t length_of_group(std::span<const operation> operations) noexcept;
  void resolve_orphans(ledger_recovery& from);
  void write_group(std::span<operation> operations);
  void finish_group();
  void apply(hold_operation& what);
  void apply(extend_operation& what);
  void apply(abandon_operation& what);
  void apply(progress_note& what);
  void apply(settle_operation& what);
  void apply(record_operation& what);
  void apply(standings_operation& what);
  void apply(key_operation& what);
  void apply(answer_note& what);
  void hold_now(hold_operation& what);
  [[nodiscard]] bool must_wait_behind(const hold_operation& what, waiting_line::ticket mine,
                                      hold_refusal& why);
  [[nodiscard]] bool may_wait(const hold_operation& what, const hold_refusal& why) const;
  void join_line(hold_operation&& what, hold_refusal why);
  void serve_waiting();
  void serve_line(std::string_view cap, std::string_view scope);
  void serve_all_lines();
  void turn_away(waiting_line::departure&& left, refusal_reason reason);
  void end_waits(steady_time now);
  void apply(reconfigure_operation& what);
  void apply(history_operation& what);
  void apply(adjust_operation& what);
  void apply(amend_operation& what);
  [[nodiscard]] amended amend_row(const amendment_order& order);
  void repost(const ledger_store::moment& at, const amended_row& row, const amendment_order& order);
  void repost_on_disk(const ledger_store::moment& at, const ledger_format::counter_key& of,
                      const ledger::charge_change& charge);
  // As a key and a value of the state.
  [[nodiscard]] std::pair<std::string, std::string> audit(audit_record record);
  void audit_caps(shown_caps next, const signature& by);
  void end_histories(const std::vector<cap_history>& histories);
  [[nodiscard]] bool was_resolved(const call_id& id);
  void note_early_ids();
  [[nodiscard]] storage_result write_changes();
  void commit();
  void answer_waiters();
  // Counters that are looked at after each group: about a fifth of a millisecond.
  static constexpr std::size_t listed_at_once = 1'024;
  void list_standings(std::size_t counters = listed_at_once);

  void fail_group(const storage_failure& why);
  void turn_away(operation& what);
  void defer(settle_operation& what);
  void defer(record_operation& what);
  void retry_storage(steady_time now);
  void write_deferred();
  void prune(steady_time now);
  [[nodiscard]] std::optional<wall_time> prune_as_of(std::chrono::hours rows_kept);
  void note_failure(const storage_failure& why);
  void publish_counts() noexcept;

  ledger_options options_;
  believed_clock clock_;
  ledger_store store_;
  std::unique_ptr<ledger> ledger_;
  early_ids early_ids_;
  cap_register register_;
  std::uint64_t next_adjustment_ = 1;
  std::uint64_t next_audit_ = 1;
  shown_caps caps_shown_;  // of the list in force

  // The group at hand.
  std::vector<waiter<admission>> holds_;
  std::vector<waiter<extension>> extensions_;
  std::vector<waiter<settled>> settlements_;
  std::vector<waiter<bool>> keys_;
  std::vector<std::pair<std::string, std::string>> puts_;
  std::vector<ledger_store::state_edit> edits_;
  // Of a group of its own, which changes caps: what belongs to its counters, and is therefore kept
  // with them when the write fails.
  std::vector<std::pair<std::string, std::string>> cap_puts_;
  std::vector<caps_waiter> caps_waiters_;

  // Lists of standings in the making.
  struct listing {
    standings_walk walk;
    completion<listed_standings> answer;
  };
  std::vector<listing> listings_;

  waiting_line line_;
  steady_time next_look_{};  // at calls in line, where nothing that happens gives reason to
  // While the storage fails.
  bool failed_ = false;
  bool rollups_written_ = false;  // an attempt at the kept group proved to be on the log
  std::vector<operation> deferred_;
  boost::unordered_flat_set<call_id, call_id_hash> deferred_ids_;
  std::chrono::milliseconds backoff_{};
  steady_time next_prune_{};
  steady_time next_upkeep_{};

  struct counts {
    std::atomic<bool> writable{true};
    std::atomic<std::uint64_t> groups{0};
    std::atomic<std::uint64_t> operations{0};
    std::atomic<std::uint64_t> holds_active{0};
    std::atomic<std::uint64_t> orphans{0};
    std::atomic<std::uint64_t> deferred{0};
    std::atomic<std::uint64_t> dropped{0};
    std::atomic<std::size_t> waiting{0};
    std::atomic<std::int64_t> last_seen_us{0};
  };
  counts counts_;
  mutable std::mutex error_mutex_;
  std::string last_error_;
};

}  // namespace stint
