// One entry of the cap list: what it selects, how it splits, what it measures, when it resets.
// Immutable once loaded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budgets/records/scope.hpp"
#include "budgets/records/tenant_zones.hpp"
#include "budgets/records/window.hpp"
#include "pricing/money.hpp"
#include "pricing/usage.hpp"

namespace stint {

enum class cap_unit : std::uint8_t { tokens, input_tokens, output_tokens, usd, requests };
[[nodiscard]] std::string_view to_string(cap_unit unit) noexcept;

enum class cap_mode : std::uint8_t { enforce, warn };

struct cap {
  // Unique in the list, but for the parts of one cap that each have the tenants of one zone; with
  // what it measures, also the identity of its counters on disk.
  std::string name;
  std::vector<std::pair<dimension, std::string>>
      match;  // all globs must match; empty selects every call
  // Calls of this provider are not selected, whatever matches; "": of none.
  std::string except_provider;
  std::vector<dimension> per;  // one counter for each scope
  cap_unit unit = cap_unit::usd;
  window_rule window;
  std::string zone_name = "UTC";
  // Null, or: this is one of several caps of the name, and selects only tenants of zone_name.
  std::shared_ptr<const tenant_zones> tenants;
  std::int64_t limit = 0;  // in the unit; usd: nano-dollars
  cap_mode mode = cap_mode::enforce;
  std::vector<int> alert_percent = {50, 80, 100};  // ascending, 1 … 1000
  bool yields_place = false;  // where not every scope is shown, those of other caps come first

  [[nodiscard]] bool selects(const attribution& charged) const noexcept;
  // Whether it splits by this dimension or matches on it.
  [[nodiscard]] bool asks_for(dimension what) const noexcept;
};

// A call's quantities in every unit a cap can measure.
struct amounts {
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  nanodollars cost;
  std::int64_t requests = 1;

  [[nodiscard]] std::int64_t in(cap_unit unit) const noexcept;
  bool operator==(const amounts&) const noexcept = default;
};

}  // namespace stint
