// Tested by tests/budgets/state/standings_test.cpp.
#include "budgets/records/standing.hpp"

#include <algorithm>
#include <tuple>

namespace stint {
namespace {

[[nodiscard]] auto place_of(const cap_standing& at) noexcept {
  return std::tie(at.cap, at.scope, at.window.start);
}

}  // namespace

void sort_standings(std::vector<cap_standing>& list) {
  std::ranges::sort(list, {}, place_of);
  const auto twice = std::ranges::unique(list, {}, place_of);
  list.erase(twice.begin(), twice.end());
}

}  // namespace stint
