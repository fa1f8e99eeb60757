// The list `tokenizers:` of the configuration: vocabularies of the user's, loaded as they are read,
// so that check-config says what is wrong with the files too.
#pragma once

#include "gateway/config/reader.hpp"

namespace stint {

void read_tokenizers(config_section& file, config_reading& run);

}  // namespace stint
