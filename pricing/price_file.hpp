// config/prices.yaml → price_book. Start-up and reload only; every mistake in the file is reported
// at once, with its line and the fix. The file's form is explained at its own top. Unknown keys are
// mistakes.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "pricing/price_book.hpp"

namespace stint {

struct price_file_mistake {
  int line = 0;         // 1-based
  std::string message;  // names the field and the fix: "prices[3].output: expected dollars per
                        // million tokens, like 2.50"
};

// path is used for reading only; the caller prefixes it to messages.
[[nodiscard]] std::variant<price_book, std::vector<price_file_mistake>> load_price_file(
    const std::string& path);
[[nodiscard]] std::variant<price_book, std::vector<price_file_mistake>> parse_price_file(
    const std::string& yaml_text);

}  // namespace stint
