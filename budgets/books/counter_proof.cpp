// Tested by tests/budgets/books/verify_test.cpp.
#include "budgets/books/counter_proof.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <date/date.h>

#include "budgets/records/checked_sum.hpp"
#include "budgets/records/row.hpp"

namespace stint {

namespace format = ledger_format;

namespace {

constexpr auto tick = std::chrono::microseconds{1};

// What one counter on disk covers: a window, or a bucket of a rolling one.
[[nodiscard]] window counted_window(const window_rule& rule, wall_time at) {
  if (rule.kind != window_kind::rolling) return window_at(rule, at);
  const wall_time start = counter_start(rule, at);
  return {.start = start, .end = start + rolling_step(rule.length)};
}

}  // namespace

std::string shown_time(wall_time at) {
  return date::format("%FT%TZ", date::floor<std::chrono::seconds>(at));
}

counter_proof::counter_proof(const ledger_store::moment& at, const cap& definition,
                             const format::cap_value& stored, const coverage& covered,
                             books_proof& found)
    : at_(at), definition_(definition), stored_(stored), covered_(covered), found_(found) {
  unproved_.cap = definition.name;
  if (stored.rebuilding) never_ = "the cap is new, and its history is not read yet";
  // Roll-ups do not tell which calls came before the cap was there, nor what was held.
  by_rollups_ = stored.since_epoch <= 1 && definition.unit != cap_unit::requests &&
                !definition.asks_for(dimension::user);
}

counter_proof::evidence counter_proof::evidence_for(const window& of) const {
  if (!never_.empty() || of.start < stored_.whole_from) return evidence::none;
  if (of.start >= covered_.whole_from) return evidence::rows;
  return by_rollups_ && on_full_hours(of) ? evidence::rollups : evidence::none;
}

bool counter_proof::on_full_hours(const window& of) {
  const auto full = [](wall_time at) {
    return at.time_since_epoch() % std::chrono::hours{1} == wall_time::duration{};
  };
  return full(of.start) && (!of.end || full(*of.end));
}

const window& counter_proof::window_of(wall_time at) {
  const bool same =
      latest_known_ && at >= latest_.start && (!latest_.end.has_value() || at < *latest_.end);
  if (!same) latest_ = counted_window(definition_.window, at);
  latest_known_ = true;
  return latest_;
}

void counter_proof::add(const format::row_value& value) {
  const ledger_row& row = value.row;
  if (value.epoch < stored_.since_epoch || !definition_.selects(row.charged)) return;
  const window& within = window_of(row.admitted);
  if (evidence_for(within) != evidence::rows) return;
  add_to(within, row.charged, posted_amounts(row).in(definition_.unit));
}

void counter_proof::add(const rollup_key& hour, const rollup_sums& sums) {
  const window& within = window_of(wall_time{std::chrono::seconds{hour.start_seconds}});
  if (evidence_for(within) != evidence::rollups) return;
  const attribution charged = attribution_of(hour);
  if (!definition_.selects(charged)) return;
  add_to(within, charged, amounts_of(sums).in(definition_.unit));
}

void counter_proof::add_to(const window& of, const attribution& charged, std::int64_t amount) {
  auto& open = windows_.try_emplace(of.start, open_window{.within = of, .by_scope = {}})
                   .first->second.by_scope;
  std::string buffer;
  const auto scope = scope_view(charged, definition_.per, buffer);
  const auto found = open.find(scope);
  std::int64_t& sum = found != open.end() ? found->second : open[std::string(scope)];
  sum = checked_sum(sum, amount);
}

void counter_proof::close_until(wall_time limit) {
  while (!windows_.empty()) {
    const window& first = windows_.begin()->second.within;
    if (!first.end || *first.end > limit) return;
    compare_through(first.start);
  }
}

void counter_proof::finish() {
  compare_through(wall_time::max() - tick);
  if (unproved_.counters > 0) found_.unproved.push_back(unproved_);
}

// Every window that starts by then and is not compared yet, also those in which nothing was added.
void counter_proof::compare_through(wall_time start) {
  std::string from;
  std::string until;
  // Windows begin at or after the epoch.
  format::append_counters_prefix(from, stored_.number, compared_ ? *compared_ + tick : wall_time{});
  format::append_counters_prefix(until, stored_.number, start + tick);
  at_.scan(ledger_store::family::state, from, until,
           [&](std::string_view key, std::string_view value) {
             if (const auto read = format::read_counter_key(key)) compare(*read, value);
             return true;
           });
  compared_ = start;
  while (!windows_.empty() && windows_.begin()->first <= start) {
    compare_missing(windows_.begin()->second);
    windows_.erase(windows_.begin());
  }
}

void counter_proof::compare(const format::counter_key& key, std::string_view value) {
  const auto stored = format::read_counter(value);
  if (!stored) return found_.find("a counter of cap " + definition_.name + " is damaged");
  const auto open = windows_.find(key.start);
  const window within =
      open != windows_.end() ? open->second.within : counted_window(definition_.window, key.start);
  const evidence by = evidence_for(within);
  if (by == evidence::none) {
    ++unproved_.counters;
    if (!never_.empty()) {
      unproved_.reason = never_;
    } else if (within.start < stored_.whole_from) {
      unproved_.reason = "the cap was away then, or selected other calls than now";
    } else {
      unproved_.reason = "rows of that time are deleted, and roll-ups cannot tell";
    }
    return;
  }
  std::int64_t expected = 0;
  if (open != windows_.end()) {
    auto& sums = open->second.by_scope;
    if (const auto at = sums.find(key.scope); at != sums.end()) {
      expected = at->second;
      sums.erase(at);
    }
  }
  ++(by == evidence::rows ? found_.counters_by_rows : found_.counters_by_rollups);
  if (stored->posted != expected) differ(within, key.scope, stored->posted, expected);
}

// What was counted and has no counter. Those of windows long closed are deleted.
void counter_proof::compare_missing(const open_window& of) {
  if (of.within.end && of.within.start < covered_.pruned_until) return;
  for (const auto& [scope, expected] : of.by_scope) {
    if (expected != 0) differ(of.within, scope, 0, expected);
  }
}

void counter_proof::differ(const window& of, std::string_view scope, std::int64_t counter,
                           std::int64_t expected) {
  const char* other = evidence_for(of) == evidence::rows ? "rows " : "roll-ups ";
  found_.find("cap " + definition_.name + ", scope \"" + std::string(scope) + "\"" +
              (of.end ? ", window from " + shown_time(of.start) : std::string()) + ": counter " +
              std::to_string(counter) + ", " + other + std::to_string(expected));
}

}  // namespace stint
