// What ledger_bench can be asked to measure. Each prints one line of JSON to standard output, or
// ends the process with what is wrong; `directory` is the benchmark's own.
#pragma once

#include <cstdint>
#include <string>

namespace stint::bench {

// Hold + settle pairs a second through the ledger thread, and the same batches into bare RocksDB.
struct pairs_question {
  std::string directory;
  bool sync = false;
  bool asleep = false;  // the caller, while no answer is there
  std::size_t callers = 1;
  double seconds = 1;
};
void measure_pairs(const pairs_question& asked);

// A hold that is alone, a bare put of the same bytes, and a bare hand-over to a thread and back.
void measure_lone_hold(const std::string& directory, std::size_t count);

// What a million scopes with a counter each take.
void measure_scopes(std::size_t scopes);

// Writes a month of calls.
void load_month(const std::string& directory, std::uint64_t rows, std::uint64_t counters);
// How long a start takes there, and what it reads.
void measure_startup(const std::string& directory, std::uint64_t rows, std::uint64_t counters);
// The month's spend by tenant and feature, from the roll-ups and from the rows.
void measure_spend(const std::string& directory, std::uint64_t rows, std::uint64_t counters);
// Proves the month's books.
void verify_month(const std::string& directory, std::uint64_t rows, std::uint64_t counters);

}  // namespace stint::bench
