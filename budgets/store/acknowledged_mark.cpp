// Tested by tests/budgets/store/acknowledged_mark_test.cpp.
#include "budgets/store/acknowledged_mark.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "budgets/store/file_failure.hpp"

namespace stint {
namespace {

constexpr std::uint64_t magic = 0x4B52'4D54'4E49'5453;  // "STINTMRK"
constexpr std::size_t file_bytes = 4'096;
using boot_id = std::array<char, 36>;

[[nodiscard]] boot_id read_boot_id() {
  boot_id id{};
  std::ifstream("/proc/sys/kernel/random/boot_id").read(id.data(), id.size());
  return id;
}

}  // namespace

struct acknowledged_mark::content {
  std::uint64_t magic;
  std::uint64_t sequence;
  boot_id boot;
};

acknowledged_mark::acknowledged_mark(const std::string& directory) {
  const std::string path = directory + "/" + file_name;
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0) file_failed("cannot open " + path, errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw std::runtime_error("the ledger in " + directory +
                             " is in use by another process: stop that one first, or give this "
                             "one a directory of its own");
  }
  struct ::stat about {};
  if (::fstat(descriptor_, &about) == 0 && about.st_size < static_cast<off_t>(file_bytes)) {
    // Written in full, not only sized: a store into a hole of a mapped file on a full disk is a bus
    // error.
    const std::array<char, file_bytes> zeros{};
    if (::pwrite(descriptor_, zeros.data(), zeros.size(), 0) != static_cast<ssize_t>(file_bytes)) {
      const int error = errno;
      ::close(descriptor_);
      file_failed("cannot write " + path, error);
    }
  }
  void* mapped = ::mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (mapped == MAP_FAILED) {
    const int error = errno;
    ::close(descriptor_);
    file_failed("cannot map " + path, error);
  }
  content_ = static_cast<content*>(mapped);
}

acknowledged_mark::~acknowledged_mark() {
  ::munmap(content_, file_bytes);
  ::close(descriptor_);
}

std::optional<std::uint64_t> acknowledged_mark::sequence() const noexcept {
  if (content_->magic == 0) return std::nullopt;
  return std::atomic_ref(content_->sequence).load(std::memory_order_acquire);
}

bool acknowledged_mark::of_this_boot() const noexcept {
  return content_->boot == read_boot_id();
}

void acknowledged_mark::start(std::uint64_t sequence) noexcept {
  content_->boot = read_boot_id();
  advance(sequence);
  std::atomic_ref(content_->magic).store(magic, std::memory_order_release);
}

void acknowledged_mark::advance(std::uint64_t sequence) noexcept {
  std::atomic_ref(content_->sequence).store(sequence, std::memory_order_release);
}

}  // namespace stint
