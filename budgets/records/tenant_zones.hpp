// In whose time zone the days of each tenant begin, for caps with `timezone: tenant`. One for a
// list of caps, immutable while they use it; thread-safe then.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace stint {

class tenant_zones {
 public:
  void set(const std::string& tenant, const std::string& iana_name) { zones_[tenant] = iana_name; }
  void set_others(const std::string& iana_name) { others_ = iana_name; }

  [[nodiscard]] const std::string& zone_of(const std::string& tenant) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return zones_.empty(); }
  // Every zone in use, that of unnamed tenants too; sorted.
  [[nodiscard]] std::vector<std::string> zones() const;
  // Changes, but for one chance in 2^64, whenever a tenant comes to this zone or leaves it.
  [[nodiscard]] std::uint64_t fingerprint(const std::string& zone) const;

 private:
  std::unordered_map<std::string, std::string> zones_;
  std::string others_ = "UTC";
};

}  // namespace stint
