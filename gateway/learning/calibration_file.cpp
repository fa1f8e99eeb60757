// Tested by tests/gateway/prompt_learner_test.cpp.
#include "gateway/learning/calibration_file.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace stint {
namespace {

// 64 models of 256 observations are below a megabyte.
constexpr std::uintmax_t file_bytes_max = 16U << 20;

std::string reason(std::string_view what) {
  return std::string(what) + ": " + std::system_category().message(errno);
}

std::string write_synced(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return reason("cannot open " + path);
  std::string failed;
  while (!bytes.empty() && failed.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failed = reason("cannot write " + path);
    }
  }
  if (failed.empty() && ::fsync(file) != 0) failed = reason("cannot sync " + path);
  ::close(file);
  return failed;
}

}  // namespace

loaded_calibration load_calibration(const std::string& path) {
  loaded_calibration out;
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed == std::errc::no_such_file_or_directory) return out;
  std::ifstream file(path, std::ios::binary);
  if (failed || !file || size > file_bytes_max) {
    out.warning = "it cannot be read";
  } else {
    std::ostringstream bytes;
    bytes << file.rdbuf();
    auto read = tokenizer::calibration::decode(bytes.str());
    if (auto* const learned = std::get_if<tokenizer::calibration>(&read)) {
      out.learned = std::move(*learned);
    } else {
      out.warning = std::get<std::string>(read);
    }
  }
  if (!out.warning.empty()) {
    out.warning = path + ": " + out.warning +
                  "; what was learnt of models' token counts is forgotten and learnt anew";
  }
  return out;
}

std::string save_calibration(const std::string& path, const tokenizer::calibration& learned) {
  const std::string fresh = path + ".new";
  std::string failed = write_synced(fresh, learned.encode());
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
