// Files that the configuration names. Used when it is read.
#pragma once

#include <string>
#include <string_view>

#include "pricing/yaml/section.hpp"

namespace stint {

// `name` as written in the file, from `directory` unless absolute; "" stays "".
[[nodiscard]] std::string file_from(const std::string& directory, const std::string& name);

// Where the setting stands, `into` is the file that it names; it is a mistake where there is none.
void read_named_file(config_section& section, std::string_view key, const std::string& directory,
                     std::string& into);

}  // namespace stint
