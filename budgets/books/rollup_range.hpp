// The roll-ups of a stretch of time, as those who read the books ask for them. Any thread, from one moment of the store.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "budgets/store/format.hpp"
#include "budgets/store/ledger_store.hpp"
#include "budgets/store/rollup.hpp"

namespace stint {

// Far beyond any clock, and far from overflow when rounded or counted in microseconds.
inline constexpr std::int64_t end_of_time_seconds = std::int64_t{1} << 40;
inline constexpr wall_time end_of_time{std::chrono::seconds{end_of_time_seconds}};

// Seconds since the epoch, [from, until).
struct second_range {
  std::int64_t from = 0;
  std::int64_t until = end_of_time_seconds;
};

// The start of the first UTC period of this length that does not begin before `at`.
[[nodiscard]] std::int64_t period_start_from(wall_time at, std::int64_t length_seconds) noexcept;

// The whole hours around [from, until).
[[nodiscard]] second_range whole_hours(wall_time from, wall_time until) noexcept;

// Visits the roll-ups that start in the range, ascending. Throws std::runtime_error where one is damaged.
void each_rollup(const ledger_store::moment& at, ledger_format::space of, second_range range,
                 const std::function<void(const rollup_key&, const rollup_sums&)>& visit);

}  // namespace stint
