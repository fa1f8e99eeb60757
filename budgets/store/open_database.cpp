// Tested by tests/budgets/store/ledger_store_test.cpp.
#include "budgets/store/open_database.hpp"

#include <algorithm>
#include <cstdarg>

#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include "budgets/store/insert_places.hpp"
#include "budgets/store/rollup_merge.hpp"

namespace stint {

open_database& open_database::operator=(open_database&& other) noexcept {
  if (this != &other) {
    close();
    db = std::move(other.db);
    families = std::exchange(other.families, {});
  }
  return *this;
}

void open_database::close() noexcept {
  if (db == nullptr) return;
  for (auto*& each : families) {
    if (each != nullptr) (void)db->DestroyColumnFamilyHandle(each);
    each = nullptr;
  }
  db.reset();
}

namespace rocksdb_options {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

[[nodiscard]] rocksdb::CompressionType best_compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  const bool lz4 = std::ranges::find(supported, rocksdb::kLZ4Compression) != supported.end();
  return lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

// When the disk is full RocksDB starts a thread of its own that waits for space and resumes,
// however few resumes it is allowed. Closing the database while that thread fails again waits for
// ever (in 7.8.3 the recovery stays marked as running), and with it the ledger.
class no_recovery final : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*why*/,
                            bool* recover) override {
    *recover = false;
  }
};

// RocksDB writes what it does into a file LOG beside the data. On a full disk its second line after
// one that failed is an assertion in 7.8.3 as Debian builds it: the gateway would end there.
class no_log final : public rocksdb::Logger {
 public:
  no_log() : Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

}  // namespace

// Left at its default or off on purpose, for known defects of 7.8.3: WAL compression (loses data in
// recovery, fixed in 8.0), track_and_verify_wals_in_manifest (refuses good stores, fixed in 7.10),
// file ingestion (misorder, fixed in 7.10).
rocksdb::DBOptions of_database(const store_options& from) {
  rocksdb::DBOptions options;
  if (from.environment != nullptr) options.env = from.environment;
  options.paranoid_checks = true;
  // A damaged log is cut at the damage, never bridged; whether what is left is enough is the
  // acknowledged mark's to say.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // One writer: the locking for several would only cost.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // After any failed write the ledger opens the store anew; RocksDB must not resume on its own
  // meanwhile.
  options.max_bgerror_resume_count = 0;
  options.listeners = {std::make_shared<no_recovery>()};
  options.max_background_jobs = 2;
  // Without a bound every table is kept open for ever, and a large ledger takes all the descriptors.
  options.max_open_files = static_cast<int>(from.files_max);
  options.max_total_wal_size = 128 * mebibyte;  // bounds what a start has to replay
  options.avoid_unnecessary_blocking_io = true;
  options.max_file_opening_threads = 4;  // started anew at each open, of which there are two
  options.info_log = std::make_shared<no_log>();
  options.stats_dump_period_sec = 0;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> of_families() {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  const std::shared_ptr<rocksdb::TableFactory> tables(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::ColumnFamilyOptions common;
  // Small enough that the skip list stays in the processor's cache: measured, a hold and its
  // settlement cost 22 us of CPU with 32 MiB and 17 us with 8 MiB, flushes included.
  common.write_buffer_size = 8 * mebibyte;
  common.compression = best_compression();
  common.table_factory = tables;
  rocksdb::ColumnFamilyOptions state = common;
  state.merge_operator = std::make_shared<rollup_merge>();
  state.memtable_insert_with_hint_prefix_extractor = places_in_state();
  rocksdb::ColumnFamilyOptions rows = common;
  rows.memtable_insert_with_hint_prefix_extractor = places_in_rows();
  return {{rocksdb::kDefaultColumnFamilyName, state}, {rows_family, rows}};
}

}  // namespace rocksdb_options
}  // namespace stint
