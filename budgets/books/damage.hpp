// What is thrown where a record of the ledger cannot be read. Any thread.
#pragma once

#include <string>

namespace stint {

// By a reader: std::runtime_error.
[[noreturn]] void refuse_damaged_record(const std::string& what);
// At the start, with what to do: std::runtime_error.
[[noreturn]] void refuse_damaged_start(const std::string& what);

}  // namespace stint
