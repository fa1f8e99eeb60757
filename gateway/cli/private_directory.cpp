// Tested by tests/gateway/cli/private_directory_test.cpp.
#include "gateway/cli/private_directory.hpp"

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <system_error>

#include <sys/stat.h>

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr mode_t of_others = S_IRWXG | S_IRWXO;

[[noreturn]] void refuse_directory(const std::string& directory, const std::string& why) {
  throw std::runtime_error("data_directory " + directory + " is open to other users" + why);
}

// Or what is left of one.
bool holds_a_ledger(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const fs::path name = entry.path().filename();
    if (name == "CURRENT" || name.extension() == ".sst") return true;
  }
  return false;
}

// 0: closed, or no file or directory.
mode_t open_mode(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return 0;
  return (status.st_mode & of_others) != 0 ? status.st_mode : 0;
}

// Whether it was open.
bool close_to_others(const fs::path& path, const std::string& directory) {
  const mode_t mode = open_mode(path);
  if (mode == 0) return false;
  if (::chmod(path.c_str(), mode & ~of_others & 07777) == 0) return true;
  refuse_directory(directory,
                   ", and " + path.string() + " cannot be closed to them (" +
                       std::generic_category().message(errno) +
                       "); set data_directory to a directory below one that you own, and "
                       "Stint makes it");
}

}  // namespace

void make_private_files() noexcept {
  ::umask(of_others);
}

void keep_private(const std::string& directory, std::ostream& log) {
  make_private_files();
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed) return;  // the ledger says what is wrong with it
  const bool is_open = open_mode(fs::canonical(directory)) != 0;
  if (is_open && !holds_a_ledger(directory) && !fs::is_empty(directory)) {
    refuse_directory(directory,
                     " and holds other things than a ledger; set data_directory to one that "
                     "is new, or run: chmod 700 " +
                         directory);
  }
  std::size_t closed = close_to_others(fs::canonical(directory), directory) ? 1 : 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    closed += close_to_others(entry.path(), directory) ? 1 : 0;
  if (closed > 0) {
    log << "data_directory " << directory << ": closed to other users, who could read it ("
        << closed << (closed == 1 ? " entry" : " entries") << " of it)" << std::endl;
  }
}

}  // namespace stint
