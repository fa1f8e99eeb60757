// Tested by tests/budgets/records/cap_test.cpp and tests/gateway/config/caps_test.cpp.
#include "budgets/records/tenant_zones.hpp"

#include <set>

#include "pricing/text/fnv.hpp"

namespace stint {

const std::string& tenant_zones::zone_of(const std::string& tenant) const noexcept {
  const auto found = zones_.find(tenant);
  return found == zones_.end() ? others_ : found->second;
}

std::vector<std::string> tenant_zones::zones() const {
  std::set<std::string> all = {others_};
  for (const auto& [tenant, zone] : zones_)
    all.insert(zone);
  return {all.begin(), all.end()};
}

// The zone of the tenants that are not named has all but those that are named elsewhere.
std::uint64_t tenant_zones::fingerprint(const std::string& zone) const {
  const bool of_others = zone == others_;
  std::set<std::string> listed;
  for (const auto& [tenant, own] : zones_) {
    if ((own == zone) != of_others) listed.insert(tenant);
  }
  std::uint64_t hash = fnv_1a_ended(of_others ? "all but" : "only", fnv_basis);
  for (const std::string& tenant : listed)
    hash = fnv_1a_ended(tenant, hash);
  return hash;
}

}  // namespace stint
