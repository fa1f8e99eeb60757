// config/prices.yaml → price_book. Start-up and reload only; every mistake in the file is reported
// at once, with its line and the fix. The file's form is explained at its own top. Unknown keys are
// mistakes.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pricing/price_book.hpp"
#include "pricing/yaml/mistake.hpp"

namespace stint {

// path is used for reading only; the caller prefixes it to messages.
[[nodiscard]] std::variant<price_book, std::vector<config_mistake>> load_price_file(
    const std::string& path);
[[nodiscard]] std::variant<price_book, std::vector<config_mistake>> parse_price_file(
    const std::string& yaml_text);

}  // namespace stint
