// A file system that fails on demand, put under RocksDB through its public wrappers. It counts
// every call that changes a file and fails from the chosen one on until it is repaired; how it
// fails is chosen too. Syncing is counted and does nothing more: these tests end processes, not
// machines, and a store is opened a hundred times. One control per store; the control outlives it.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <thread>

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

namespace stint::testing {

enum class failure_mode : std::uint8_t {
  refused,        // nothing is written: ENOSPC
  cut,            // the first half is written, then EIO: a torn record
  written_anyway  // all of it is written, and the error is a lie: the group is on the log and
                  // nobody was told
};

inline std::ostream& operator<<(std::ostream& out, failure_mode how) {
  constexpr const char* words[] = {"refused", "cut", "written_anyway"};
  return out << words[static_cast<int>(how)];
}

class storage_control {
 public:
  void fail_after(std::int64_t calls, failure_mode how) {
    mode_ = how;
    calls_left_ = calls;
  }
  void repair() { calls_left_ = std::numeric_limits<std::int64_t>::max(); }
  [[nodiscard]] bool failing() const { return calls_left_ <= 0; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  [[nodiscard]] failure_mode mode() const { return mode_; }

  // What RocksDB's own threads do, and when, is not the same in every run; a simulation leaves them
  // alone.
  void only_on_this_thread() { thread_ = std::this_thread::get_id(); }

  // True when this call is to fail.
  [[nodiscard]] bool next() {
    if (thread_ != std::thread::id{} && thread_ != std::this_thread::get_id()) return false;
    ++calls_;
    if (calls_left_ == std::numeric_limits<std::int64_t>::max()) return false;
    return calls_left_.fetch_sub(1) <= 0;
  }

 private:
  std::atomic<std::int64_t> calls_left_{std::numeric_limits<std::int64_t>::max()};
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<failure_mode> mode_{failure_mode::refused};
  std::thread::id thread_;
};

class failing_file final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  failing_file(std::unique_ptr<rocksdb::FSWritableFile>&& file, storage_control& control)
      : FSWritableFileOwnerWrapper(std::move(file)), control_(control) {}

  using FSWritableFileOwnerWrapper::Append;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    if (!control_.next()) return FSWritableFileOwnerWrapper::Append(data, options, debug);
    rocksdb::Slice written = data;
    if (control_.mode() == failure_mode::cut) written = {data.data(), data.size() / 2};
    if (control_.mode() != failure_mode::refused) {
      const auto status = FSWritableFileOwnerWrapper::Append(written, options, debug);
      if (!status.ok()) return status;
    }
    return failed();
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& /*verification*/,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    (void)options, (void)debug;
    return control_.next() ? failed() : rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  [[nodiscard]] rocksdb::IOStatus failed() const {
    if (control_.mode() == failure_mode::refused)
      return rocksdb::IOStatus::NoSpace("No space left on device (injected)");
    return rocksdb::IOStatus::IOError("Input/output error (injected)");
  }

  storage_control& control_;
};

class unsynced_directory final : public rocksdb::FSDirectory {
 public:
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& /*options*/,
                          rocksdb::IODebugContext* /*debug*/) override {
    return rocksdb::IOStatus::OK();
  }
};

class failing_file_system final : public rocksdb::FileSystemWrapper {
 public:
  explicit failing_file_system(storage_control& control)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), control_(control) {}
  [[nodiscard]] const char* Name() const override { return "failing_file_system"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    if (control_.next() && control_.mode() == failure_mode::refused) {
      return rocksdb::IOStatus::NoSpace("No space left on device (injected)");
    }
    auto status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (status.ok()) *file = std::make_unique<failing_file>(std::move(*file), control_);
    return status;
  }
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override {
    (void)name, (void)options, (void)debug;
    *directory = std::make_unique<unsynced_directory>();
    return rocksdb::IOStatus::OK();
  }

 private:
  storage_control& control_;
};

// After a compaction that failed RocksDB waits a second before it closes: a test has nothing to
// wait for.
class sleepless_clock final : public rocksdb::SystemClockWrapper {
 public:
  sleepless_clock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  [[nodiscard]] const char* Name() const override { return "sleepless_clock"; }
  void SleepForMicroseconds(int /*micros*/) override { std::this_thread::yield(); }
};

class sleepless_environment final : public rocksdb::EnvWrapper {
 public:
  explicit sleepless_environment(std::unique_ptr<rocksdb::Env> base) : EnvWrapper(std::move(base)) {
    system_clock_ = std::make_shared<sleepless_clock>();
  }
};

// A RocksDB environment over it.
class failing_environment {
 public:
  failing_environment()
      : environment_(std::make_unique<sleepless_environment>(
            rocksdb::NewCompositeEnv(std::make_shared<failing_file_system>(control_)))) {}

  [[nodiscard]] storage_control& control() { return control_; }
  [[nodiscard]] rocksdb::Env* get() { return environment_.get(); }

 private:
  storage_control control_;
  std::unique_ptr<rocksdb::Env> environment_;
};

}  // namespace stint::testing
