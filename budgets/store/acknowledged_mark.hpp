// The number of the last group whose writing was acknowledged, kept outside the log in a mapped
// file: one store to memory for each group, no system call, and kill -9 does not take it back.
// Without it a log that has lost its end could not be told from one that was cut by a crash before
// anybody was answered. The file is also the lock of the directory.
//
// After a loss of power the number may be newer than a log that was never synced, so it is binding
// only within one boot of the machine, or when every group is synced. Owned by the store, on its
// thread; sequence() from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace stint {

class acknowledged_mark {
 public:
  // Creates the file when missing. Throws std::runtime_error when another process has it, or it
  // cannot be made.
  explicit acknowledged_mark(const std::string& directory);
  ~acknowledged_mark();
  acknowledged_mark(const acknowledged_mark&) = delete;
  acknowledged_mark& operator=(const acknowledged_mark&) = delete;

  // Nothing until the store was created in full, and after the file was deleted to accept a loss.
  [[nodiscard]] std::optional<std::uint64_t> sequence() const noexcept;
  [[nodiscard]] bool of_this_boot() const noexcept;
  void start(std::uint64_t sequence) noexcept;  // from now on it is binding
  void advance(std::uint64_t sequence) noexcept;

  static constexpr const char* file_name = "ACKNOWLEDGED";

 private:
  struct content;
  int descriptor_ = -1;
  content* content_ = nullptr;
};

}  // namespace stint
