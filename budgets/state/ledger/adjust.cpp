// Raises and resets. Tested by tests/budgets/state/adjust_test.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "budgets/records/checked_sum.hpp"
#include "budgets/state/ledger/ledger.hpp"

namespace stint {
namespace {

// One record is written for each: enough for a cap that is split by tenant, too few for a mistake
// to forgive a million users.
constexpr std::size_t scopes_reset_max = 1'000;

// As many values as the cap is split by; scope_of() writes a '/' inside a value as %2F.
[[nodiscard]] bool may_be_scope(std::string_view scope, const cap& of) noexcept {
  const auto separators = static_cast<std::size_t>(std::ranges::count(scope, '/'));
  return !scope.empty() && separators + 1 == of.per.size();
}

}  // namespace

// A cap that keeps each tenant's own time is several of one name, each with the tenants of one
// zone: what is ordered is done to each of them.
adjusted ledger::adjust(const adjustment_order& order, std::uint64_t number) {
  adjustment made;
  made.kind = order.kind;
  made.made = advance(order.at);
  made.who = order.who;
  made.reason = order.reason;
  made.cap = order.cap;
  adjusted result;
  std::optional<adjustment_refusal> refused = adjustment_refusal::unknown_cap;
  for (cap_counters& each : caps_) {
    if (each.definition().name != order.cap) continue;
    made.number = number + result.made.size();
    made.cap_number = each.number();
    made.unit = each.definition().unit;
    made.every_scope = !order.scope && !each.definition().per.empty();
    made.scope = order.scope.value_or("");
    refused = refusal_of(order, each);
    if (refused) break;
    if (order.kind == adjustment_kind::raise) {
      raise(order, made, each, result);
    } else {
      refused = reset(made, each, result);
      if (refused == adjustment_refusal::too_many_scopes) break;
    }
  }
  if (result.made.empty()) result.refused = refused;
  return result;
}

std::optional<adjustment_refusal> ledger::refusal_of(const adjustment_order& order,
                                                     const cap_counters& of) const {
  const cap& rule = of.definition();
  if (!of.counts()) return adjustment_refusal::of_each_call;
  if (order.scope && rule.per.empty()) return adjustment_refusal::not_split;
  if (order.scope && !may_be_scope(*order.scope, rule)) return adjustment_refusal::wrong_scope;
  if (expects_history(of.number())) return adjustment_refusal::rebuilding;
  if (order.kind == adjustment_kind::reset) {
    return of.rolls() ? std::optional(adjustment_refusal::rolling) : std::nullopt;
  }
  if (order.by <= 0) return adjustment_refusal::not_positive;
  if (order.until && *order.until <= last_seen_) return adjustment_refusal::over_already;
  const bool resets = of.current().end && !of.rolls();
  if (!order.until && !resets) return adjustment_refusal::without_end;
  return std::nullopt;
}

void ledger::raise(const adjustment_order& order, adjustment made, cap_counters& of,
                   adjusted& result) {
  made.amount = order.by;
  made.until = order.until ? order.until : of.current().end;
  next_window_ = std::min(next_window_, *made.until);
  result.limits_before.push_back(of.limit_of(made.scope, last_seen_));
  raises_.push_back(made);
  tell_raises(of);
  aim_all(of);
  result.made.push_back(std::move(made));
}

std::optional<adjustment_refusal> ledger::reset(adjustment made, cap_counters& of,
                                                adjusted& result) {
  std::vector<counter*> used;
  if (made.every_scope) {
    of.each_open([&](counter& at) {
      if (at.posted != 0) used.push_back(&at);
    });
  } else if (counter* at = of.find(made.scope); at != nullptr && at->posted != 0) {
    used.push_back(at);
  }
  if (used.empty()) return adjustment_refusal::nothing_used;
  if (used.size() > scopes_reset_max) return adjustment_refusal::too_many_scopes;
  std::ranges::sort(used, {}, &counter::scope);
  made.every_scope = false;
  made.window_start = of.current().start;
  for (counter* each : used) {
    made.scope = each->scope;
    made.amount = each->posted;
    of.forgive(*each);
    mark_changed(*each);
    remember_reset(made);
    result.made.push_back(made);
    ++made.number;
  }
  return std::nullopt;
}

void ledger::remember_reset(const adjustment& made) {
  forgiveness& of = forgiven_[{made.cap_number, made.window_start, made.scope}];
  of.amount = checked_sum(of.amount, made.amount);
  if (made.kind == adjustment_kind::reset) of.latest = std::max(of.latest, made.made);
}

void ledger::restore_adjustment(adjustment made) {
  if (made.kind != adjustment_kind::raise) return remember_reset(made);
  if (made.until && *made.until <= last_seen_) return;
  if (made.until) next_window_ = std::min(next_window_, *made.until);
  cap_counters* of = find_cap(made.cap_number);
  raises_.push_back(std::move(made));
  if (of != nullptr) tell_raises(*of);
}

std::int64_t ledger::forgiven_of(std::uint32_t cap_number, const cap_counters::stored& at) const {
  if (forgiven_.empty()) return 0;
  const auto found = forgiven_.find({cap_number, at.start, std::string(at.scope)});
  return found == forgiven_.end() ? 0 : found->second.amount;
}

}  // namespace stint
