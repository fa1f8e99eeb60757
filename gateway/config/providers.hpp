// The mapping `providers:` of the configuration → where calls go and with which credential.
// Credentials are named in the file, never written in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config/reader.hpp"

namespace stint {

// In the order of the file, then the built-in simulated provider. Relative file names are taken
// from `directory`.
[[nodiscard]] std::vector<provider_config> read_providers(config_section& file,
                                                          const std::string& directory,
                                                          mistake_list& mistakes);

}  // namespace stint
