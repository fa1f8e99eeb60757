#include "bench/ledger/table_reads.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/table_properties.h>

#include "bench/ledger/progress.hpp"
#include "budgets/store/open_database.hpp"

namespace stint::bench {

struct table_reads::journal {
  struct entry {
    std::string file;  // its name, without the directory
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };
  std::mutex mutex;
  bool stopped = false;
  std::vector<entry> entries;

  void note(const std::string& file, std::uint64_t offset, std::uint64_t bytes) {
    const std::lock_guard lock(mutex);
    if (!stopped) entries.push_back({.file = file, .offset = offset, .bytes = bytes});
  }
};

namespace {

template <class Journal>
class seen_file final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  seen_file(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, std::string name,
            std::shared_ptr<Journal> seen)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), name_(std::move(name)), seen_(seen) {}

  rocksdb::IOStatus Read(std::uint64_t offset, std::size_t bytes, const rocksdb::IOOptions& options,
                         rocksdb::Slice* result, char* scratch,
                         rocksdb::IODebugContext* debug) const override {
    seen_->note(name_, offset, bytes);
    return FSRandomAccessFileOwnerWrapper::Read(offset, bytes, options, result, scratch, debug);
  }
  rocksdb::IOStatus MultiRead(rocksdb::FSReadRequest* requests, std::size_t count,
                              const rocksdb::IOOptions& options,
                              rocksdb::IODebugContext* debug) override {
    for (std::size_t i = 0; i < count; ++i)
      seen_->note(name_, requests[i].offset, requests[i].len);
    return FSRandomAccessFileOwnerWrapper::MultiRead(requests, count, options, debug);
  }

 private:
  std::string name_;
  std::shared_ptr<Journal> seen_;
};

template <class Journal>
class seen_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit seen_file_system(std::shared_ptr<Journal> seen)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), seen_(std::move(seen)) {}
  [[nodiscard]] const char* Name() const override { return "seen_file_system"; }

  rocksdb::IOStatus NewRandomAccessFile(const std::string& name,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::NewRandomAccessFile(name, options, file, debug);
    if (status.ok()) {
      *file = std::make_unique<seen_file<Journal>>(
          std::move(*file), std::filesystem::path(name).filename().string(), seen_);
    }
    return status;
  }

 private:
  std::shared_ptr<Journal> seen_;
};

[[nodiscard]] open_database open_store(const std::string& directory, bool to_write) {
  store_options from;
  from.directory = directory;
  const auto options = rocksdb_options::of_database(from);
  const auto families = rocksdb_options::of_families();
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const auto status =
      to_write ? rocksdb::DB::Open(options, directory, families, &handles, &db)
               : rocksdb::DB::OpenForReadOnly(options, directory, families, &handles, &db);
  require(status.ok(), "the store cannot be opened: " + status.ToString());
  open_database opened;
  opened.db.reset(db);
  opened.families = {handles.at(0), handles.at(1)};
  return opened;
}

}  // namespace

table_reads::table_reads() : journal_(std::make_shared<journal>()) {
  environment_ = rocksdb::NewCompositeEnv(std::make_shared<seen_file_system<journal>>(journal_));
}

table_reads::~table_reads() = default;

void table_reads::stop() {
  const std::lock_guard lock(journal_->mutex);
  journal_->stopped = true;
}

table_reads::amounts_read table_reads::of_family(const std::string& directory,
                                                 const std::string& family) const {
  const open_database store = open_store(directory, false);
  amounts_read result;
  std::map<std::string, std::uint64_t> data_end;  // of this family's tables
  std::set<std::string> of_others;
  for (auto* each : store.families) {
    rocksdb::TablePropertiesCollection tables;
    const auto status = store.db->GetPropertiesOfAllTables(each, &tables);
    require(status.ok(), "the tables' properties cannot be read: " + status.ToString());
    for (const auto& [path, properties] : tables) {
      const std::string name = std::filesystem::path(path).filename().string();
      if (each->GetName() != family) {
        of_others.insert(name);
        continue;
      }
      data_end.emplace(name, properties->data_size);
      result.data_bytes_there += properties->data_size;
    }
  }
  for (const auto& each : journal_->entries) {
    if (of_others.contains(each.file)) continue;
    const auto found = data_end.find(each.file);
    if (found != data_end.end() && each.offset >= found->second) {
      result.other_bytes += each.bytes;
    } else {
      ++result.data_reads;
      result.data_bytes += each.bytes;
    }
  }
  return result;
}

void settle_tables(const std::string& directory) {
  const open_database store = open_store(directory, true);
  const auto busy = [&] {
    for (auto* each : store.families) {
      for (const auto* property :
           {"rocksdb.num-running-compactions", "rocksdb.compaction-pending",
            "rocksdb.num-running-flushes", "rocksdb.mem-table-flush-pending"}) {
        std::uint64_t value = 0;
        if (store.db->GetIntProperty(each, property, &value) && value != 0) return true;
      }
    }
    return false;
  };
  while (busy())
    std::this_thread::yield();
}

}  // namespace stint::bench
