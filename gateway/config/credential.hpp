// Secrets that the configuration names and that are kept elsewhere: in the environment, or in a file that
// not everybody may read. Touches both; used when the configuration is read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "gateway/config/config.hpp"
#include "pricing/yaml/section.hpp"

namespace stint {

// Of a longer file or variable only a part would be sent.
inline constexpr std::size_t credential_bytes_max = 4'096;

// Of the environment; "" where it is not set.
[[nodiscard]] std::string value_of_variable(const std::string& name);

// `source` names an environment variable; empty where that is not set. Without the space at its end.
[[nodiscard]] secret secret_of_variable(const config_text& source);
// `source` names a file, from `directory`. Nothing after a mistake. Of one that is too long, more than
// credential_bytes_max.
[[nodiscard]] std::optional<secret> secret_of_file(config_section& section,
                                                   const std::string& directory,
                                                   const config_text& source);

// A provider's own: credential_env, credential_file, or credential: none.
void read_credential(config_section& section, const std::string& directory, provider_config& read);

}  // namespace stint
