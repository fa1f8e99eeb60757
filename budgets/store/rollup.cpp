// Tested by tests/budgets/store/rollup_test.cpp.
#include "budgets/store/rollup.hpp"

#include <chrono>

#include "budgets/records/checked_sum.hpp"

namespace stint {
rollup_sums& rollup_sums::operator+=(const rollup_sums& other) noexcept {
  calls = checked_sum(calls, other.calls);
  flagged = checked_sum(flagged, other.flagged);
  for (const usage_kind& kind : usage_kinds)
    used.*kind.count = checked_sum(used.*kind.count, other.used.*kind.count);
  cost += other.cost;
  if (requests && other.requests) {
    requests = checked_sum(*requests, *other.requests);
  } else {
    requests.reset();
  }
  return *this;
}

std::string_view rollup_key::at(dimension d) const noexcept {
  switch (d) {
    case dimension::tenant:
      return tenant;
    case dimension::feature:
      return feature;
    case dimension::key:
      return key;
    case dimension::user:
      return {};
    case dimension::model:
      return model;
    case dimension::provider:
      return provider;
  }
  __builtin_unreachable();
}

std::int64_t period_start(wall_time at, std::int64_t length_seconds) noexcept {
  const auto second = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  const auto into = ((second % length_seconds) + length_seconds) % length_seconds;
  return second - into;
}

rollup_key rollup_key_of(const ledger_row& row, std::int64_t start_seconds) noexcept {
  return {.start_seconds = start_seconds,
          .tenant = row.charged.tenant,
          .feature = row.charged.feature,
          .model = row.charged.model,
          .provider = row.charged.provider,
          .key = row.charged.key};
}

attribution attribution_of(const rollup_key& key) {
  return {.tenant = std::string(key.tenant),
          .feature = std::string(key.feature),
          .key = std::string(key.key),
          .user = {},
          .model = std::string(key.model),
          .provider = std::string(key.provider)};
}

amounts amounts_of(const rollup_sums& sums) noexcept {
  return {.input_tokens = sums.used.input_total(),
          .output_tokens = sums.used.output_total(),
          .cost = sums.cost,
          .requests = sums.requests.value_or(0)};
}

rollup_sums sums_of(const ledger_row& row) noexcept {
  const bool flagged = (row.flags & ~row_flag::estimated) != 0;
  return {.calls = 1,
          .flagged = flagged ? 1 : 0,
          .used = row.used,
          .cost = row.cost,
          .requests = posted_amounts(row).requests};
}

namespace {
// The answer may be named by its version, and its difference to a later figure belongs to it.
bool is_where_asked(const ledger_row& row, const leg& part) noexcept {
  if (part.why == leg_reason::correction) return true;
  if (part.provider != row.charged.provider) return false;
  const bool answers = part.why == leg_reason::answer || part.why == leg_reason::compaction;
  return part.model == row.charged.model || (answers && part.model == row.model_served);
}
}  // namespace

std::vector<moved_sums> moved_legs(const ledger_row& row) {
  std::vector<moved_sums> moved;
  rollup_sums all;
  for (const leg& part : row.legs) {
    if (is_where_asked(row, part)) continue;
    moved_sums& one = moved.emplace_back();
    one.model = part.model;
    one.provider = part.provider;
    one.sums.used = part.used;
    one.sums.cost = part.cost;
    all += one.sums;
  }
  if (moved.empty()) return moved;
  // A correction says what all of it came to, and not which part: it may have left less than the parts.
  bool is_left = row.cost >= all.cost;
  for (const usage_kind& kind : usage_kinds)
    is_left = is_left && row.used.*kind.count >= all.used.*kind.count;
  if (!is_left) return {};
  moved.push_back({.model = row.charged.model,
                   .provider = row.charged.provider,
                   .sums = difference(all, rollup_sums{})});
  return moved;
}

rollup_sums difference(const rollup_sums& was, const rollup_sums& is) noexcept {
  rollup_sums by;
  by.calls = is.calls - was.calls;
  by.flagged = is.flagged - was.flagged;
  by.used = difference(was.used, is.used);
  by.cost = is.cost - was.cost;
  by.requests = is.requests.value_or(0) - was.requests.value_or(0);
  return by;
}

}  // namespace stint
