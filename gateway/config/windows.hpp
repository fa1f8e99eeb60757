// When a cap starts again: `window:` with its time zone and calendar, and the tenants' time zones
// that `timezone: tenant` looks up. Every mistake is noted with its line.
#pragma once

#include <memory>
#include <vector>

#include "budgets/records/cap.hpp"
#include "gateway/config/reader.hpp"

namespace stint {

// `tenants:` of the file. Null: there is none.
[[nodiscard]] std::shared_ptr<const tenant_zones> read_tenants(config_section& file,
                                                               mistake_list& mistakes);

// Into a cap whose match and per are read. With `timezone: tenant` a cap of one tenant has that
// tenant's zone from then on; any other refers to `tenants` and is to be split by expand_zones().
void read_window(config_section& section, const std::shared_ptr<const tenant_zones>& tenants,
                 cap& read, mistake_list& mistakes);

// A cap with `timezone: tenant` becomes one for each zone, all of its name: each selects the
// tenants of its zone. The others stay as they are.
[[nodiscard]] std::vector<cap> expand_zones(std::vector<cap> caps);

}  // namespace stint
