// Tested by tests/pricing/text/glob_test.cpp.
#include "pricing/text/glob.hpp"

#include <cstddef>

namespace stint {

// Greedy with one point of return: on a mismatch only the last '*' can take one more character,
// because an earlier '*' taking more could not reach anything that the last one cannot. So the cost
// is at most |pattern| × |text| and nothing recurses.
bool glob_match(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

}  // namespace stint
