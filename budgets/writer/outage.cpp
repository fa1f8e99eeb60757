// The failing half of ledger_writer.hpp. Tested by tests/budgets/writer/storage_failure_test.cpp.
#include <algorithm>
#include <utility>

#include "budgets/writer/ledger_writer.hpp"

namespace stint {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds backoff_first{50};
constexpr milliseconds backoff_max{2'000};
constexpr std::chrono::hours prune_interval{1};

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
    standings->answer(ledger_->standings(options_.now()));
  }
  // A note of progress is lost: the next one says more.
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

void ledger_writer::prune(steady_time now) {
  next_prune_ = now + prune_interval;
  // By the clock of the ledger, which is not behind any row: a wall clock that jumped ahead deletes
  // nothing.
  const wall_time seen = ledger_->last_seen();
  const wall_time rows_until = seen - std::chrono::hours{24} * std::max(1, options_.rows_kept_days);
  if (rows_until <= wall_time{}) return;
  ledger_store::pruning what{.rows_until = rows_until, .counters_until = {}};
  for (const registered_cap& each : register_.registered()) {
    what.counters_until.emplace_back(each.number, seen - each.counters_kept);
  }
  if (const auto failed = store_.prune(what)) fail_group(*failed);
}

}  // namespace stint
