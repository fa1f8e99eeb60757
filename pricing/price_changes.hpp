// What one price book says that another does not, for people. Pure.
#pragma once

#include <string>
#include <vector>

#include "pricing/price_book.hpp"

namespace stint {

struct price_change {
  std::string line;
  bool is_new = false;  // of an entry that stands only in the second book
  bool operator==(const price_change&) const = default;
};

// A change for each entry that is new, gone or has another price: "gpt-5: input $1.25 → $1.5 a million
// tokens". Where a price was read, and notes, are no difference.
[[nodiscard]] std::vector<price_change> price_changes(const price_book& was, const price_book& is);

}  // namespace stint
