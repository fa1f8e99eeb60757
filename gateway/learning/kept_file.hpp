// A small file that is read whole at start and replaced as a whole (written beside it, synced,
// renamed), so that a crash leaves the old one or the new one. Blocks on the disk: for start-up and
// for threads that serve no request.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stint {

struct kept_bytes {
  std::string bytes;
  bool missing = false;  // there is no such file
  std::string failed;    // why it cannot be read; ""
};
[[nodiscard]] kept_bytes read_kept_file(const std::string& path, std::uintmax_t bytes_max);

// "" or why it could not be written; the old file stays then.
[[nodiscard]] std::string replace_kept_file(const std::string& path, std::string_view bytes);

}  // namespace stint
