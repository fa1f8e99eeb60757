// The part of ledger_writer.hpp that changes caps. Tested by tests/budgets/books/cap_history_test.cpp,
// reconfigure_test.cpp and adjust_test.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "budgets/store/format.hpp"
#include "budgets/writer/ledger_writer.hpp"

namespace stint {

namespace format = ledger_format;

namespace {

// Bounds how long one operation waits for the others of its group, and the size of a batch (about 1
// MB).
constexpr std::size_t group_max = 1'024;

[[nodiscard]] bool changes_caps(const operation& what) noexcept {
  return std::holds_alternative<reconfigure_operation>(what) ||
         std::holds_alternative<history_operation>(what) ||
         std::holds_alternative<adjust_operation>(what) ||
         std::holds_alternative<amend_operation>(what);
}

}  // namespace

std::size_t ledger_writer::length_of_group(std::span<const operation> operations) noexcept {
  if (changes_caps(operations.front())) return 1;
  const auto several = operations.first(std::min(operations.size(), group_max));
  return static_cast<std::size_t>(std::ranges::find_if(several, changes_caps) - several.begin());
}

// When the write fails, the list is in force all the same and is written with the next one that
// works: the counters of its caps are in memory by then.
void ledger_writer::apply(reconfigure_operation& what) {
  audit_caps(shown(what.caps), what.by);
  auto entered = register_.enter(what.caps, ledger_->last_seen());
  ledger_->reconfigure(std::move(entered.caps), register_.epoch());
  for (listing& each : listings_)
    each.walk.begin_again();
  std::ranges::move(register_.puts(), std::back_inserter(cap_puts_));
  caps_waiters_.emplace_back([this, answer = std::move(what.answer),
                              unread = std::move(entered.unread)](bool recorded) mutable {
    reconfigured result{
        .in_force = true, .recorded = recorded, .unread = std::move(unread), .as_of = {}};
    if (recorded && !result.unread.empty())
      result.as_of = std::make_shared<ledger_store::moment>(store_);
    // Nobody reads their histories now: the caps count from here on, and say so.
    for (const unread_cap& each : result.unread) {
      if (!recorded) ledger_->end_history(each.number, each.window.start);
    }
    answer(std::move(result));
  });
}

void ledger_writer::apply(history_operation& what) {
  for (const cap_history& each : what.histories)
    each.give(*ledger_);
  end_histories(what.histories);
  caps_waiters_.emplace_back(std::move(what.answer));
}

void ledger_writer::end_histories(const std::vector<cap_history>& histories) {
  register_.rebuilt(histories, ledger_->last_seen());
  for (const cap_history& each : histories) {
    ledger_->end_history(each.number, each.complete ? std::nullopt : std::optional(each.start));
  }
  cap_puts_ = register_.puts();
}

void ledger_writer::apply(adjust_operation& what) {
  what.order.at = clock_.bounded(what.order.at);
  adjusted result = ledger_->adjust(what.order, next_adjustment_);
  next_adjustment_ += result.made.size();
  for (std::size_t at = 0; at < result.made.size(); ++at) {
    const adjustment& each = result.made[at];
    limit_change limits;
    if (at < result.limits_before.size()) limits.was = result.limits_before[at];
    // A raise beyond all numbers is no limit.
    if (__builtin_add_overflow(limits.was, each.amount, &limits.is))
      limits.is = std::numeric_limits<std::int64_t>::max();
    auto& [key, value] = cap_puts_.emplace_back();
    format::append_adjustment_key(key, each.number);
    format::append_adjustment(value, each);
    cap_puts_.push_back(audit(audit_of(each, limits, what.order.from)));
  }
  caps_waiters_.emplace_back(
      [answer = std::move(what.answer), result = std::move(result)](bool recorded) mutable {
        if (!recorded && !result.refused) result.refused = adjustment_refusal::storage_unavailable;
        answer(std::move(result));
      });
}

}  // namespace stint
