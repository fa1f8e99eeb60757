// `admission`: how much a call holds, and how long it waits for room.
#pragma once

#include "gateway/config/reader.hpp"

namespace stint {

void read_admission(config_section& file, config_reading& run);

}  // namespace stint
