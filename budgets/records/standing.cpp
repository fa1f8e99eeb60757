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
  const auto same = [](const cap_standing& one, const cap_standing& other) {
    return place_of(one) == place_of(other);
  };
  list.erase(std::unique(list.begin(), list.end(), same), list.end());
}

}  // namespace stint
