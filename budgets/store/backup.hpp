// A copy of the ledger that is made while it is in use, and the way back. The making is
// ledger_store::backup().
//
// A backup is a directory that could be opened as it is: the tables, the manifest and the log as of
// one moment, and an acknowledged mark of its own. Beside them lies the file BACKUP, written last:
// a line for each file with its size and CRC-32, so that a copy that is incomplete or was damaged
// on the way is told from a good one.
//
//   stint ledger backup 1
//   group 8812
//   88127 1c291ca3 000012.sst
//   …
//   end
//
// All functions throw std::runtime_error saying what is wrong and what to do, and leave nothing
// half-made behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "budgets/store/work_progress.hpp"

namespace stint {

struct backup_summary {
  std::uint64_t group = 0;  // the last group acknowledged before the copying began; it is in it
  std::uint64_t bytes = 0;
  std::size_t files = 0;
};

// Copies a backup into a new or empty directory that a gateway can then be started on. Every byte
// is checked against the backup's own list first to last.
[[nodiscard]] backup_summary restore_backup(const std::string& from, const std::string& to,
                                            work_progress& progress);

namespace backup_files {

inline constexpr const char* list_name = "BACKUP";

struct listed_file {
  std::string name;
  std::uint64_t bytes = 0;
  std::uint32_t crc = 0;
  bool operator==(const listed_file&) const = default;
};

struct file_list {
  std::uint64_t group = 0;
  std::vector<listed_file> files;
  bool operator==(const file_list&) const = default;
};

[[nodiscard]] std::string to_text(const file_list& list);
// Nothing when the text is not a whole list, or names a file outside of its directory.
[[nodiscard]] std::optional<file_list> parse_list(const std::string& text);
// That a copy of the ledger can be opened, every block of its tables be read, and nothing acknowledged is
// missing. Throws when not, and when it is stopped.
void check_copy(const std::string& directory, const file_list& list, const work_progress& progress);

}  // namespace backup_files
}  // namespace stint
