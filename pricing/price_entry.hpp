// One entry of the price file's `prices:` list, and one of its `providers:`. Start-up and reload
// only. Tested by tests/pricing/price_file_test.cpp and price_file_mistakes_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "pricing/price_book.hpp"
#include "pricing/yaml/section.hpp"

namespace stint {

// What the entries of one provider share; each entry may say otherwise.
struct provider_terms {
  std::array<std::optional<std::int64_t>, service_tier_count> tier_permille;
  std::int64_t us_permille = 1000;
  std::int64_t web_search_nanodollars = 0;
  std::int64_t request_nanodollars = 0;
};

using provider_table = std::map<std::string, provider_terms, std::less<>>;

struct price_entry {
  price value;
  std::string path;  // "prices[3]"
  int line = 0;
};

[[nodiscard]] provider_terms read_provider(const config_node& written, mistake_list& mistakes);

// What could not be read keeps its default, so that the entry can still be compared with others;
// only a list of mistakes that is empty at the end makes a book.
[[nodiscard]] price_entry read_price(const config_node& written, const provider_table& providers,
                                     mistake_list& mistakes);

}  // namespace stint
