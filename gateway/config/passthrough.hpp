// The list `passthrough:` of the configuration: paths that are forwarded without metering, recorded
// and flagged. Read after the providers, which it names.
#pragma once

#include "gateway/config/reader.hpp"

namespace stint {

void read_passthrough(config_section& file, config_reading& run);

}  // namespace stint
