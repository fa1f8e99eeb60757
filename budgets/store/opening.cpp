// How a store is opened, created, and refused. Tested by tests/budgets/store/damage_test.cpp.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "budgets/store/open_database.hpp"
#include "budgets/store/upgrade.hpp"

namespace stint {

namespace format = ledger_format;
namespace fs = std::filesystem;

namespace {

constexpr const char* remedy =
    ". Nothing was changed. Restore the latest backup, or move the directory away to start an "
    "empty ledger";

[[noreturn]] void refuse(const std::string& directory, const std::string& why) {
  throw std::runtime_error("the ledger in " + directory + " cannot be used: " + why);
}

[[noreturn]] void refuse_damaged(const std::string& directory, const std::string& why) {
  refuse(directory, why + remedy);
}

[[noreturn]] void refuse(const std::string& directory, const rocksdb::Status& status) {
  if (status.IsIOError() && !status.IsPathNotFound()) {
    refuse(directory, "reading or writing its files failed (" + status.ToString() +
                          "): check the disk, its free space and the permissions");
  }
  refuse_damaged(directory, "it is damaged (" + status.ToString() + ")");
}

[[nodiscard]] bool has_tables(const std::string& directory) {
  return std::ranges::any_of(fs::directory_iterator(directory),
                             [](const auto& entry) { return entry.path().extension() == ".sst"; });
}

[[nodiscard]] std::optional<std::string> read(const open_database& from,
                                              ledger_store::family family, std::string_view key,
                                              const std::string& directory) {
  std::string value;
  const auto status =
      from.db->Get(rocksdb::ReadOptions(), from.family(family), as_slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) refuse(directory, status);
  return value;
}

[[nodiscard]] format::group_mark read_mark(const open_database& from,
                                           const std::string& directory) {
  const auto of_state = read(from, ledger_store::family::state, format::group_key, directory);
  const auto of_rows = read(from, ledger_store::family::rows, format::rows_group_key, directory);
  const auto mark = of_state ? format::read_group(*of_state) : std::nullopt;
  const auto same = of_rows ? format::read_group(*of_rows) : std::nullopt;
  if (!mark || !same) refuse_damaged(directory, "the record of its last group is missing");
  if (*mark != *same) {
    refuse_damaged(directory, "rows end at group " + std::to_string(same->sequence) +
                                  ", counters at group " + std::to_string(mark->sequence));
  }
  return *mark;
}

[[nodiscard]] rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

// Before the first record that an older program could misread.
void raise_version(const open_database& in, const store_options& options) {
  const std::string& directory = options.directory;
  const auto found = read(in, ledger_store::family::state, format::format_key, directory);
  const auto number = found ? format::read_format(*found) : std::nullopt;
  if (number == format::version) return;
  rocksdb::Status status;
  if (number == format::version_without_moved) status = build_moved_sums(in, options.on_upgrade);
  if (!status.ok()) refuse(directory, status);
  std::string value;
  format::append_format(value, format::version);
  status = in.db->Put(synced(), in.family(ledger_store::family::state),
                      as_slice(format::format_key), value);
  if (!status.ok()) refuse(directory, status);
}

}  // namespace

ledger_store::ledger_store(store_options options)
    : options_(std::move(options)), database_(std::make_unique<database>()) {
  std::error_code failed;
  fs::create_directories(options_.directory, failed);
  if (failed) refuse(options_.directory, "the directory cannot be made: " + failed.message());
  database_->mark = std::make_unique<acknowledged_mark>(options_.directory);
  if (fs::exists(options_.directory + "/CURRENT")) {
    check_before_open();
    open();
  } else if (database_->mark->sequence() || has_tables(options_.directory)) {
    refuse_damaged(options_.directory, "its file CURRENT is missing");
  }
  if (!database_->mark->sequence()) create();
}

ledger_store::~ledger_store() = default;

// Everything that can be refused is refused from a database opened for reading only: recovery for
// writing replays the log into new files and deletes it, and with it the evidence.
void ledger_store::check_before_open() const {
  const auto acknowledged = database_->mark->sequence();
  const auto options = rocksdb_options::of_database(options_);
  std::vector<std::string> names;
  const auto listed = rocksdb::DB::ListColumnFamilies(options, options_.directory, &names);
  if (!listed.ok()) refuse(options_.directory, listed);
  const bool complete = names.size() == 2;
  if (!complete && acknowledged) refuse_damaged(options_.directory, "its rows are missing");
  if (!complete) return;  // the process ended while it was creating the store
  open_database checked;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(options, options_.directory,
                                                   rocksdb_options::of_families(), &handles, &db);
  if (!status.ok()) refuse(options_.directory, status);
  checked.db.reset(db);
  std::ranges::copy(handles, checked.families.begin());

  const auto found = read(checked, family::state, format::format_key, options_.directory);
  if (!found) {
    if (acknowledged) refuse_damaged(options_.directory, "its format record is missing");
    return;
  }
  const auto number = format::read_format(*found);
  if (!number) refuse_damaged(options_.directory, "its format record cannot be read");
  if (*number < format::oldest_version || *number > format::version) {
    refuse(options_.directory, "its format is version " + std::to_string(*number) +
                                   ", and this program reads versions " +
                                   std::to_string(format::oldest_version) + " to " +
                                   std::to_string(format::version) +
                                   ". Run the version of stint that wrote it, or a newer one");
  }
  const auto mark = read_mark(checked, options_.directory);
  const bool binding = options_.sync_each_group || database_->mark->of_this_boot();
  if (acknowledged && binding && mark.sequence < *acknowledged) {
    refuse(options_.directory,
           "its log ends at group " + std::to_string(mark.sequence) + ", but group " +
               std::to_string(*acknowledged) +
               " was acknowledged: the end of the log is lost or damaged. Restore the files, or, "
               "to accept that the calls in between are forgotten, delete " +
               acknowledged_mark::file_name + " and start again");
  }
}

void ledger_store::open() {
  auto options = rocksdb_options::of_database(options_);
  // A store is created in full before its mark is set; until then its parts may be missing.
  const bool unfinished = !database_->mark->sequence();
  options.create_if_missing = unfinished;
  options.create_missing_column_families = unfinished;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status =
      rocksdb::DB::Open(options, options_.directory, rocksdb_options::of_families(), &handles, &db);
  if (!status.ok()) refuse(options_.directory, status);
  open_database opened;
  opened.db.reset(db);
  std::ranges::copy(handles, opened.families.begin());
  if (!unfinished) {
    raise_version(opened, options_);
    committed_ = read_mark(opened, options_.directory);
    database_->mark->start(committed_.sequence);
  }
  database_->open = std::move(opened);
}

// Also after the mark was deleted to accept a loss: then the store goes on from where its log ends.
void ledger_store::create() {
  if (database_->open.db == nullptr) open();
  if (read(database_->open, family::state, format::format_key, options_.directory)) {
    raise_version(database_->open, options_);
    committed_ = read_mark(database_->open, options_.directory);
    database_->mark->start(committed_.sequence);
    return;
  }
  rocksdb::WriteBatch batch;
  std::string value;
  format::append_format(value, format::version);
  auto status =
      batch.Put(database_->open.family(family::state), as_slice(format::format_key), value);
  value.clear();
  format::append_group(value, committed_);
  const auto put = [&](family in, std::string_view key) {
    if (status.ok()) status = batch.Put(database_->open.family(in), as_slice(key), value);
  };
  put(family::state, format::group_key);
  put(family::rows, format::rows_group_key);
  if (status.ok()) status = database_->open.db->Write(synced(), &batch);
  if (!status.ok()) refuse(options_.directory, status);
  database_->mark->start(0);
}

}  // namespace stint
