// The list `caps:` of the configuration → caps. Every mistake is noted with its line; a cap that
// could never apply, or whose settings would silently do nothing, is a mistake too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "budgets/records/cap.hpp"
#include "gateway/config/reader.hpp"

namespace stint {

// What the rest of the file says that caps refer to.
struct cap_surroundings {
  std::vector<std::string> providers;  // a cap that matches none of them by name would never hold
  std::shared_ptr<const tenant_zones> tenants;  // of read_tenants()
};

// A cap with `timezone: tenant` is there once for each zone; all others once.
[[nodiscard]] std::vector<cap> read_caps(const std::vector<config_node>& items,
                                         const cap_surroundings& known, mistake_list& mistakes);

// Notes a glob in which nothing but '*' is special yet something else looks meant to be.
[[nodiscard]] bool check_glob(const config_text& glob, mistake_list& mistakes);

}  // namespace stint
