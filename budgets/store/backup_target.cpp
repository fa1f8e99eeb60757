// Tested by tests/budgets/store/backup_test.cpp.
#include "budgets/store/backup_target.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "budgets/store/acknowledged_mark.hpp"
#include "budgets/store/file_failure.hpp"
#include "pricing/write_all.hpp"

namespace stint {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
constexpr std::uint64_t space_to_spare = std::uint64_t{16} << 20;

class open_file {
 public:
  open_file(std::string path, int flags)
      : path_(std::move(path)), descriptor_(::open(path_.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) file_failed("cannot open " + path_, errno);
  }
  ~open_file() { ::close(descriptor_); }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;

  [[nodiscard]] std::size_t read(char* into, std::size_t size) const {
    const auto got = ::read(descriptor_, into, size);
    if (got < 0) file_failed("cannot read " + path_, errno);
    return static_cast<std::size_t>(got);
  }
  void write(std::string_view bytes) const {
    if (const int failed = write_all(descriptor_, bytes); failed != 0)
      file_failed("cannot write " + path_, failed);
  }
  void sync() const {
    if (::fsync(descriptor_) != 0) file_failed("cannot write " + path_, errno);
  }

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace

void require_not_stopped(const work_progress& progress) {
  if (!progress.stop.load(std::memory_order_relaxed)) return;
  throw std::runtime_error("the copying was stopped before its end");
}

backup_target::backup_target(std::string directory) : directory_(std::move(directory)) {
  std::error_code failed;
  if (fs::exists(directory_, failed)) {
    if (!fs::is_directory(directory_, failed)) {
      throw std::runtime_error(directory_ + " is there already and is not a directory");
    }
    if (!fs::is_empty(directory_, failed) || failed) {
      throw std::runtime_error(directory_ +
                               " is not empty: name a directory that is new or empty, nothing is "
                               "ever overwritten");
    }
    return;
  }
  fs::create_directories(directory_, failed);
  if (failed) throw std::runtime_error("cannot make " + directory_ + ": " + failed.message());
  made_ = true;
  // It holds what every tenant spent.
  fs::permissions(directory_, fs::perms::owner_all, failed);
}

backup_target::~backup_target() {
  if (finished_) return;
  std::error_code ignored;
  for (const auto& name : names_)
    fs::remove(directory_ + "/" + name, ignored);
  if (made_) fs::remove(directory_, ignored);
}

void backup_target::require_space(std::uint64_t bytes) const {
  std::error_code failed;
  const auto space = fs::space(directory_, failed);
  if (failed || space.available >= bytes + space_to_spare) return;
  throw std::runtime_error(directory_ + " has " + std::to_string(space.available >> 20U) +
                           " MiB free, and " + std::to_string((bytes + space_to_spare) >> 20U) +
                           " MiB are needed");
}

backup_files::listed_file backup_target::copy(const std::string& from, const std::string& name,
                                              std::uint64_t bytes, work_progress& progress) {
  names_.push_back(name);
  const open_file source(from, O_RDONLY);
  const open_file copied(directory_ + "/" + name, O_WRONLY | O_CREAT | O_EXCL);
  std::string buffer(chunk_bytes, '\0');
  boost::crc_32_type crc;
  for (std::uint64_t left = bytes; left > 0;) {
    require_not_stopped(progress);
    const auto size = source.read(
        buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk_bytes)));
    if (size == 0) throw std::runtime_error(from + " is shorter than it should be");
    copied.write(std::string_view(buffer).substr(0, size));
    crc.process_bytes(buffer.data(), size);
    left -= size;
    progress.done.fetch_add(size, std::memory_order_relaxed);
  }
  copied.sync();
  return {.name = name, .bytes = bytes, .crc = crc.checksum()};
}

backup_files::listed_file backup_target::write(const std::string& name,
                                               const std::string& content) {
  names_.push_back(name);
  const open_file file(directory_ + "/" + name, O_WRONLY | O_CREAT | O_EXCL);
  file.write(content);
  file.sync();
  boost::crc_32_type crc;
  crc.process_bytes(content.data(), content.size());
  return {.name = name, .bytes = content.size(), .crc = crc.checksum()};
}

void backup_target::mark(std::uint64_t sequence) {
  names_.emplace_back(acknowledged_mark::file_name);
  acknowledged_mark(directory_).start(sequence);
  const open_file file(directory_ + "/" + acknowledged_mark::file_name, O_RDONLY);
  file.sync();
  sync_directory();
}

void backup_target::finish() {
  sync_directory();
  finished_ = true;
}

void backup_target::sync_directory() const {
  const open_file directory(directory_, O_RDONLY | O_DIRECTORY);
  directory.sync();
}

}  // namespace stint
