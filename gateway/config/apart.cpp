// Tested by tests/gateway/config/apart_test.cpp.
#include "gateway/config/apart.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/simulator/options.hpp"

namespace stint {

namespace {
bool names_simulated(const cap& one) {
  return std::ranges::any_of(one.match, [](const auto& each) {
    return each.first == dimension::provider && each.second == simulated_provider_name;
  });
}
}  // namespace

std::vector<cap> with_simulated_apart(std::vector<cap> caps) {
  std::vector<cap> of_simulated;
  for (cap& each : caps) {
    if (names_simulated(each)) continue;
    cap twin = each;
    twin.name.insert(0, simulated_cap_prefix);
    // First of all, so that real calls are done with it at once.
    twin.match.emplace(twin.match.begin(), dimension::provider, simulated_provider_name);
    twin.alert_percent.clear();
    twin.yields_place = true;
    of_simulated.push_back(std::move(twin));
    each.except_provider = simulated_provider_name;
  }
  caps.insert(caps.end(), std::make_move_iterator(of_simulated.begin()),
              std::make_move_iterator(of_simulated.end()));
  return caps;
}

}  // namespace stint
