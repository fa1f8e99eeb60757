// What a ledger is opened with, and what it says of its own health. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "budgets/records/alert.hpp"
#include "budgets/records/amendment.hpp"
#include "budgets/records/cap.hpp"
#include "budgets/records/row.hpp"

namespace rocksdb {
class Env;
}

namespace stint {

enum class durability : std::uint8_t {
  process,  // the log survives the end of the process (kill -9); the default
  disk      // every group is synced: the log survives loss of power
};

struct ledger_options {
  std::string directory;  // created when missing; owned exclusively while the ledger lives
  stint::durability durability = durability::process;
  std::vector<cap> caps;
  std::string caps_from;              // where they were read, for the audit: a file
  std::size_t store_files_max = 512;  // descriptors that the store's tables may take
  // Operations waiting; a hold beyond it is refused as storage_unavailable.
  std::size_t queue_max = 65'536;
  std::size_t waiting_per_scope_max = 1'000;  // so that one scope does not take all places
  std::size_t waiting_max = 10'000;  // calls in line; one more is told that the budget is busy
  int rows_kept_days = 90;           // roll-ups are kept for ever
  // An orphan is posted at all that it held: its provider may have generated that. false: at what
  // was known of it.
  bool orphans_at_hold = true;
  // Called on the ledger thread after each committed group, before its waiters: the only source of
  // metrics. Orphans resolved at start are reported on the constructing thread.
  std::function<void(std::span<const ledger_row>, std::span<const alert_crossing>)> on_committed;
  // The same for rows that are told differently afterwards.
  std::function<void(std::span<const amended_row>)> on_amended;
  // The wall clock, replaced in simulations; the machine's when empty. Called on the ledger thread;
  // once on the constructing thread.
  std::function<wall_time()> now;
  // What runs on by itself, to judge the wall clock by (believed_clock.hpp): the machine's where `now` is the machine's.
  // Empty beside a clock of one's own, which is then believed. From any thread.
  std::function<std::chrono::microseconds()> run;
  // Whether something vouches for the wall clock: the machine's NTP where `now` is the machine's. Empty: nothing does.
  std::function<bool()> clock_is_set = {};
  // Somebody wrote a file by then, say: it is no earlier at the start, nor than the latest time in the books.
  wall_time known_time{};
  // Told how many rows have been read while a ledger of an older version is opened: that may take a while.
  // On the constructing thread.
  std::function<void(std::uint64_t rows)> on_upgrade = {};
  // Null: the machine's files; another one in tests of failing storage.
  rocksdb::Env* environment = nullptr;
};

// Counts of the ledger's own health, readable from any thread at any time.
struct ledger_health {
  bool writable = true;          // false after a failed write, until the storage takes data again
  bool hangs = false;            // the disk has not answered for long: not writable either
  std::string last_error;        // of the latest failure, kept after it is over
  std::uint64_t groups = 0;      // batches written
  std::uint64_t operations = 0;  // operations applied
  std::uint64_t holds_active = 0;
  std::uint64_t orphans_at_start = 0;
  std::size_t queue_depth = 0;
  std::size_t waiting = 0;  // calls in line because others' holds stand in their way
  // Resolutions and records that wait for the storage to take data again.
  std::uint64_t deferred = 0;
  // How much the wall clock was set forward while the process ran, or is beyond what can be at its start; below zero:
  // back.
  std::chrono::microseconds clock_ahead{};
  // How far the latest time in the books is in front of the clock: windows wait for the clock to come there.
  std::chrono::microseconds books_ahead{};
  // Records of calls without a hold that were lost because too many waited.
  std::uint64_t dropped = 0;
};

}  // namespace stint
