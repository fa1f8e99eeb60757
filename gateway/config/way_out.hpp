// How a provider is reached, as its entry says: over TLS with which certificates, and through which proxy.
// Touches environment and files; used when the configuration is read.
#pragma once

#include <string>

#include "gateway/config/config.hpp"
#include "pricing/yaml/section.hpp"

namespace stint {

// `read` has its name and address.
void read_way_out(config_section& section, const std::string& directory, provider_config& read,
                  mistake_list& mistakes);

}  // namespace stint
