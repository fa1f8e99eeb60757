// Tested by tests/budgets/store/backup_test.cpp.
#include "budgets/store/backup.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <shared_mutex>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <rocksdb/sst_file_reader.h>

#include "budgets/store/backup_target.hpp"
#include "budgets/store/format.hpp"
#include "budgets/store/open_database.hpp"

namespace stint {

namespace fs = std::filesystem;

namespace backup_files {
namespace {

constexpr std::string_view first_line = "stint ledger backup 1";
constexpr std::string_view last_line = "end";

[[nodiscard]] std::string hexadecimal(std::uint32_t number) {
  std::string text(8, '0');
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
  std::copy(digits, end, text.end() - (end - digits));
  return text;
}

}  // namespace

std::string to_text(const file_list& list) {
  std::string text(first_line);
  text += "\ngroup " + std::to_string(list.group) + '\n';
  for (const auto& file : list.files) {
    text += std::to_string(file.bytes) + ' ' + hexadecimal(file.crc) + ' ' + file.name + '\n';
  }
  return text + std::string(last_line) + '\n';
}

std::optional<file_list> parse_list(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::string word;
  file_list list;
  if (!std::getline(lines, line) || line != first_line) return std::nullopt;
  if (!(lines >> word >> list.group) || word != "group") return std::nullopt;
  while (lines >> word && word != last_line) {
    listed_file& file = list.files.emplace_back();
    std::string crc;
    const auto size = std::from_chars(word.data(), word.data() + word.size(), file.bytes);
    if (size.ec != std::errc{} || !(lines >> crc >> file.name)) return std::nullopt;
    const auto sum = std::from_chars(crc.data(), crc.data() + crc.size(), file.crc, 16);
    if (sum.ec != std::errc{} || file.name.find('/') != std::string::npos) return std::nullopt;
  }
  if (word != last_line) return std::nullopt;
  return list;
}

}  // namespace backup_files

namespace {

// Tables that the database is done with stay until the copy is made.
class kept_files {
 public:
  explicit kept_files(rocksdb::DB& db) : db_(db) { (void)db_.DisableFileDeletions(); }
  ~kept_files() { (void)db_.EnableFileDeletions(/*force=*/false); }
  kept_files(const kept_files&) = delete;
  kept_files& operator=(const kept_files&) = delete;

 private:
  rocksdb::DB& db_;
};

[[nodiscard]] std::vector<rocksdb::LiveFileStorageInfo> live_files(rocksdb::DB& db) {
  rocksdb::LiveFilesStorageInfoOptions options;
  // The log is copied, not flushed: what was acknowledged is in it already.
  options.wal_size_for_flush = UINT64_MAX;
  std::vector<rocksdb::LiveFileStorageInfo> files;
  const auto listed = db.GetLiveFilesStorageInfo(options, &files);
  if (!listed.ok()) {
    throw std::runtime_error("the ledger cannot be read (" + listed.ToString() + ")");
  }
  // CURRENT last: a directory without it is not opened. (clang 14 cannot read libstdc++'s ranges::stable_partition.)
  std::stable_partition(files.begin(), files.end(), [](const auto& file) {
    return file.file_type != rocksdb::FileType::kCurrentFile;
  });
  return files;
}

[[noreturn]] void refuse_copy(const std::string& why) {
  throw std::runtime_error("the ledger has a damaged file, and so would its backup (" + why +
                           "). Run `stint ledger verify`, and keep the backups that you have");
}

// Every block of the tables; between two of them it may be stopped. Each is 64 MiB at most, or about.
void check_tables(const rocksdb::DBOptions& options, const std::string& directory,
                  const std::vector<backup_files::listed_file>& files,
                  const work_progress& progress) {
  const rocksdb::Options of_tables(options, rocksdb_options::of_families().front().options);
  for (const auto& file : files) {
    if (!file.name.ends_with(".sst")) continue;
    require_not_stopped(progress);
    rocksdb::SstFileReader table(of_tables);
    const auto opened = table.Open(directory + "/" + file.name);
    if (!opened.ok()) refuse_copy(opened.ToString());
    const auto whole = table.VerifyChecksum(rocksdb::ReadOptions());
    if (!whole.ok()) refuse_copy(whole.ToString());
  }
}

[[nodiscard]] std::uint64_t bytes_of(const auto& files, auto size) {
  return std::transform_reduce(files.begin(), files.end(), std::uint64_t{0}, std::plus<>{}, size);
}

}  // namespace

// A damaged file of the ledger is copied byte for byte, and what its list of sums says of the copy is
// true; nobody would know before the day the backup is needed. So the copy is opened as a restored one
// would be, for reading only.
void backup_files::check_copy(const std::string& directory, const file_list& list,
                              const work_progress& progress) {
  open_database copied;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto options = rocksdb_options::of_database({.directory = directory});
  // What it puts off is asserted in 7.8.3 never to be put off by a database that is read only.
  options.avoid_unnecessary_blocking_io = false;
  const auto opened = rocksdb::DB::OpenForReadOnly(options, directory,
                                                   rocksdb_options::of_families(), &handles, &db);
  if (!opened.ok()) refuse_copy(opened.ToString());
  copied.db.reset(db);
  std::ranges::copy(handles, copied.families.begin());
  check_tables(options, directory, list.files, progress);
  std::string value;
  const auto found = db->Get(rocksdb::ReadOptions(), copied.family(ledger_store::family::state),
                             as_slice(ledger_format::group_key), &value);
  const auto last = found.ok() ? ledger_format::read_group(value) : std::nullopt;
  if (!last || last->sequence < list.group)
    refuse_copy("the copy ends before group " + std::to_string(list.group));
}

backup_summary ledger_store::backup(const std::string& directory, work_progress& progress) const {
  backup_target target(directory);
  const backup_files::file_list list = copy_files(target, progress);
  // Nobody waits for this, neither to open a failed store anew nor to delete what is done with.
  backup_files::check_copy(directory, list, progress);
  (void)target.write(backup_files::list_name, to_text(list));
  target.finish();
  const auto bytes = bytes_of(list.files, [](const auto& file) { return file.bytes; });
  return {.group = list.group, .bytes = bytes, .files = list.files.size()};
}

backup_files::file_list ledger_store::copy_files(backup_target& target,
                                                 work_progress& progress) const {
  const std::shared_lock open(database_->in_use);
  if (database_->open.db == nullptr) {
    throw std::runtime_error("the ledger cannot be read: its storage failed");
  }
  rocksdb::DB& db = *database_->open.db;
  // Before the files are listed, so that every group up to it is in them.
  const std::uint64_t acknowledged = database_->mark->sequence().value_or(0);
  const kept_files kept(db);
  const auto files = live_files(db);
  const auto bytes = bytes_of(files, [](const auto& file) { return file.size; });
  target.require_space(bytes);
  progress.total = bytes;
  target.mark(acknowledged);
  backup_files::file_list list{.group = acknowledged, .files = {}};
  for (const auto& file : files) {
    if (database_->wanted.load(std::memory_order_relaxed)) {
      throw std::runtime_error("the storage of the ledger failed while it was copied");
    }
    const auto& name = file.relative_filename;
    list.files.push_back(file.replacement_contents.empty()
                             ? target.copy(file.directory + "/" + name, name, file.size, progress)
                             : target.write(name, file.replacement_contents));
  }
  return list;
}

backup_summary restore_backup(const std::string& from, const std::string& to,
                              work_progress& progress) {
  std::ifstream file(from + "/" + backup_files::list_name);
  if (!file) {
    throw std::runtime_error(from + " is not a finished backup: it has no file " +
                             backup_files::list_name);
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto list = backup_files::parse_list(text);
  if (!list) {
    throw std::runtime_error("the backup in " + from + " is damaged: its file " +
                             backup_files::list_name + " cannot be read. Take an older one");
  }
  backup_target target(to);
  const auto bytes = bytes_of(list->files, [](const auto& each) { return each.bytes; });
  target.require_space(bytes);
  progress.total = bytes;
  target.mark(list->group);
  for (const auto& each : list->files) {
    const std::string path = from + "/" + each.name;
    std::error_code missing;
    const bool same_size = fs::file_size(path, missing) == each.bytes && !missing;
    if (!same_size || target.copy(path, each.name, each.bytes, progress) != each) {
      throw std::runtime_error("the backup in " + from + " is damaged: " + each.name +
                               " is not what was written. Take an older one. (A gateway that was "
                               "started on a backup changes it: restore it first.)");
    }
  }
  target.finish();
  return {.group = list->group, .bytes = bytes, .files = list->files.size()};
}

}  // namespace stint
