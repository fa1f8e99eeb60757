// Tested by tests/budgets/store/ledger_store_test.cpp and storage_failure_test.cpp.
#include "budgets/store/ledger_store.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <stdexcept>

#include <rocksdb/convenience.h>
#include <rocksdb/env.h>

#include "budgets/store/insert_places.hpp"
#include "budgets/store/open_database.hpp"
#include "pricing/invariant.hpp"

namespace stint {

namespace format = ledger_format;

namespace {

// Large enough that a disk with only a few free blocks does not look writable.
constexpr std::size_t probe_bytes = std::size_t{1} << 20;

[[nodiscard]] storage_result result_of(const rocksdb::Status& status) {
  if (status.ok()) return std::nullopt;
  return storage_failure{status.ToString()};
}

[[nodiscard]] std::string row_bound(wall_time at) {
  std::string key;
  format::append_row_key(key, make_call_id(at, 0, 0));
  return key;
}

using places = std::shared_ptr<const rocksdb::SliceTransform>;

[[nodiscard]] rocksdb::Status delete_range(rocksdb::WriteBatch& batch,
                                           rocksdb::ColumnFamilyHandle* in, const places& kept,
                                           const std::string& from, const std::string& to) {
  invariant(!kept->InDomain(from), "a deleted range begins where keys would be lost");
  return batch.DeleteRange(in, from, to);
}

// Where rows are kept for longer than they were, what was deleted stays deleted.
[[nodiscard]] rocksdb::Status put_later(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* in,
                                        std::string_view key, wall_time at,
                                        rocksdb::WriteBatch& batch) {
  std::string value;
  const auto status = db.Get(rocksdb::ReadOptions(), in, as_slice(key), &value);
  if (!status.ok() && !status.IsNotFound()) return status;
  const std::int64_t noted = status.ok() ? format::read_number(value).value_or(0) : 0;
  value.clear();
  format::append_number(value, std::max<std::int64_t>(noted, at.time_since_epoch().count()));
  return batch.Put(in, as_slice(key), value);
}

}  // namespace

storage_result ledger_store::write(const group& what) {
  if (database_->open.db == nullptr) return storage_failure{"the store is closed"};
  const format::group_mark next{.sequence = committed_.sequence + 1, .last_seen = what.last_seen};
  auto& batch = database_->batch.build({.state = database_->open.family(family::state),
                                        .rows = database_->open.family(family::rows)},
                                       what, next);
  rocksdb::WriteOptions options;
  options.sync = options_.sync_each_group;
  if (auto failed = result_of(database_->open.db->Write(options, &batch))) return failed;
  committed_ = next;
  database_->mark->advance(next.sequence);
  return std::nullopt;
}

ledger_store::reopen_result ledger_store::reopen() {
  if (database_->open.db != nullptr) {
    if (auto failed = probe()) return {.failed = std::move(failed)};
  }
  database_->wanted = true;
  const std::unique_lock alone(database_->in_use);
  database_->wanted = false;
  const format::group_mark before = committed_;
  database_->open.close();
  try {
    check_before_open();
    open();
  } catch (const std::runtime_error& refused) {
    return {.failed = storage_failure{refused.what()}};
  }
  const std::uint64_t more = committed_.sequence - before.sequence;
  invariant(more <= 1, "a reopened log must end at the last group or at the one that failed");
  return {.failed = {},
          .found = more == 0 ? reopened::without_failed_group : reopened::with_failed_group};
}

// Through RocksDB's own environment, so that it meets what the log would meet.
storage_result ledger_store::probe() const {
  rocksdb::Env* environment = database_->open.db->GetEnv();
  const std::string path = options_.directory + "/PROBE";
  std::unique_ptr<rocksdb::WritableFile> file;
  auto status = environment->NewWritableFile(path, &file, rocksdb::EnvOptions());
  if (status.ok()) status = file->Append(std::string(probe_bytes, 'p'));
  if (status.ok()) status = file->Sync();
  if (file != nullptr) {
    const auto closed = file->Close();
    if (status.ok()) status = closed;
  }
  file.reset();
  (void)environment->DeleteFile(path);
  return result_of(status);
}

storage_result ledger_store::prune(const pruning& what) {
  if (database_->open.db == nullptr) return storage_failure{"the store is closed"};
  rocksdb::DB& db = *database_->open.db;
  auto* state = database_->open.family(family::state);
  auto* rows = database_->open.family(family::rows);
  const std::string begin = row_bound(wall_time{});
  const std::string end = row_bound(what.rows_until);
  rocksdb::WriteBatch batch;
  auto status = delete_range(batch, rows, rocksdb_options::places_in_rows(), begin, end);
  const auto note = [&](std::string_view key, wall_time until) {
    if (status.ok()) status = put_later(db, state, key, until, batch);
  };
  note(format::rows_deleted_key, what.rows_until);
  note(format::pruned_key, what.as_of);
  for (const auto& [number, until] : what.counters_until) {
    std::string from;
    std::string to;
    // After the epoch: `forever` counters start there and are kept.
    format::append_counters_prefix(from, number, wall_time{std::chrono::microseconds{1}});
    format::append_counters_prefix(to, number, until);
    if (status.ok())
      status = delete_range(batch, state, rocksdb_options::places_in_state(), from, to);
  }
  rocksdb::WriteOptions options;
  options.sync = options_.sync_each_group;
  if (status.ok()) status = db.Write(options, &batch);
  if (!status.ok()) return result_of(status);
  // The range is deleted; this only gives back at once the files that held nothing else. It does so under whoever reads,
  // snapshot or not: then it waits for the next time.
  const std::unique_lock alone(database_->in_use, std::try_to_lock);
  if (!alone) return std::nullopt;
  const rocksdb::Slice from(begin);
  const rocksdb::Slice to(end);
  return result_of(rocksdb::DeleteFilesInRange(&db, rows, &from, &to, false));
}

}  // namespace stint
