// What one price book says that another does not, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "pricing/price_book.hpp"

namespace stint {

// A line for each entry that is new, gone or has another price: "gpt-5: input $1.25 → $1.5 a million
// tokens". Where a price was read, and notes, are no difference.
[[nodiscard]] std::vector<std::string> price_changes(const price_book& was, const price_book& is);

}  // namespace stint
