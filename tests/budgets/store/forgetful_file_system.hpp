// A file system that loses power: put under RocksDB through its public wrappers, it remembers what
// of every file was synced, and which names its directory had when that was synced. After the
// moment chosen every call fails; then lose() leaves on the real disk what such a moment may leave:
// unsynced bytes are dropped, cut or torn, and of the unsynced changes of names the last ones are
// undone. They survive in the order in which they were made, as file systems that journal their
// metadata have it (ext4, XFS): RocksDB relies on that when it opens, where it names its tables,
// its manifest and CURRENT before it syncs the directory once. One control per store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace stint::testing {

class power {
 public:
  // Fails at the call with this number from now.
  void fail_after(std::int64_t calls) { calls_left_ = calls; }
  [[nodiscard]] bool failed() const {
    const std::lock_guard lock(mutex_);
    return calls_left_ < 0;
  }
  // False: there is no power any more.
  [[nodiscard]] bool next() {
    const std::lock_guard lock(mutex_);
    if (calls_left_ >= 0) --calls_left_;
    return calls_left_ >= 0;
  }

  void created(const std::string& name) {
    const std::lock_guard lock(mutex_);
    files_[name] = {.changed_at = ++changes_of_names_};
  }
  void appended(const std::string& name, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    files_[name].written += bytes;
  }
  void synced(const std::string& name) {
    const std::lock_guard lock(mutex_);
    files_[name].synced = files_[name].written;
  }
  void directory_synced() {
    const std::lock_guard lock(mutex_);
    for (auto& [name, file] : files_)
      file.named = true;
    for (const auto& each : replaced_)
      std::filesystem::remove(each.kept);
    replaced_.clear();
    changes_of_names_ = 0;
  }
  // What is there under the name is about to be replaced or deleted: it is kept until the directory
  // is synced.
  void replacing(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (!std::filesystem::exists(name)) return;
    // Not beside it, where RocksDB would take it for a file of its own.
    const auto outside = std::filesystem::path(name).parent_path().parent_path();
    const std::string kept = outside / ("kept" + std::to_string(++kept_count_));
    std::filesystem::copy_file(name, kept);
    const auto tracked = files_.find(name);
    replaced_.push_back(
        {.name = name,
         .kept = kept,
         .changed_at = ++changes_of_names_,
         .was = tracked == files_.end() ? std::nullopt : std::optional(tracked->second)});
  }
  void renamed(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    files_[to] = files_[from];
    // Undone by what it replaced, or by taking the name away.
    const bool replaced = !replaced_.empty() && replaced_.back().name == to;
    files_[to].named = replaced;
    if (!replaced) files_[to].changed_at = ++changes_of_names_;
    files_.erase(from);
  }
  void deleted(const std::string& name) {
    const std::lock_guard lock(mutex_);
    files_.erase(name);
  }

  // The power is back.
  void lose(std::mt19937_64& random) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t survive = random() % (changes_of_names_ + 1);
    for (auto each = replaced_.rbegin(); each != replaced_.rend(); ++each) {
      if (each->changed_at > survive) {
        std::filesystem::rename(each->kept, each->name);
        files_.erase(each->name);
        if (each->was) files_[each->name] = *each->was;
      } else {
        std::filesystem::remove(each->kept);
      }
    }
    for (const auto& [name, file] : files_)
      lose_of(name, file, survive, random);
    files_.clear();
    replaced_.clear();
    changes_of_names_ = 0;
    calls_left_ = never;
  }

 private:
  struct file_state {
    std::uint64_t written = 0;
    std::uint64_t synced = 0;
    bool named = false;
    std::uint64_t changed_at = 0;  // since the directory was synced
  };
  struct replacement {
    std::string name;
    std::string kept;
    std::uint64_t changed_at = 0;
    std::optional<file_state> was;  // nothing: it was durable in full
  };
  static constexpr std::int64_t never = std::int64_t{1} << 60;

  static void lose_of(const std::string& name, const file_state& file, std::uint64_t survive,
                      std::mt19937_64& random) {
    if (!std::filesystem::exists(name)) return;
    if (!file.named && file.changed_at > survive) {
      std::filesystem::remove(name);
      return;
    }
    const std::uint64_t unsynced = file.written - file.synced;
    const std::uint64_t left = unsynced == 0 ? 0 : random() % (unsynced + 1);
    std::filesystem::resize_file(name, file.synced + left);
    if (left == 0 || random() % 2 == 0) return;
    // RocksDB refuses a list of its files whose end is torn. A file system that journals its lengths
    // after the bytes (ext4 as it comes, XFS) leaves no such end; docs/ledger.md names the others.
    if (name.find("/MANIFEST-") != std::string::npos) return;
    // A torn write: the length is there, and not all of the bytes.
    std::fstream bytes(name, std::ios::in | std::ios::out | std::ios::binary);
    const std::uint64_t torn = 1 + random() % left;
    bytes.seekp(static_cast<std::streamoff>(file.synced + left - torn));
    for (std::uint64_t i = 0; i < torn; ++i)
      bytes.put(random() % 2 == 0 ? '\0' : static_cast<char>(random()));
  }

  mutable std::mutex mutex_;
  std::int64_t calls_left_ = never;
  std::map<std::string, file_state> files_;
  std::vector<replacement> replaced_;
  std::uint64_t changes_of_names_ = 0;  // since the directory was synced
  int kept_count_ = 0;
};

[[nodiscard]] inline rocksdb::IOStatus no_power() {
  return rocksdb::IOStatus::IOError("the power is gone (injected)");
}

class forgetful_file final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  forgetful_file(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::string name, power& state)
      : FSWritableFileOwnerWrapper(std::move(file)), name_(std::move(name)), power_(state) {}

  using FSWritableFileOwnerWrapper::Append;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (!power_.next()) return no_power();
    auto status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (status.ok()) power_.appended(name_, data.size());
    return status;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& /*verification*/,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& /*options*/,
                         rocksdb::IODebugContext* /*debug*/) override {
    if (!power_.next()) return no_power();
    power_.synced(name_);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }
  rocksdb::IOStatus RangeSync(std::uint64_t /*offset*/, std::uint64_t /*bytes*/,
                              const rocksdb::IOOptions& /*options*/,
                              rocksdb::IODebugContext* /*debug*/) override {
    return rocksdb::IOStatus::OK();
  }

 private:
  std::string name_;
  power& power_;
};

class forgetful_directory final : public rocksdb::FSDirectory {
 public:
  explicit forgetful_directory(power& state) : power_(state) {}
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& /*options*/,
                          rocksdb::IODebugContext* /*debug*/) override {
    if (!power_.next()) return no_power();
    power_.directory_synced();
    return rocksdb::IOStatus::OK();
  }

 private:
  power& power_;
};

class forgetful_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit forgetful_file_system(power& state)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), power_(state) {}
  [[nodiscard]] const char* Name() const override { return "forgetful_file_system"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (!power_.next()) return no_power();
    power_.replacing(name);
    auto status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (!status.ok()) return status;
    power_.created(name);
    *file = std::make_unique<forgetful_file>(std::move(*file), name, power_);
    return status;
  }
  rocksdb::IOStatus NewDirectory(const std::string& /*name*/, const rocksdb::IOOptions& /*options*/,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* /*debug*/) override {
    *directory = std::make_unique<forgetful_directory>(power_);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (!power_.next()) return no_power();
    power_.replacing(to);
    auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (status.ok()) power_.renamed(from, to);
    return status;
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    if (!power_.next()) return no_power();
    power_.replacing(name);
    power_.deleted(name);
    return FileSystemWrapper::DeleteFile(name, options, debug);
  }

 private:
  power& power_;
};

}  // namespace stint::testing
