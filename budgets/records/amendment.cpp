// Tested by tests/budgets/records/amendment_test.cpp.
#include "budgets/records/amendment.hpp"

#include <algorithm>
#include <utility>

namespace stint {
namespace {

// Above any call's, and far from the end of the numbers.
constexpr nanodollars corrected_cost_max{1'000'000 * nanodollars::per_dollar};

// A row keeps eight legs; what is corrected more often is added to an earlier correction, or to the answer where
// there is none: no other leg is one of another model, whose spend it says.
void add_correction(ledger_row& row, leg by) {
  if (row.legs.empty()) row.legs = legs_of(row);
  if (row.legs.size() < legs_max) {
    row.legs.push_back(std::move(by));
    return;
  }
  const auto of = [&row](leg_reason why) { return std::ranges::find(row.legs, why, &leg::why); };
  auto into = of(leg_reason::correction);
  if (into == row.legs.end()) into = of(leg_reason::answer);
  if (into == row.legs.end()) into = row.legs.begin();
  for (const usage_kind& kind : usage_kinds)
    into->used.*kind.count += by.used.*kind.count;
  into->cost += by.cost;
}

}  // namespace

usage known_usage(const ledger_row& row) noexcept {
  const bool was_released = (row.flags & row_flag::corrected) != 0 && row.used == usage{} &&
                            row.source != usage_source::provider;
  if (!was_released) return row.used;
  usage before;
  for (const leg& each : row.legs) {
    if (each.why == leg_reason::correction) continue;
    for (const usage_kind& kind : usage_kinds)
      before.*kind.count += each.used.*kind.count;
  }
  return before;
}

std::optional<amendment_refusal> amend(const amendment_order& order, ledger_row& row) {
  if (order.seen && (order.seen->used != row.used || order.seen->cost != row.cost ||
                     order.seen->flags != row.flags))
    return amendment_refusal::told_meanwhile;
  if (!order.correct && (row.flags & row_flag::unknown) == 0) return amendment_refusal::not_unknown;
  const amendment_order::figures to = order.correct.value_or(amendment_order::figures{});
  if (!plausible(to.used) || to.cost < nanodollars{} || to.cost > corrected_cost_max)
    return amendment_refusal::implausible;
  const bool was_unknown = (row.flags & row_flag::unknown) != 0;
  if (to.used == row.used && to.cost == row.cost && !was_unknown)
    return amendment_refusal::changes_nothing;
  leg by;
  by.why = leg_reason::correction;
  by.model = row.model_served.empty() ? row.charged.model : row.model_served;
  by.provider = row.charged.provider;
  by.tier = row.tier;
  by.used = difference(row.used, to.used);
  by.cost = to.cost - row.cost;
  by.price_version = to.price_version.empty() ? row.price_version : to.price_version;
  add_correction(row, std::move(by));
  row.used = to.used;
  row.cost = to.cost;
  row.flags = (row.flags & ~row_flag::unknown) | row_flag::corrected;
  if (!order.correct) return std::nullopt;
  // It is the provider's figure now, whatever stood in its place.
  constexpr std::uint32_t of_our_count =
      row_flag::counted | row_flag::implausible | row_flag::no_answer | row_flag::over_hold;
  row.flags &= ~of_our_count;
  if (exceeds(posted_amounts(row), row.held)) row.flags |= row_flag::over_hold;
  row.source = usage_source::provider;
  return std::nullopt;
}

}  // namespace stint
