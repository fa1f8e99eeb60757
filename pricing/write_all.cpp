// Tested by tests/pricing/write_all_test.cpp.
#include "pricing/write_all.hpp"

#include <cerrno>
#include <cstddef>

#include <unistd.h>

namespace stint {

int write_all(int file_descriptor, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;  // again and again, else
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace stint
