// Spend summed by hour and day × tenant × feature × model × provider × key, kept for ever, so that
// a spend query costs the number of distinct combinations, never the number of calls. Hours and
// days are UTC. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budgets/records/call_id.hpp"
#include "budgets/records/cap.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/scope.hpp"
#include "pricing/money.hpp"
#include "pricing/usage.hpp"

namespace stint {

struct ledger_row;

struct rollup_sums {
  std::int64_t calls = 0;
  std::int64_t flagged = 0;  // calls with any row_flag other than estimated
  usage used;
  nanodollars cost;
  // amounts::requests of the calls; nothing where some were summed by a version that did not keep
  // it.
  std::optional<std::int64_t> requests = 0;

  rollup_sums& operator+=(const rollup_sums& other) noexcept;
  bool operator==(const rollup_sums&) const noexcept = default;
};

struct rollup_query {
  wall_time from{};           // inclusive, rounded down to the hour
  wall_time until{};          // exclusive, rounded up to the hour
  std::vector<dimension> by;  // tenant, feature, model, provider, key; empty: one line
  bool by_day = false;        // one line a UTC day
  std::vector<std::pair<dimension, std::string>> match;  // globs
  std::string except_provider;                           // "": none is left out
};

struct rollup_line {
  std::optional<wall_time> day;
  std::vector<std::string> values;  // in the order of rollup_query::by
  rollup_sums sums;
};

// The cost centres of a roll-up: an attribution without the user. The views live as long as what
// they were taken from.
struct rollup_key {
  std::int64_t start_seconds = 0;  // of the UTC hour or day
  std::string_view tenant;
  std::string_view feature;
  std::string_view model;
  std::string_view provider;
  std::string_view key;

  [[nodiscard]] std::string_view at(dimension d) const noexcept;  // the user: always empty
  bool operator==(const rollup_key&) const noexcept = default;
};

inline constexpr std::int64_t seconds_per_hour = 3'600;
inline constexpr std::int64_t seconds_per_day = 86'400;
// The start of the UTC period of this length that contains `at`.
[[nodiscard]] std::int64_t period_start(wall_time at, std::int64_t length_seconds) noexcept;

// The cost centres of a row; the views are of the row.
[[nodiscard]] rollup_key rollup_key_of(const ledger_row& row, std::int64_t start_seconds) noexcept;

// Its cost centres; the user is empty.
[[nodiscard]] attribution attribution_of(const rollup_key& key);
// What its calls add to the counters of caps; no requests where some calls are from a version that did not keep them.
[[nodiscard]] amounts amounts_of(const rollup_sums& sums) noexcept;

// What one row adds.
[[nodiscard]] rollup_sums sums_of(const ledger_row& row) noexcept;

// What of a row is spent under another model or provider than the call asked for: an advisor, a model that
// stood in. It is added there and taken from what was asked for, so that all together come to nothing. Caps
// count a call where it asked to be, and so do the sums of which these are kept apart.
struct moved_sums {
  std::string_view model;  // of the row
  std::string_view provider;
  rollup_sums sums;
};
[[nodiscard]] std::vector<moved_sums> moved_legs(const ledger_row& row);

// What must be added to `was` for it to be `is`; both have their requests.
[[nodiscard]] rollup_sums difference(const rollup_sums& was, const rollup_sums& is) noexcept;

struct row_query {
  std::optional<call_id> before;  // exclusive
  wall_time from{};
  std::optional<wall_time> until;
  std::vector<std::pair<dimension, std::string>> match;
  std::uint32_t flags = 0;  // row_flag: only rows with all of these
  std::size_t limit = 100;
  // So many rows are looked at, whether they are asked for or not; 0: all that there are.
  std::size_t looked_at_max = 0;
};

// Newest first, and from where to go on: nothing older is there without it.
struct row_page {
  std::vector<ledger_row> rows;
  std::optional<call_id> next_before;
  wall_time back_to{};  // the rows that were admitted since then were looked at
};

}  // namespace stint
