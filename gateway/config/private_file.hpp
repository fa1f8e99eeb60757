// Files that hold secrets. Touches the file system; used when the configuration is read.
#pragma once

#include <optional>
#include <string>

namespace stint {

// What is wrong with who may read the file, and how to mend it; nothing where it is closed to those who
// are neither its owner nor of its group, or is not there.
[[nodiscard]] std::optional<std::string> open_to_everybody(const std::string& file);

}  // namespace stint
