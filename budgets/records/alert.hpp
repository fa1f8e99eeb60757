// When a counter reaches a percentage of its limit. Each percentage fires once per counter; what
// has fired is kept with the counter on disk. Pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "budgets/records/window.hpp"

namespace stint {

inline constexpr std::int64_t no_alert_left = std::numeric_limits<std::int64_t>::max();

// What had fired while another limit was in force: should that limit come back within the window,
// it does not fire again.
struct fired_at {
  std::int64_t limit = 0;
  int percent = 0;  // the highest
  bool operator==(const fired_at&) const noexcept = default;
};

// A threshold that a committed call made a counter cross. Once per cap, scope, window and
// threshold, across restarts.
struct alert_crossing {
  std::string cap;
  std::string scope;
  stint::window window;
  int percent = 0;
  std::int64_t used = 0;
  std::int64_t limit = 0;
};

// The smallest posted amount, of at least one, that is `percent` of `limit`; no_alert_left when
// none fits in 64 bits.
[[nodiscard]] std::int64_t alert_position(std::int64_t limit, int percent) noexcept;

// The position of the first percentage above `reached`.
[[nodiscard]] std::int64_t next_alert_position(const std::vector<int>& percents, std::int64_t limit,
                                               int reached) noexcept;

// The highest percentage that `posted` has reached; 0: none.
[[nodiscard]] int percent_reached(const std::vector<int>& percents, std::int64_t limit,
                                  std::int64_t posted) noexcept;

}  // namespace stint
