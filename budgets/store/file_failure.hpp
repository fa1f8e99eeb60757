// What is thrown where the system refuses to open, read or write a file of the ledger's. Any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace stint {

// `what`, and the system's word for this errno.
[[noreturn]] inline void file_failed(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::system_category().message(error));
}

}  // namespace stint
