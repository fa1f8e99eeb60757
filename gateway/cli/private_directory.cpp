// Tested by tests/gateway/cli/private_directory_test.cpp.
#include "gateway/cli/private_directory.hpp"

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <system_error>

#include <sys/stat.h>

namespace stint {
namespace {

namespace fs = std::filesystem;

constexpr mode_t of_others = S_IRWXG | S_IRWXO;
// What mkfs makes in each volume: its owner's, closed, and empty but after a repair.
constexpr const char* of_the_volume = "lost+found";

[[noreturn]] void refuse_directory(const std::string& directory, const std::string& why) {
  throw std::runtime_error("data_directory " + directory + " is open to other users" + why);
}

// Or what is left of one.
bool is_of_a_ledger(const fs::path& name) {
  return name == "CURRENT" || name.extension() == ".sst";
}

// Neither a ledger nor new.
bool holds_other_things(const fs::path& directory) {
  bool any = false;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const fs::path name = entry.path().filename();
    if (is_of_a_ledger(name)) return false;
    any = any || name != of_the_volume;
  }
  return any;
}

// 0: closed, or no file or directory.
mode_t open_mode(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return 0;
  return (status.st_mode & of_others) != 0 ? status.st_mode : 0;
}

// Whoever has no right to the volume can read a file of it, or put one there. That a directory can be
// listed, or that its group may come in, is how an orchestrator gives volumes to a process that does not
// own them; what is written there is closed all the same.
bool gives_away(mode_t mode) {
  if (S_ISREG(mode)) return (mode & S_IRWXO) != 0;
  return (mode & S_IWOTH) != 0 && (mode & S_ISVTX) == 0;
}

class closing {
 public:
  explicit closing(const std::string& directory) noexcept : directory_(directory) {}

  void close(const fs::path& path) {
    const mode_t mode = open_mode(path);
    if (mode == 0) return;
    if (::chmod(path.c_str(), mode & ~of_others & 07777) == 0) {
      ++closed_;
      return;
    }
    const int why = errno;
    if (why == EPERM && !gives_away(mode)) {
      if (not_ours_.empty()) not_ours_ = path;
      return;
    }
    refuse_directory(directory_,
                     ", and " + path.string() + " cannot be closed to them (" +
                         std::generic_category().message(why) +
                         "); set data_directory to a directory below one that you own, and "
                         "Stint makes it");
  }
  void say(std::ostream& log) const {
    if (closed_ > 0) {
      log << "data_directory " << directory_ << ": closed to other users, who could read it ("
          << closed_ << (closed_ == 1 ? " entry" : " entries") << " of it)" << std::endl;
    }
    if (!not_ours_.empty()) {
      log << "warning: data_directory " << directory_ << ": " << not_ours_.string()
          << " belongs to another user and is not closed to its group or to those who list it; the "
             "files that Stint makes in it are"
          << std::endl;
    }
  }

 private:
  const std::string& directory_;
  std::size_t closed_ = 0;
  fs::path not_ours_;  // the first that belongs to somebody else
};

// But for what cannot be entered, which holds nothing that was written by this user.
void close_all_in(const std::string& directory, closing& all) {
  constexpr auto how = fs::directory_options::skip_permission_denied;
  for (auto each = fs::recursive_directory_iterator(directory, how); each != fs::end(each);
       ++each) {
    if (each.depth() == 0 && each->path().filename() == of_the_volume) {
      each.disable_recursion_pending();
    } else {
      all.close(each->path());
    }
  }
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
  if (is_open && holds_other_things(directory)) {
    refuse_directory(directory,
                     " and holds other things than a ledger; set data_directory to one that "
                     "is new, or run: chmod 700 " +
                         directory);
  }
  closing all(directory);
  all.close(fs::canonical(directory));
  close_all_in(directory, all);
  all.say(log);
}

}  // namespace stint
