// The failing half of ledger_writer.hpp. Tested by tests/budgets/writer/storage_failure_test.cpp.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <variant>

#include "budgets/store/format.hpp"
#include "budgets/writer/ledger_writer.hpp"

namespace stint {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds backoff_first{50};
constexpr milliseconds backoff_max{2'000};
constexpr std::chrono::hours prune_interval{1};
constexpr std::chrono::hours prune_step{24};

[[nodiscard]] admission unavailable() {
  admission result;
  result.refused.emplace().reason = refusal_reason::storage_unavailable;
  return result;
}

[[nodiscard]] extension unextended() {
  extension result;
  result.refused.emplace().reason = refusal_reason::storage_unavailable;
  return result;
}

}  // namespace

void ledger_writer::note_failure(const storage_failure& why) {
  const std::lock_guard lock(error_mutex_);
  last_error_ = why.what;
}

void ledger_writer::fail_group(const storage_failure& why) {
  note_failure(why);
  failed_ = true;
  backoff_ = backoff_first;
  next_upkeep_ = std::chrono::steady_clock::now() + backoff_;
  for (auto& each : holds_) {
    if (each.made_hold) ledger_->withdraw(each.id);
    // A refusal needs no record, so it stands.
    if (!each.result.refused) each.result = unavailable();
  }
  // What the counters hold beyond what these callers know is given back when they settle.
  for (auto& each : extensions_) {
    if (each.result.granted) each.result = unextended();
  }
  for (auto& each : line_.clear())
    turn_away(std::move(each), refusal_reason::storage_unavailable);
  for (auto& each : settlements_) {
    if (each.result.recorded) each.result.recorded = false;
  }
  for (auto& each : keys_)
    each.result = false;
  puts_.clear();
  edits_.clear();
}

void ledger_writer::turn_away(operation& what) {
  if (auto* hold = std::get_if<hold_operation>(&what)) {
    hold->answer(unavailable());
  } else if (auto* extend = std::get_if<extend_operation>(&what)) {
    extend->answer(unextended());
  } else if (auto* settle = std::get_if<settle_operation>(&what)) {
    defer(*settle);
  } else if (auto* record = std::get_if<record_operation>(&what)) {
    defer(*record);
  } else if (auto* key = std::get_if<key_operation>(&what)) {
    key->answer(false);
  } else if (auto* change = std::get_if<reconfigure_operation>(&what)) {
    change->answer({});
  } else if (auto* history = std::get_if<history_operation>(&what)) {
    // Kept: the caps count from here on, and what they had before is still to be added.
    deferred_.push_back(
        history_operation{.histories = std::move(history->histories), .answer = {}});
    history->answer(false);
  } else if (auto* order = std::get_if<adjust_operation>(&what)) {
    order->answer(
        {.refused = adjustment_refusal::storage_unavailable, .made = {}, .limits_before = {}});
  } else if (auto* amend = std::get_if<amend_operation>(&what)) {
    amend->answer({.refused = amendment_refusal::storage_unavailable, .row = {}});
  } else if (auto* standings = std::get_if<standings_operation>(&what)) {
    apply(*standings);
    list_standings();
  }
  // A note of progress is lost: the next one says more. One of an answer is lost, too.
  publish_counts();
}

// One for each hold, so there are never more of them than holds.
void ledger_writer::defer(settle_operation& what) {
  settled result;
  const call_id id = what.what.id;
  auto answer = std::move(what.answer);
  if (ledger_->holds(id) && deferred_ids_.insert(id).second) {
    deferred_.push_back(settle_operation{.what = std::move(what.what), .answer = {}});
  } else {
    result.already_resolved = deferred_ids_.contains(id) || was_resolved(id);
  }
  answer(std::move(result));
}

void ledger_writer::defer(record_operation& what) {
  auto answer = std::move(what.answer);
  if (deferred_.size() < ledger_->holds_active() + options_.queue_max) {
    deferred_.push_back(record_operation{.row = std::move(what.row), .answer = {}});
  } else {
    counts_.dropped.fetch_add(1, std::memory_order_relaxed);
  }
  answer(settled{});
}

void ledger_writer::upkeep(steady_time now) {
  list_standings();
  end_waits(now);
  if (failed_) retry_storage(now);
  if (!failed_ && now >= next_prune_) prune(now);
  if (!failed_) next_upkeep_ = next_prune_;
  publish_counts();
}

void ledger_writer::retry_storage(steady_time now) {
  if (now < next_upkeep_) return;
  auto reopened = store_.reopen();
  if (!reopened.failed) {
    rollups_written_ |= reopened.found == ledger_store::reopened::with_failed_group;
    reopened.failed = write_changes();
  }
  if (reopened.failed) {
    note_failure(*reopened.failed);
    backoff_ = std::min(backoff_ * 2, backoff_max);
    next_upkeep_ = now + backoff_;
    return;
  }
  failed_ = false;
  commit();
  write_deferred();
}

// What was deferred goes through the usual way; should the storage fail again, the rest waits for
// the next time.
void ledger_writer::write_deferred() {
  while (!deferred_.empty() && !failed_) {
    const auto size = length_of_group(deferred_);
    write_group(std::span(deferred_).first(size));
    for (const operation& each : std::span(deferred_).first(size)) {
      if (const auto* settle = std::get_if<settle_operation>(&each)) {
        deferred_ids_.erase(settle->what.id);
      }
    }
    deferred_.erase(deferred_.begin(), deferred_.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

// By the ledger's clock or the machine's, whichever is behind; and from where the last run ended, or from the oldest
// row, one day further: so a clock that was wrong for an hour has deleted a day. Nothing: there is nothing to delete.
std::optional<wall_time> ledger_writer::prune_as_of(std::chrono::hours rows_kept) {
  const ledger_store::moment at(store_);
  std::optional<wall_time> oldest;
  at.scan(ledger_store::family::rows, "", ledger_format::rows_group_key,
          [&](std::string_view key, std::string_view) {
            if (const auto id = ledger_format::read_row_key(key)) oldest = time_of(*id);
            return !oldest;
          });
  std::optional<wall_time> from;
  if (const auto bytes = at.get(ledger_format::pruned_key)) {
    const auto last = ledger_format::read_number(*bytes);
    if (!last) throw std::runtime_error("the record of what was deleted is damaged");
    from = wall_time{std::chrono::microseconds{*last}};
  }
  if (oldest) from = std::max(from.value_or(wall_time{}), *oldest + rows_kept);
  if (!from) return std::nullopt;
  return std::min({ledger_->last_seen(), clock_.look(), *from + prune_step});
}

void ledger_writer::prune(steady_time now) {
  next_prune_ = now + prune_interval;
  const std::chrono::hours kept = std::chrono::hours{24} * std::max(1, options_.rows_kept_days);
  std::optional<wall_time> seen;
  try {
    seen = prune_as_of(kept);
  } catch (const std::runtime_error& unreadable) {
    note_failure({unreadable.what()});
  }
  if (!seen || *seen <= wall_time{} + kept) return;
  ledger_store::pruning what{.as_of = *seen, .rows_until = *seen - kept, .counters_until = {}};
  for (const registered_cap& each : register_.registered()) {
    what.counters_until.emplace_back(each.number, *seen - each.counters_kept);
  }
  if (const auto failed = store_.prune(what)) fail_group(*failed);
}

}  // namespace stint
