// Tested by tests/gateway/learning/prompt_learner_test.cpp and output_learner_test.cpp.
#include "gateway/learning/kept_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "pricing/write_all.hpp"

namespace stint {
namespace {

std::string reason(std::string_view what) {
  return std::string(what) + ": " + std::system_category().message(errno);
}

std::string write_synced(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return reason("cannot open " + path);
  std::string failed;
  if (write_all(file, bytes) != 0) failed = reason("cannot write " + path);
  if (failed.empty() && ::fsync(file) != 0) failed = reason("cannot sync " + path);
  ::close(file);
  return failed;
}

}  // namespace

kept_bytes read_kept_file(const std::string& path, std::uintmax_t bytes_max) {
  kept_bytes out;
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  out.missing = failed == std::errc::no_such_file_or_directory;
  if (out.missing) return out;
  std::ifstream file(path, std::ios::binary);
  if (failed || !file || size > bytes_max) {
    out.failed = "it cannot be read";
    return out;
  }
  std::ostringstream bytes;
  bytes << file.rdbuf();
  out.bytes = bytes.str();
  return out;
}

std::string replace_kept_file(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  std::string failed = write_synced(fresh, bytes);
  if (failed.empty() && ::rename(fresh.c_str(), path.c_str()) != 0) {
    failed = reason("cannot rename " + fresh);
  }
  // Without this the rename itself may be lost with the power; the old file is then still whole.
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const int parent =
      ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    ::fsync(parent);
    ::close(parent);
  }
  return failed;
}

}  // namespace stint
