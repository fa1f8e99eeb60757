// A directory that is being filled with copies of files: for a backup, and for one that is
// restored. Until finish() it counts as unfinished, and its destructor removes what was put there.
// One thread. All methods throw std::runtime_error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "budgets/store/backup.hpp"

namespace stint {

class backup_target {
 public:
  // Makes the directory; refuses one that has anything in it.
  explicit backup_target(std::string directory);
  ~backup_target();
  backup_target(const backup_target&) = delete;
  backup_target& operator=(const backup_target&) = delete;

  // Refuses when the file system has less than this free.
  void require_space(std::uint64_t bytes) const;
  // Copies the first `bytes` of a file, which must have as many, and syncs the copy.
  backup_files::listed_file copy(const std::string& from, const std::string& name,
                                 std::uint64_t bytes, work_progress& progress);
  backup_files::listed_file write(const std::string& name, const std::string& content);
  // The mark is there before anything else, so that an unfinished copy is never opened as an empty
  // ledger.
  void mark(std::uint64_t sequence);
  void finish();

 private:
  void sync_directory() const;

  std::string directory_;
  bool made_ = false;
  bool finished_ = false;
  std::vector<std::string> names_;
};

// Throws when the work is to end early.
void require_not_stopped(const work_progress& progress);

}  // namespace stint
