// Writing to a file descriptor until everything is written. Blocks.
#pragma once

#include <string_view>

namespace stint {

// 0, or the errno of what stopped it. write(2) may take less than it is given, and a signal may
// interrupt it: neither is a failure.
[[nodiscard]] int write_all(int file_descriptor, std::string_view bytes) noexcept;

}  // namespace stint
