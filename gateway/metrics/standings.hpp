// Gauges that are not kept but described at each scrape: where every cap stands, and the ledger's
// health. Pure functions of their arguments; any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "budgets/records/standing.hpp"
#include "budgets/writer/ledger_thread.hpp"

namespace stint {

// What is shown of the standings: one per cap and scope (of several windows the latest), at most
// `count_max`, the fullest first, and those that yield their place last. What is near its limit is
// therefore always seen, however many scopes there are.
struct shown_standings {
  std::vector<const cap_standing*> fullest;  // into the standings
  std::size_t hidden = 0;                    // scopes beyond count_max
};
[[nodiscard]] shown_standings choose_standings(const std::vector<cap_standing>& standings,
                                               std::size_t count_max);

// "minute" … "year" or "forever", told by the window's length (a local day has 23 to 25 hours).
[[nodiscard]] std::string_view window_word(const window& of) noexcept;

[[nodiscard]] std::vector<prometheus::MetricFamily> describe_standings(
    const shown_standings& shown);
[[nodiscard]] std::vector<prometheus::MetricFamily> describe_ledger(const ledger_health& ledger);

// A family of one value without labels.
[[nodiscard]] prometheus::MetricFamily single_value(std::string_view name, std::string_view help,
                                                    prometheus::MetricType type, double value);

}  // namespace stint
