// Imported prices as a price file (config/prices.yaml): load_price_file reads it back as they are. Pure.
#pragma once

#include <string>
#include <string_view>

#include "pricing/import/imported.hpp"

namespace stint {

// `version` and `read_on` ("2026-11-30") are written as they are given.
[[nodiscard]] std::string to_price_file(const imported_prices& imported, std::string_view version,
                                        std::string_view read_on);

}  // namespace stint
