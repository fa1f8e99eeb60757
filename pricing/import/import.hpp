// Somebody else's list of prices → ours. What has no place in a price book is named with the reason, and never
// made up. For commands; one thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pricing/import/imported.hpp"

namespace stint {

struct import_choice {
  // Which models; empty: all.
  std::function<bool(std::string_view model)> takes_model;
  // Whose, as the list calls them; empty: the maker's price where several sell a model.
  std::vector<std::string> providers;
};

// The list's form is seen from its content. A message where it is none of those that are known.
[[nodiscard]] std::variant<imported_prices, std::string> import_prices(const std::string& json,
                                                                       const import_choice& choice);

}  // namespace stint
