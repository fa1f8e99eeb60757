// Tested by tests/budgets/records/alert_test.cpp.
#include "budgets/records/alert.hpp"

#include <algorithm>

namespace stint {
namespace {

__extension__ using wide = __int128;

}  // namespace

std::int64_t alert_position(std::int64_t limit, int percent) noexcept {
  const wide position = (static_cast<wide>(limit) * percent + 99) / 100;
  if (position > no_alert_left) return no_alert_left;
  // A limit of zero is reached by the first unit that is spent, not by none at all.
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(position));
}

std::int64_t next_alert_position(const std::vector<int>& percents, std::int64_t limit,
                                 int reached) noexcept {
  for (const int percent : percents) {
    if (percent > reached) return alert_position(limit, percent);
  }
  return no_alert_left;
}

int percent_reached(const std::vector<int>& percents, std::int64_t limit,
                    std::int64_t posted) noexcept {
  int reached = 0;
  for (const int percent : percents) {
    if (posted >= alert_position(limit, percent)) reached = percent;
  }
  return reached;
}

}  // namespace stint
