#include "bench/ledger/bare_rocksdb.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <rocksdb/file_system.h>
#include <rocksdb/write_batch.h>

#include "bench/ledger/progress.hpp"
#include "budgets/store/open_database.hpp"

namespace stint::bench {
namespace fs = std::filesystem;

namespace {

class keeping_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit keeping_file_system(std::string kept_in)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), kept_in_(std::move(kept_in)) {}
  [[nodiscard]] const char* Name() const override { return "keeping_file_system"; }

  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    const fs::path path(name);
    if (path.extension() != ".log") return FileSystemWrapper::DeleteFile(name, options, debug);
    return RenameFile(name, kept_in_ + "/" + path.filename().string(), options, debug);
  }

 private:
  std::string kept_in_;
};

// The log's physical format: blocks of 32 KiB; in them fragments of a checksum, a length and a
// type; a fragment never crosses a block, and less than a header at a block's end is padding.
constexpr std::size_t block_bytes = 32'768;
constexpr std::size_t header_bytes = 7;
enum fragment : std::uint8_t { none = 0, full = 1, first = 2, middle = 3, last = 4 };

void read_log(const std::string& bytes, std::vector<rocksdb::WriteBatch>& into) {
  std::string record;
  std::size_t at = 0;
  while (at + header_bytes <= bytes.size()) {
    const std::size_t left = block_bytes - at % block_bytes;
    if (left < header_bytes) {
      at += left;
      continue;
    }
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[at + i]); };
    const std::size_t length = byte(4) + (std::size_t{byte(5)} << 8);
    const std::uint8_t type = byte(6);
    if (type == fragment::none) break;  // space that was reserved and never written
    require(type <= fragment::last && at + header_bytes + length <= bytes.size(),
            "a log cannot be read back");
    if (type == fragment::full || type == fragment::first) record.clear();
    record.append(bytes, at + header_bytes, length);
    at += header_bytes + length;
    if (type == fragment::first || type == fragment::middle) continue;
    into.emplace_back(record);
    // What kinds of records it has is worked out here and not while the writing is timed.
    (void)into.back().HasPut();
  }
}

}  // namespace

log_keeper::log_keeper(std::string kept_in) : kept_in_(std::move(kept_in)) {
  fs::remove_all(kept_in_);
  fs::create_directories(kept_in_);
  environment_ = rocksdb::NewCompositeEnv(std::make_shared<keeping_file_system>(kept_in_));
}

std::vector<rocksdb::WriteBatch> log_keeper::batches(const std::string& of) const {
  std::map<std::uint64_t, fs::path> logs;
  for (const auto& directory : {kept_in_, of}) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() == ".log")
        logs.emplace(std::stoull(entry.path().stem().string()), entry.path());
    }
  }
  std::vector<rocksdb::WriteBatch> result;
  for (const auto& [number, path] : logs) {
    std::stringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    read_log(bytes.str(), result);
  }
  return result;
}

bare_database::bare_database(const std::string& directory, rocksdb::Env* environment) {
  fs::remove_all(directory);
  store_options from;
  from.directory = directory;
  from.environment = environment;
  auto options = rocksdb_options::of_database(from);
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  rocksdb::DB* db = nullptr;
  const auto status =
      rocksdb::DB::Open(options, directory, rocksdb_options::of_families(), &families_, &db);
  require(status.ok(), "a bare database cannot be made: " + status.ToString());
  db_.reset(db);
}

bare_database::~bare_database() {
  for (auto* each : families_)
    (void)db_->DestroyColumnFamilyHandle(each);
}

void bare_database::write(rocksdb::WriteBatch& batch, bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  const auto status = db_->Write(options, &batch);
  require(status.ok(), "a bare write failed: " + status.ToString());
}

}  // namespace stint::bench
