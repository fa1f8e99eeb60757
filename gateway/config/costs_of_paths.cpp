// Tested by tests/gateway/config/advice_test.cpp.
#include "gateway/config/costs_of_paths.hpp"

#include <algorithm>
#include <array>

namespace stint {

// By their ends, so that it does not matter what stands before "/v1". A pattern's '*' is no path, and the
// calls below it are unknown.
bool costs_nothing(std::string_view method, std::string_view path) noexcept {
  if (method != "POST") return true;
  constexpr std::array<std::string_view, 8> free_ends = {
      "/count_tokens", "/input_tokens", ":countTokens", "/tokenize",
      "/detokenize",   "/files",        "/uploads",     "/moderations"};
  return std::ranges::any_of(free_ends,
                             [path](std::string_view end) { return path.ends_with(end); });
}

}  // namespace stint
