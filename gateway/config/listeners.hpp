// The sections `listen:` and `admin:` of the configuration: where clients and operators connect.
#pragma once

#include "gateway/config/reader.hpp"

namespace stint {

void read_listeners(config_section& file, config_reading& run);

}  // namespace stint
