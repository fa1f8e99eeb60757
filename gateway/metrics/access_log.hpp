// One line of JSON for each recorded call, on standard output: derived from the committed ledger row, like the metrics. Lines
// are written by a thread of their own; when the reader of the output is too slow, lines are dropped and counted, because a
// log must never hold up the ledger. Holds no prompt, no answer, no key secret, no free tag values.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "budgets/records/row.hpp"

namespace stint {

// Without the trailing newline.
[[nodiscard]] std::string access_log_line(const ledger_row& row);

class access_log {
 public:
  explicit access_log(int file_descriptor);
  // Writes what is left.
  ~access_log();
  access_log(const access_log&) = delete;
  access_log& operator=(const access_log&) = delete;

  // Ledger thread only; never waits for the output.
  void committed(std::span<const ledger_row> rows);

 private:
  void write_forever();

  static constexpr std::size_t pending_bytes_max = 4U << 20;

  int file_descriptor_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::string pending_;
  std::uint64_t dropped_ = 0;
  bool stopping_ = false;
  std::thread writer_;  // last: starts when everything else is there
};

}  // namespace stint
