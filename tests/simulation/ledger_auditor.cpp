#include "simulation/ledger_auditor.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"

namespace stint::testing {
namespace {

// The simulation's zones are UTC and Etc/GMT-5, which has been five hours east for ever.
[[nodiscard]] std::chrono::seconds offset_of(const cap& rule) {
  return rule.zone_name == "Etc/GMT-5" ? std::chrono::hours{5} : std::chrono::hours{0};
}

[[nodiscard]] std::int64_t start_of(const cap& rule, wall_time at) {
  using namespace std::chrono;
  const auto offset = offset_of(rule);
  const auto local = floor<seconds>(at) + offset;
  const auto day = floor<days>(local);
  const auto utc = [&](sys_seconds start) { return (start - offset).time_since_epoch().count(); };
  switch (rule.window.kind) {
    case window_kind::minute:
      return utc(floor<minutes>(local));
    case window_kind::hour:
      return utc(floor<hours>(local));
    case window_kind::day:
      return utc(day);
    case window_kind::week:
      return utc(day - days{weekday{day}.iso_encoding() - 1});
    case window_kind::month: {
      const year_month_day civil{day};
      return utc(sys_days{civil.year() / civil.month() / 1});
    }
    default:
      return 0;
  }
}

}  // namespace

// The simulation matches whole words and one trailing star.
bool ledger_auditor::selected(const cap& rule, const attribution& charged) {
  return std::ranges::all_of(rule.match, [&](const auto& each) {
    const auto& [where, pattern] = each;
    const std::string& value = where == dimension::tenant ? charged.tenant : charged.feature;
    if (pattern.back() != '*') return value == pattern;
    return value.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
  });
}

const cap* ledger_auditor::find_cap(const std::string& name) const {
  const auto found = std::ranges::find(caps_, name, &cap::name);
  return found == caps_.end() ? nullptr : &*found;
}

ledger_auditor::counter_name ledger_auditor::name_of(const cap_standing& at) {
  return {.cap = at.cap,
          .scope = at.scope,
          .start =
              std::chrono::floor<std::chrono::seconds>(at.window.start).time_since_epoch().count()};
}

ledger_auditor::counter_name ledger_auditor::name_of(const cap& rule, const attribution& charged,
                                                     wall_time at) {
  std::string scope;
  for (const dimension each : rule.per) {
    if (!scope.empty()) scope += '/';
    scope += each == dimension::tenant ? charged.tenant : charged.feature;
  }
  return {.cap = rule.name, .scope = scope, .start = start_of(rule, at)};
}

std::int64_t ledger_auditor::measured(const cap& rule, const amounts& of) {
  switch (rule.unit) {
    case cap_unit::tokens:
      return of.input_tokens + of.output_tokens;
    case cap_unit::input_tokens:
      return of.input_tokens;
    case cap_unit::output_tokens:
      return of.output_tokens;
    case cap_unit::usd:
      return of.cost.count();
    case cap_unit::requests:
      return of.requests;
  }
  return 0;
}

std::optional<ledger_auditor::pending_call> ledger_auditor::release(const call_id& id) {
  const auto found = holds_.find(id);
  if (found == holds_.end()) return std::nullopt;
  auto call = std::move(found->second);
  holds_.erase(found);
  for (const auto& each : call.counters)
    balances_[each.counter].held -= each.amount;
  return call;
}

void ledger_auditor::post(const counter_name& to, const amounts& used, std::int64_t covered) {
  const cap* rule = find_cap(to.cap);
  if (rule == nullptr) return;
  balance& at = balances_[to];
  at.posted += measured(*rule, used);
  at.beyond_holds += std::max<std::int64_t>(0, measured(*rule, used) - covered);
  for (const int percent : rule->alert_percent) {
    const bool reached = at.posted > 0 && at.posted * 100 >= rule->limit * percent;
    if (!reached || percent <= at.threshold) continue;
    at.threshold = percent;
    alerts_.push_back({.counter = to, .percent = percent});
  }
}

void ledger_auditor::add_row(const usage& used, const amounts& posted, bool flagged) {
  rollup_sums one;
  one.calls = 1;
  one.flagged = flagged ? 1 : 0;
  one.used = used;
  one.cost = posted.cost;
  one.requests = posted.requests;
  total_ += one;
}

bool ledger_auditor::settle(const settlement& what) {
  const auto call = release(what.id);
  if (!call) return false;
  const amounts used = {.input_tokens = what.used.input_total(),
                        .output_tokens = what.used.output_total(),
                        .cost = what.cost,
                        .requests = call->request.worst.requests};
  for (const auto& each : call->counters)
    post(each.counter, used, each.amount);
  const amounts& worst = call->taken;
  const bool over = used.input_tokens > worst.input_tokens ||
                    used.output_tokens > worst.output_tokens || used.cost > worst.cost;
  add_row(what.used, used, over || what.flags != 0);
  return true;
}

void ledger_auditor::record(const ledger_row& row) {
  time_ = std::max(time_, row.admitted);
  const bool carries = row.used.total() != 0 || row.cost != nanodollars{};
  const amounts used = {.input_tokens = row.used.input_total(),
                        .output_tokens = row.used.output_total(),
                        .cost = row.cost,
                        .requests = carries ? 1 : 0};
  add_row(row.used, used, row.flags != 0);
  if (!carries) return;
  for (const cap& rule : caps_) {
    if (rule.window.kind == window_kind::request || !selected(rule, row.charged)) continue;
    post(name_of(rule, row.charged, time_), used, 0);
  }
}

void ledger_auditor::note(const progress_note& note) {
  const auto found = holds_.find(note.id);
  if (found == holds_.end()) return;
  found->second.request.known = note.known;
  found->second.request.known_cost = note.known_cost;
}

bool ledger_auditor::resume(wall_time at) {
  const bool same = std::ranges::all_of(
      caps_, [&](const cap& rule) { return start_of(rule, at) == start_of(rule, time_); });
  const bool known = same && at <= time_;
  time_ = at;
  return known;
}

void ledger_auditor::restart(std::vector<cap> caps) {
  caps_ = std::move(caps);
  for (auto& [name, at] : balances_) {
    const cap* rule = find_cap(name.cap);
    if (rule == nullptr) continue;
    int reached = 0;
    for (const int percent : rule->alert_percent) {
      if (at.posted > 0 && at.posted * 100 >= rule->limit * percent) reached = percent;
    }
    at.threshold = std::min(at.threshold, reached);
  }
  while (!holds_.empty()) {
    const auto& [id, call] = *holds_.begin();
    settlement orphan;
    orphan.id = id;
    // All that it holds may have been generated; what is known to be more is more.
    orphan.used = call.request.known;
    const std::int64_t unknown_input = call.taken.input_tokens - orphan.used.input_total();
    if (unknown_input > 0) orphan.used.input_tokens += unknown_input;
    orphan.used.output_tokens = std::max(orphan.used.output_tokens, call.taken.output_tokens);
    orphan.cost = std::max(call.request.known_cost, call.taken.cost);
    orphan.flags = row_flag::orphaned | row_flag::unknown;
    settle(orphan);
  }
  enter_limits();
}

// Nothing is held now. What belongs to a closed window is never asked for again.
void ledger_auditor::enter_limits() {
  std::erase_if(balances_, [this](const auto& entry) {
    const cap* rule = find_cap(entry.first.cap);
    return rule != nullptr && start_of(*rule, time_) != entry.first.start;
  });
  for (auto& [name, at] : balances_)
    at.at_entry = at.posted - at.beyond_holds;
}

std::optional<std::string> ledger_auditor::find_passed_limit(
    const std::vector<cap_standing>& standings) const {
  for (const cap_standing& each : standings) {
    if (each.mode != cap_mode::enforce) continue;
    const auto found = balances_.find(name_of(each));
    const balance known = found == balances_.end() ? balance{} : found->second;
    const std::int64_t within_holds = each.used + each.held - known.beyond_holds;
    if (within_holds > std::max(each.limit, known.at_entry)) {
      return each.cap + " \"" + each.scope + "\": " + std::to_string(within_holds) +
             " were admitted, the limit is " + std::to_string(each.limit);
    }
  }
  return std::nullopt;
}

std::optional<std::string> ledger_auditor::audit(const std::vector<cap_standing>& standings) const {
  std::set<counter_name> seen;
  for (const cap_standing& each : standings) {
    const counter_name name = name_of(each);
    const auto found = balances_.find(name);
    const balance expected = found == balances_.end() ? balance{} : found->second;
    const std::string who = each.cap + " \"" + each.scope + "\" from " + std::to_string(name.start);
    if (!seen.insert(name).second) return who + " is listed twice";
    if (each.used != expected.posted || each.held != expected.held ||
        each.threshold_reached != expected.threshold) {
      return who + ": used " + std::to_string(each.used) + ", held " + std::to_string(each.held) +
             ", threshold " + std::to_string(each.threshold_reached) + "; expected " +
             std::to_string(expected.posted) + ", " + std::to_string(expected.held) + ", " +
             std::to_string(expected.threshold);
    }
  }
  for (const auto& [name, at] : balances_) {
    const cap* rule = find_cap(name.cap);
    if (rule == nullptr || (at.posted == 0 && at.held == 0)) continue;
    const bool open = start_of(*rule, time_) == name.start;
    if ((open || at.held != 0) && !seen.contains(name)) {
      return name.cap + " \"" + name.scope + "\" from " + std::to_string(name.start) +
             " is missing";
    }
  }
  return std::nullopt;
}

}  // namespace stint::testing
