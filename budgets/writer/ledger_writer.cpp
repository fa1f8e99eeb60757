// Tested by tests/budgets/writer/ledger_writer_test.cpp; the failing half by storage_failure_test.cpp.
#include "budgets/writer/ledger_writer.hpp"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "budgets/records/row.hpp"
#include "budgets/store/format.hpp"
#include "pricing/wall_time.hpp"

namespace stint {
namespace {

// Of one batch, about 1 MB.
constexpr std::size_t orphans_at_once = 1'024;

// All of a prompt whose parts are not known, as if it were plain text, the longest answer, and every search
// whose fee was held. What is held may be above what any usage can be: work that nobody bounds.
[[nodiscard]] usage held_usage(const hold_request& held) {
  usage used = held.known;
  used.input_tokens += std::max<std::int64_t>(held.worst.input_tokens - used.input_total(), 0);
  used.output_tokens = std::max(used.output_tokens, held.worst.output_tokens);
  used.web_searches = std::max(used.web_searches, held.web_searches);
  for (const usage_kind& kind : usage_kinds)
    used.*kind.count = std::min(used.*kind.count, usage_count_max);
  return used;
}

[[nodiscard]] settlement orphan_of(const hold_request& held, bool at_hold, wall_time now) {
  settlement what;
  what.id = held.id;
  what.outcome = call_outcome::orphaned;
  what.source = usage_source::orphaned;
  what.used = held.known;
  what.cost = held.known_cost;
  what.flags = row_flag::orphaned;
  if ((held.flags & (row_flag::unmetered | row_flag::free)) == 0) what.flags |= row_flag::unknown;
  if (at_hold) {
    what.used = held_usage(held);
    what.cost = std::max(held.known_cost, held.worst.cost);
  }
  what.ended = now;
  return what;
}

[[nodiscard]] ledger_options with_clock(ledger_options options) {
  if (!options.now) {
    options.now = wall_now;
    options.run = time_since_boot;
    if (!options.clock_is_set) options.clock_is_set = clock_is_set;
  }
  return options;
}

}  // namespace

ledger_writer::ledger_writer(ledger_options options)
    : options_(with_clock(std::move(options))),
      clock_(options_.now, options_.run, options_.clock_is_set),
      store_({.directory = options_.directory,
              .sync_each_group = options_.durability == durability::disk,
              .files_max = options_.store_files_max,
              .environment = options_.environment,
              .on_upgrade = options_.on_upgrade}),
      early_ids_(ledger_store::moment(store_)),
      register_(ledger_store::moment(store_)),
      line_(options_.waiting_max) {
  // Books that are new have no window to lose.
  const wall_time seen = store_.committed().last_seen;
  if (seen != wall_time{}) clock_.start_after(std::max(seen, options_.known_time));
  const ledger_recovery::opening how{
      .by = {.who = "configuration", .from = options_.caps_from, .reason = "start"},
      .now = clock_.look()};
  ledger_recovery recovery(store_, options_.caps, how);
  caps_shown_ = shown(options_.caps);
  register_ = recovery.take_register();
  next_adjustment_ = recovery.next_adjustment();
  next_audit_ = recovery.next_audit();
  ledger_ = recovery.take_ledger();
  resolve_orphans(recovery);
  publish_counts();
}

void ledger_writer::resolve_orphans(ledger_recovery& from) {
  const wall_time now = std::max(clock_.look(), ledger_->last_seen());
  const auto write = [this] {
    if (const auto failed = write_changes()) {
      throw std::runtime_error("the ledger cannot be written (" + failed->what +
                               "): check the disk and its free space");
    }
    commit();
  };
  std::vector<call_id> ids;
  do {
    ids = from.restore_holds(*ledger_, orphans_at_once);
    for (const call_id& id : ids) {
      (void)ledger_->settle(orphan_of(*ledger_->find_hold(id), options_.orphans_at_hold, now));
    }
    write();
    counts_.orphans += ids.size();
  } while (!ids.empty());
  // Not before: should the process end here, the holds that are left would not know the new caps.
  const auto histories = from.take_histories();
  if (histories.empty()) return;
  end_histories(histories);
  write();
}

void ledger_writer::process(std::span<operation> operations) {
  while (!operations.empty()) {
    const auto size = length_of_group(operations);
    if (failed_) {
      for (operation& each : operations.first(size))
        turn_away(each);
    } else {
      write_group(operations.first(size));
    }
    operations = operations.subspan(size);
  }
}

void ledger_writer::write_group(std::span<operation> operations) {
  (void)clock_.look();
  for (operation& each : operations) {
    std::visit([this](auto& what) { apply(what); }, each);
  }
  serve_waiting();
  counts_.operations.fetch_add(operations.size(), std::memory_order_relaxed);
  finish_group();
}

void ledger_writer::finish_group() {
  if (const auto failed = write_changes()) {
    fail_group(*failed);
  } else {
    commit();
  }
  answer_waiters();
}

void ledger_writer::apply(extend_operation& what) {
  extension result = ledger_->extend(what.what);
  extensions_.push_back(
      {.id = what.what.id, .answer = std::move(what.answer), .result = std::move(result)});
}

void ledger_writer::apply(progress_note& what) {
  ledger_->note_progress(what);
}

void ledger_writer::apply(settle_operation& what) {
  const call_id id = what.what.id;
  what.what.first_byte = clock_.bounded(what.what.first_byte);
  what.what.ended = clock_.bounded(what.what.ended);
  settled result = ledger_->settle(std::move(what.what));
  if (!result.recorded) result.already_resolved = was_resolved(id);
  settlements_.push_back({.id = id, .answer = std::move(what.answer), .result = std::move(result)});
}

// Resolved longer ago than the ledger remembers, or never held: only the disk knows.
bool ledger_writer::was_resolved(const call_id& id) {
  if (ledger_->resolved_lately(id)) return true;
  try {
    return ledger_store::moment(store_).row(id).has_value();
  } catch (const std::runtime_error& unreadable) {
    note_failure({unreadable.what()});
    return false;
  }
}

void ledger_writer::apply(record_operation& what) {
  const call_id id = what.row.id;
  what.row.admitted = clock_.bounded(what.row.admitted);
  what.row.ended = clock_.bounded(what.row.ended);
  settled result = ledger_->record(std::move(what.row));
  settlements_.push_back({.id = id, .answer = std::move(what.answer), .result = std::move(result)});
}

void ledger_writer::apply(standings_operation& what) {
  auto& made = listings_.emplace_back();
  made.walk.count_max = what.count_max;
  made.answer = std::move(what.answer);
}

void ledger_writer::apply(key_operation& what) {
  std::string key;
  ledger_format::append_stored_key(key, what.key.id);
  puts_.emplace_back(std::move(key), std::move(what.key.encoded));
  puts_.push_back(audit(std::move(what.audit)));
  keys_.push_back({.id = {}, .answer = std::move(what.answer), .result = true});
}

// In the order in which they are said: the last of an id is what stays.
void ledger_writer::apply(answer_note& what) {
  const auto key_of = [](std::string_view id) {
    std::string key;
    ledger_format::append_stored_answer_key(key, id);
    return key;
  };
  if (!what.forgotten.empty()) edits_.push_back({.key = key_of(what.forgotten), .value = {}});
  if (what.put.id.empty()) return;
  edits_.push_back({.key = key_of(what.put.id), .value = std::move(what.put.encoded)});
}

void ledger_writer::note_early_ids() {
  bool any = false;
  for (const ledger_row& row : ledger_->changes().rows) {
    if (!early_ids::is_early(row.id, row.admitted)) continue;
    early_ids_.include(row.id);
    any = true;
  }
  if (any) early_ids_.append_puts(puts_);
}

storage_result ledger_writer::write_changes() {
  note_early_ids();
  const auto& puts = cap_puts_.empty() ? puts_ : cap_puts_;
  if (ledger_->changes().empty() && puts.empty() && edits_.empty()) return std::nullopt;
  auto failed = store_.write({.changes = &ledger_->changes(),
                              .last_seen = ledger_->last_seen(),
                              .puts = puts,
                              .rollups_written = rollups_written_,
                              .edits = edits_});
  if (!failed) counts_.groups.fetch_add(1, std::memory_order_relaxed);
  return failed;
}

void ledger_writer::commit() {
  const ledger_changes& changes = ledger_->changes();
  if (options_.on_committed && (!changes.rows.empty() || !changes.alerts.empty())) {
    options_.on_committed(changes.rows, changes.alerts);
  }
  if (options_.on_amended && !changes.amended.empty()) options_.on_amended(changes.amended);
  ledger_->written();
  puts_.clear();
  edits_.clear();
  cap_puts_.clear();
  rollups_written_ = false;
}

void ledger_writer::answer_waiters() {
  publish_counts();
  // Before the settlement of the same call, after which nobody may be there to hear it.
  for (auto& each : extensions_)
    each.answer(std::move(each.result));
  // What a settlement gave back may be held again in the same group: it is told first, so that
  // whoever adds up the answers never sees more than a limit.
  for (auto& each : settlements_)
    each.answer(std::move(each.result));
  for (auto& each : holds_)
    each.answer(std::move(each.result));
  for (auto& each : keys_)
    each.answer(each.result);
  for (auto& each : caps_waiters_)
    each(!failed_);
  list_standings();
  holds_.clear();
  extensions_.clear();
  settlements_.clear();
  keys_.clear();
  caps_waiters_.clear();
}

// A step: some counters of whoever asked first, so that no call waits for all of them.
void ledger_writer::list_standings(std::size_t counters) {
  std::size_t finished = 0;
  for (listing& each : listings_) {
    if (!ledger_->walk_standings(each.walk, clock_.bounded(options_.now()), counters)) break;
    each.answer({.list = std::move(each.walk.found), .left_out = each.walk.left_out});
    ++finished;
  }
  listings_.erase(listings_.begin(), listings_.begin() + static_cast<std::ptrdiff_t>(finished));
}

void ledger_writer::publish_counts() noexcept {
  counts_.holds_active.store(ledger_->holds_active(), std::memory_order_relaxed);
  counts_.deferred.store(deferred_.size(), std::memory_order_relaxed);
  counts_.waiting.store(line_.size(), std::memory_order_relaxed);
  counts_.last_seen_us.store(ledger_->last_seen().time_since_epoch().count(),
                             std::memory_order_relaxed);
  counts_.writable.store(!failed_, std::memory_order_relaxed);
}

ledger_health ledger_writer::health() const {
  ledger_health result;
  result.writable = counts_.writable.load(std::memory_order_relaxed);
  result.groups = counts_.groups.load(std::memory_order_relaxed);
  result.operations = counts_.operations.load(std::memory_order_relaxed);
  result.holds_active = counts_.holds_active.load(std::memory_order_relaxed);
  result.orphans_at_start = counts_.orphans.load(std::memory_order_relaxed);
  result.deferred = counts_.deferred.load(std::memory_order_relaxed);
  result.waiting = counts_.waiting.load(std::memory_order_relaxed);
  result.dropped = counts_.dropped.load(std::memory_order_relaxed);
  result.clock_ahead = clock_.ahead();
  const std::chrono::microseconds seen{counts_.last_seen_us.load(std::memory_order_relaxed)};
  result.books_ahead =
      std::max(seen - options_.now().time_since_epoch(), std::chrono::microseconds{});
  const std::lock_guard lock(error_mutex_);
  result.last_error = last_error_;
  return result;
}

}  // namespace stint
