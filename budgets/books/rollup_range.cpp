// Tested by tests/budgets/books/query_test.cpp and cap_history_test.cpp.
#include "budgets/books/rollup_range.hpp"

#include <string>
#include <string_view>

#include "budgets/books/damage.hpp"

namespace stint {

std::int64_t period_start_from(wall_time at, std::int64_t length_seconds) noexcept {
  const std::int64_t start = period_start(at, length_seconds);
  return wall_time{std::chrono::seconds{start}} == at ? start : start + length_seconds;
}

second_range whole_hours(wall_time from, wall_time until) noexcept {
  return {.from = period_start(from, seconds_per_hour),
          .until = until == end_of_time ? end_of_time_seconds
                                        : period_start_from(until, seconds_per_hour)};
}

void each_rollup(const ledger_store::moment& at, ledger_format::space of, second_range range,
                 const std::function<void(const rollup_key&, const rollup_sums&)>& visit) {
  if (range.from >= range.until) return;
  std::string from;
  std::string until;
  ledger_format::append_rollup_prefix(from, of, range.from);
  ledger_format::append_rollup_prefix(until, of, range.until);
  at.scan(ledger_store::family::state, from, until,
          [&](std::string_view key_bytes, std::string_view value) {
            const auto key = ledger_format::read_rollup_key(key_bytes);
            const auto sums = ledger_format::read_sums(value);
            if (!key || !sums) refuse_damaged_record("a roll-up");
            visit(*key, *sums);
            return true;
          });
}

}  // namespace stint
