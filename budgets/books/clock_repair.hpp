// Books that were written while the clock was ahead: the latest time seen stands in the future, and with it the windows
// of all caps. This dates them back: calls that were admitted in the future count as admitted now, sums by hour and day
// move with them, and caps that counted in windows of the future are rebuilt from the sums at the next start. Nothing
// that was spent is forgotten. While no gateway runs, and no hold is pending.
#pragma once

#include <cstddef>
#include <string>

#include "budgets/records/audit.hpp"
#include "budgets/store/ledger_store.hpp"

namespace stint {

struct clock_repair {
  wall_time was{};       // the latest time seen
  std::size_t rows = 0;  // that were dated back
  std::size_t caps = 0;  // to be rebuilt
};

// Done in steps, each of which leaves the books whole: where it is interrupted it is begun again. Throws
// std::runtime_error: there is nothing to repair, or the store cannot be read or written.
[[nodiscard]] clock_repair repair_clock(const std::string& directory, wall_time now,
                                        const signature& by);

}  // namespace stint
