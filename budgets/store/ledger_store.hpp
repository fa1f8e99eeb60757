// The ledger on disk: the only file that knows RocksDB. One writer thread; any thread may read
// through a moment().
//
// Every key and value, byte by byte, with an example: docs/ledger.md, the one place of the grammar,
// which a test compares with a real store. In short, two column families: "default" is the state
// (adjustments 'a', caps 'c', days 'd', moved days 'e', holds 'h', keys 'k', what is known of the
// store itself 'm', counters 'n', answers that providers keep 'p', hours 'r', moved hours 's', audits 'u'; the
// first byte of a key says which), "rows" has one row for each call.
//
// One batch is one group of operations, numbered without gaps; what is held is not stored with the
// counters, because every hold is resolved at the start. Benefits: a settlement is one atomic write
// that reads nothing; a start reads holds and the counters of open windows, and rows only for caps
// that are new. Drawback: a counter's held amount can be known only by adding up the holds.
//
// Checksums: RocksDB's own on every log record, block and manifest entry. What they cannot see – a
// log that lost its end – is found by the sequence, which must be the same in both column families
// and not behind the acknowledged mark (acknowledged_mark.hpp). Recovery stops at the first damaged
// log record, so a store is always a prefix of what was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budgets/state/ledger/ledger.hpp"
#include "budgets/store/backup.hpp"
#include "budgets/store/format.hpp"

namespace rocksdb {
class Env;
}

namespace stint {

class backup_target;

struct storage_failure {
  std::string what;
};

// Nothing: it worked.
using storage_result = std::optional<storage_failure>;

struct store_options {
  std::string directory;
  bool sync_each_group = false;
  std::size_t files_max = 512;  // tables that are kept open
  // Null: the machine's; another one in tests of failing storage.
  rocksdb::Env* environment = nullptr;
  // Told how many rows have been read while a store of an older version is opened; may be empty.
  std::function<void(std::uint64_t rows)> on_upgrade = {};
};

class ledger_store {
 public:
  enum class family : std::uint8_t { state, rows };
  using pair_visitor = std::function<bool(std::string_view key, std::string_view value)>;

  // The store as it was at one moment between two groups. Keeps a failed store from being opened
  // again, so it is short-lived. Its methods throw std::runtime_error when the storage cannot be
  // read.
  class moment {
   public:
    explicit moment(const ledger_store& of);
    ~moment();
    moment(const moment&) = delete;
    moment& operator=(const moment&) = delete;

    // The writer waits to open a failed store anew: a long reader should end.
    [[nodiscard]] bool wanted() const noexcept;
    [[nodiscard]] std::optional<std::string> get(std::string_view key) const;  // of the state
    [[nodiscard]] std::optional<std::string> row(const call_id& id) const;
    [[nodiscard]] std::uint64_t rows_estimated() const;  // without reading them
    // Ascending through [from, until), or descending from below `until`, until the visitor returns
    // false. Throws, too, when the store is wanted().
    void scan(family in, std::string_view from, std::string_view until,
              const pair_visitor& visit) const;
    void scan_down(family in, std::string_view from, std::string_view until,
                   const pair_visitor& visit) const;

   private:
    struct state;
    std::unique_ptr<state> state_;
  };

  // Opens or creates. Throws std::runtime_error saying what is wrong and what to do.
  explicit ledger_store(store_options options);
  ~ledger_store();

  [[nodiscard]] const ledger_format::group_mark& committed() const noexcept { return committed_; }

  // A key of the state and its new value; nothing: it is deleted.
  struct state_edit {
    std::string key;
    std::optional<std::string> value;
  };

  // One group, one batch. After a failure nothing more can be written until reopen() has said what
  // became of the group.
  struct group {
    const ledger_changes* changes = nullptr;
    wall_time last_seen{};
    std::span<const std::pair<std::string, std::string>>
        puts;                                // further keys and values of the state
    bool rollups_written = false;            // by an earlier attempt
    std::span<const state_edit> edits = {};  // behind them, in this order
  };
  [[nodiscard]] storage_result write(const group& what);

  enum class reopened : std::uint8_t { without_failed_group, with_failed_group };
  struct reopen_result {
    storage_result failed;
    reopened found = reopened::without_failed_group;
  };
  // Tries whether the storage takes data again and, if so, opens the store anew: what the log then
  // holds is what was written. Until it takes data, the old one stays open for reading.
  [[nodiscard]] reopen_result reopen();

  // Deletes rows of calls made before `rows_until`; and counters of the caps numbered so that opened
  // before. What was deleted as of a later moment stays noted.
  struct pruning {
    wall_time as_of{};
    wall_time rows_until{};
    std::vector<std::pair<std::uint32_t, wall_time>> counters_until;
  };
  [[nodiscard]] storage_result prune(const pruning& what);

  // Copies the store into a new or empty directory while it is in use; whatever was acknowledged
  // before the call is in the copy. From any thread. Throws std::runtime_error; see
  // backup.hpp.
  [[nodiscard]] backup_summary backup(const std::string& directory, work_progress& progress) const;

 private:
  struct database;

  // Under the locks that keep the store open, and its files.
  [[nodiscard]] backup_files::file_list copy_files(backup_target& target,
                                                   work_progress& progress) const;
  void open();
  void create();
  void check_before_open() const;
  [[nodiscard]] storage_result probe() const;

  store_options options_;
  std::unique_ptr<database> database_;
  ledger_format::group_mark committed_;
};

}  // namespace stint
