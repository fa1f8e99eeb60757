// Tested by tests/budgets/state/ledger_test.cpp and tests/simulation/ledger_simulation.cpp.
#include "budgets/state/ledger/ledger.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "budgets/records/checked_sum.hpp"
#include "pricing/invariant.hpp"

namespace stint {
namespace {

// How many counters of closed windows are looked at after each group: bounded work, yet a million
// scopes are gone after a thousand groups.
constexpr std::size_t sweep_budget = 1'024;

[[nodiscard]] ledger_row row_of(hold_request& held, settlement& what) {
  ledger_row row;
  row.id = held.id;
  row.admitted = held.admitted;
  row.first_byte = what.first_byte;
  row.ended = what.ended;
  row.charged = std::move(held.charged);
  row.model_served = std::move(what.model_served);
  row.used = what.used;
  row.cost = what.cost;
  row.price_version =
      what.price_version.empty() ? std::move(held.price_version) : std::move(what.price_version);
  row.held = held.worst;
  row.source = what.source;
  row.outcome = what.outcome;
  row.tier = what.tier;
  row.status = what.status;
  row.flags = held.flags | what.flags;
  row.streaming = held.streaming;
  row.tags = std::move(held.tags);
  row.context = std::move(held.context);
  if (what.region != inference_region::any) {
    if (!row.context) row.context.emplace();
    row.context->region = to_string(what.region);
  }
  row.legs = std::move(what.legs);
  // What the call cost in all is what the caps stand on; parts that do not add up are let go.
  if (!has_sound_legs(row)) row.legs.clear();
  if (exceeds(posted_amounts(row), held.worst)) row.flags |= row_flag::over_hold;
  return row;
}

}  // namespace

bool ledger_changes::empty() const noexcept {
  return holds_put.empty() && holds_removed.empty() && counters.empty() && rows.empty() &&
         amended.empty() && !windows_moved;
}

ledger::ledger(std::vector<numbered_cap> caps, std::uint32_t epoch, wall_time last_seen)
    : epoch_(epoch), last_seen_(last_seen) {
  caps_.reserve(caps.size());
  for (auto& each : caps) {
    const auto index = static_cast<std::uint32_t>(caps_.size());
    caps_.emplace_back(std::move(each.definition), index, each.number);
    caps_.back().set_incomplete(each.incomplete);
  }
  scope_buffers_.resize(caps_.size());
  next_window_ = last_seen;
  advance(last_seen);
  changes_.windows_moved = false;
}

wall_time ledger::advance(wall_time at) {
  last_seen_ = std::max(last_seen_, at);
  if (last_seen_ < next_window_) return last_seen_;
  changes_.windows_moved = true;
  move_windows();
  return last_seen_;
}

void ledger::note_progress(const progress_note& note) {
  const auto found = holds_.find(note.id);
  if (found == holds_.end()) return;  // settled while the note was on its way
  found->second->request.known = note.known;
  found->second->request.known_cost = note.known_cost;
  mark_changed(*found->second);
}

settled ledger::settle(settlement what) {
  auto held = take(what.id);
  if (held == nullptr) {
    return {.recorded = false, .already_resolved = resolved_lately(what.id), .tightest = {}};
  }
  ledger_row row = row_of(held->request, what);
  note_duration(row);
  const amounts actual = posted_amounts(row);
  for (const auto& each : held->touches) {
    post(*each.at, each.start, actual.in(caps_[each.at->cap_index].definition().unit));
  }
  if ((row.flags & row_flag::unknown) != 0) {
    for (const auto& each : held->touches)
      each.at->add_unknown(actual.in(caps_[each.at->cap_index].definition().unit));
  }
  settled answer{
      .recorded = true, .already_resolved = false, .tightest = tightest_of(held->touches)};
  append_row(std::move(row), held->epoch);
  return answer;
}

// A moving average of some sixteen calls.
void ledger::note_duration(const ledger_row& row) noexcept {
  const auto lasted = std::chrono::microseconds{row.ended - row.admitted}.count();
  if (lasted <= 0 || row.outcome == call_outcome::orphaned) return;
  usual_hold_us_ = usual_hold_us_ == 0 ? lasted : usual_hold_us_ + (lasted - usual_hold_us_) / 16;
}

settled ledger::record(ledger_row row) {
  if (holds_.contains(row.id) || resolved_.contains(row.id)) {
    return {.recorded = false, .already_resolved = true, .tightest = {}};
  }
  row.admitted = advance(row.admitted);
  row.held = amounts{.input_tokens = 0, .output_tokens = 0, .cost = {}, .requests = 0};
  boost::container::small_vector<touch, 4> touched;
  if (carries_usage(row)) {
    const amounts actual = posted_amounts(row);
    for (std::size_t i = 0; i < caps_.size(); ++i) {
      const cap& rule = caps_[i].definition();
      if (!caps_[i].counts() || !rule.selects(row.charged)) continue;
      const auto scope = scope_view(row.charged, rule.per, scope_buffers_[i]);
      counter& at = caps_[i].find_or_open(scope);
      const wall_time start = caps_[i].start_of_calls(at);
      post(at, start, actual.in(rule.unit));
      touched.push_back({.at = &at, .start = start, .amount = 0});
    }
  }
  append_row(std::move(row), epoch_);
  return {.recorded = true, .already_resolved = false, .tightest = tightest_of(touched)};
}

const hold_request* ledger::find_hold(const call_id& id) const noexcept {
  const auto found = holds_.find(id);
  return found == holds_.end() ? nullptr : &found->second->request;
}

bool ledger::resolved_lately(const call_id& id) const noexcept {
  return resolved_.contains(id) ||
         std::ranges::find(changes_.rows, id, &ledger_row::id) != changes_.rows.end();
}

void ledger::withdraw(const call_id& id) {
  (void)take(id);
}

// Ends a hold: its counters are given back what it held, and it is to be removed from the log.
std::unique_ptr<active_hold> ledger::take(const call_id& id) {
  const auto found = holds_.find(id);
  if (found == holds_.end()) return nullptr;
  auto held = std::move(found->second);
  holds_.erase(found);
  if (held->changed) std::erase(changes_.holds_put, held.get());
  for (const auto& each : held->touches) {
    caps_[each.at->cap_index].give_back(*each.at, each.start, each.amount);
    each.at->beyond -= each.beyond();
    mark_changed(*each.at);
  }
  changes_.holds_removed.push_back(id);
  return held;
}

void ledger::post(counter& at, wall_time start, std::int64_t amount) {
  caps_[at.cap_index].post(at, start, amount);
  mark_changed(at);
  fire_alerts(at);
}

ledger::reposted ledger::repost(std::uint32_t cap_index, const counter_place& where,
                                wall_time ended, const charge_change& by_how_much) {
  const std::int64_t by = by_how_much.by;
  cap_counters& of = caps_[cap_index];
  counter* at = of.find_at(where.start, where.scope);
  invariant(at != nullptr, "a row was posted anew to a counter that is not in memory");
  mark_changed(*at);
  const auto reset = forgiven_.find({of.number(), where.start, std::string(where.scope)});
  if (reset != forgiven_.end() && ended <= reset->second.latest && at->past) {
    reset->second.amount = checked_sum(reset->second.amount, by);
    at->past->forgiven = checked_sum(at->past->forgiven, by);
    return reposted::forgiven;
  }
  of.repost(*at, where.start, by);
  if (by_how_much.known_since != 0) at->add_unknown(-by_how_much.known_since);
  fire_alerts(*at);
  return reposted::counted;
}

void ledger::mark_changed(counter& at) {
  if (std::exchange(at.changed, true)) return;
  changes_.counters.push_back(&at);
}

void ledger::mark_changed(active_hold& held) {
  if (std::exchange(held.changed, true)) return;
  changes_.holds_put.push_back(&held);
}

void ledger::append_row(ledger_row&& row, std::uint32_t row_epoch) {
  resolved_.insert(row.id);
  changes_.rows.push_back(std::move(row));
  changes_.row_epochs.push_back(row_epoch);
}

void ledger::written() {
  for (active_hold* each : changes_.holds_put)
    each->changed = false;
  for (counter* each : changes_.counters) {
    cap_counters& of = caps_[each->cap_index];
    // A history that is being read adds to what is in memory, also of a window that just closed.
    if (expects_history(of.number())) {
      of.written_and_kept(*each);
    } else {
      of.written(*each);
    }
  }
  changes_.holds_put.clear();
  changes_.holds_removed.clear();
  changes_.counters.clear();
  changes_.rows.clear();
  changes_.row_epochs.clear();
  changes_.amended.clear();
  changes_.alerts.clear();
  changes_.windows_moved = false;
  std::size_t budget = sweep_budget;
  for (auto& each : caps_) {
    if (!expects_history(each.number())) each.sweep(budget);
  }
}

void ledger::restore_hold(hold_request request, std::uint32_t hold_epoch,
                          const std::vector<stored_touch>& touches) {
  auto held = std::make_unique<active_hold>();
  held->epoch = hold_epoch;
  for (const auto& each : touches) {
    counter* at = caps_[each.cap_index].find_at(each.start, each.scope);
    invariant(at != nullptr, "a hold was restored before its counters");
    caps_[each.cap_index].hold(*at, each.start, each.amount);
    held->touches.push_back({.at = at, .start = each.start, .amount = each.amount});
  }
  held->request = std::move(request);
  for (const std::uint32_t number : expecting_)
    attach(*held, *find_cap(number));
  const call_id id = held->request.id;
  holds_.emplace(id, std::move(held));
}

}  // namespace stint
