// The pairs of a request's query, one after the other, as they stand there: whether and how often escapes are undone is
// for whoever reads one. Pure; views into what is read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace stint {

struct query_pair {
  std::string_view whole;  // "key=value", or "key" alone
  std::string_view key;
  std::string_view value;  // "" too where no '=' stands
};

// Takes the first pair off, with what ends it: any of `ends`. Of an empty query, an empty pair.
[[nodiscard]] inline query_pair take_pair(std::string_view& query,
                                          std::string_view ends = "&") noexcept {
  const std::string_view whole = query.substr(0, query.find_first_of(ends));
  query.remove_prefix(std::min(whole.size() + 1, query.size()));
  const std::size_t equals = std::min(whole.find('='), whole.size());
  return {.whole = whole,
          .key = whole.substr(0, equals),
          .value = whole.substr(std::min(equals + 1, whole.size()))};
}

}  // namespace stint
