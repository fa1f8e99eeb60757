// Tested by tests/budgets/books/cap_history_test.cpp.
#include "budgets/books/cap_history.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "budgets/books/damage.hpp"
#include "budgets/books/rollup_range.hpp"
#include "budgets/records/checked_sum.hpp"
#include "budgets/records/row.hpp"

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

namespace {

using std::chrono::seconds;

// A row's id is made when its call arrives, and the call is admitted a little later.
constexpr std::chrono::hours slack{1};

// Times of admission.
struct stretch {
  wall_time from{};
  wall_time until{};
};

struct wanted {
  const unread_cap* of = nullptr;
  cap_history* into = nullptr;
};

using scope_sums = std::map<std::pair<wall_time, std::string>, std::int64_t>;

// The amounts of calls that were admitted at `admitted`, or in the hour that begins then.
void add_amount(const unread_cap& of, const attribution& charged, const amounts& used,
                wall_time admitted, scope_sums& into) {
  const cap& rule = of.definition;
  if (!rule.selects(charged)) return;
  const bool rolls = rule.window.kind == window_kind::rolling;
  const wall_time start = rolls ? counter_start(rule.window, admitted) : of.window.start;
  std::int64_t& posted = into[{start, scope_of(charged, rule.per)}];
  posted = checked_sum(posted, used.in(rule.unit));
}

void give(const scope_sums& from, cap_history& to) {
  for (const auto& [key, sum] : from) {
    std::int64_t& posted = to.counters[key].posted;
    posted = checked_sum(posted, sum);
  }
}

// What the rows of one stretch add to some caps, and how many calls its hours had.
class row_sums {
 public:
  row_sums(const stretch& asked, const std::vector<wanted>& caps)
      : asked_(asked),
        hours_(whole_hours(asked.from, asked.until)),
        caps_(caps),
        sums_(caps.size()) {}

  // Rows whose ids were made in [from, until).
  void read(const ledger_store::moment& at, wall_time from, wall_time until) {
    std::string begin;
    std::string end(format::rows_group_key);
    format::append_row_key(begin, make_call_id(from, 0, 0));
    if (until != end_of_time) {
      end.clear();
      format::append_row_key(end, make_call_id(until, 0, 0));
    }
    at.scan(family::rows, begin, end, [&](std::string_view key, std::string_view value) {
      const auto id = format::read_row_key(key);
      const auto found = id ? format::read_row(*id, value) : std::nullopt;
      if (!found) refuse_damaged_record("a row");
      // Only reached when the storage fails and wants to be opened anew: the change is tried again.
      if (at.wanted()) throw std::runtime_error("the storage of the ledger failed meanwhile");
      add(found->row);
      return true;
    });
  }

  [[nodiscard]] std::int64_t calls() const noexcept { return calls_; }

  void give() const {
    for (std::size_t i = 0; i < caps_.size(); ++i)
      stint::give(sums_[i], *caps_[i].into);
  }

 private:
  void add(const ledger_row& row) {
    const std::int64_t hour = period_start(row.admitted, seconds_per_hour);
    if (hour >= hours_.from && hour < hours_.until) ++calls_;
    if (row.admitted < asked_.from || row.admitted >= asked_.until) return;
    const amounts used = posted_amounts(row);
    for (std::size_t i = 0; i < caps_.size(); ++i)
      add_amount(*caps_[i].of, row.charged, used, row.admitted, sums_[i]);
  }

  stretch asked_;
  second_range hours_;
  const std::vector<wanted>& caps_;
  std::vector<scope_sums> sums_;  // of each cap
  std::int64_t calls_ = 0;
};

// The caps whose windows start at one moment: they need the same records.
class history_reader {
 public:
  history_reader(const ledger_store::moment& at, wall_time start) : at_(at), start_(start) {}

  void add(const wanted& cap) {
    const window_rule& rule = cap.of->definition.window;
    const bool rolls = rule.kind == window_kind::rolling;
    const bool in_hours = !rolls || rolling_step(rule.length) % std::chrono::hours{1} == seconds{0};
    if (cap.of->definition.asks_for(dimension::user) || !in_hours) {
      by_rows_.push_back(cap);
    } else {
      by_rollups_.push_back(cap);
      hours_only_ |= rolls;
    }
  }

  void run() {
    if (!by_rollups_.empty()) read_rollups();
    if (!by_rows_.empty()) read_rows({.from = start_, .until = end_of_time}, by_rows_);
    for (const auto* all : {&by_rollups_, &by_rows_}) {
      for (const wanted& each : *all)
        read_counters(each);
    }
  }

 private:
  void read_rollups() {
    const std::int64_t first_hour = period_start_from(start_, seconds_per_hour);
    const std::int64_t first_day =
        hours_only_ ? end_of_time_seconds : period_start_from(start_, seconds_per_day);
    bool old = false;
    const auto add = [&](const rollup_key& key, const rollup_sums& sums) {
      old |= !sums.requests;
      add_rollup(key, sums);
    };
    each_rollup(at_, format::space::hours, {.from = first_hour, .until = first_day}, add);
    each_rollup(at_, format::space::days, {.from = first_day, .until = end_of_time_seconds}, add);
    if (wall_time{seconds{first_hour}} != start_)
      read_rows({.from = start_, .until = wall_time{seconds{first_hour}}}, by_rollups_);
    if (old) read_requests_again();
  }

  void add_rollup(const rollup_key& key, const rollup_sums& sums) {
    const attribution charged = attribution_of(key);
    const amounts used = amounts_of(sums);
    const wall_time start{seconds{key.start_seconds}};
    for (const wanted& each : by_rollups_) {
      scope_sums sums_of_one;
      add_amount(*each.of, charged, used, start, sums_of_one);
      give(sums_of_one, *each.into);
    }
  }

  // Some roll-ups do not say how many of their calls are requests: the rows do.
  void read_requests_again() {
    std::vector<wanted> again;
    for (const wanted& each : by_rollups_) {
      if (each.of->definition.unit != cap_unit::requests) continue;
      each.into->counters.clear();
      again.push_back(each);
    }
    if (!again.empty()) read_rows({.from = start_, .until = end_of_time}, again);
  }

  void read_rows(const stretch& asked, const std::vector<wanted>& caps) {
    const std::int64_t calls = calls_in_hours_of(asked);
    if (calls == 0) return;
    row_sums near(asked, caps);
    near.read(at_, std::max(asked.from, wall_time{} + slack) - slack,
              asked.until == end_of_time ? end_of_time : asked.until + slack);
    if (near.calls() == calls) return near.give();
    row_sums all(asked, caps);
    all.read(at_, wall_time{}, end_of_time);
    all.give();
    if (all.calls() == calls) return;
    for (const wanted& each : caps)
      each.into->complete = false;
  }

  [[nodiscard]] std::int64_t calls_in_hours_of(const stretch& asked) const {
    std::int64_t calls = 0;
    const auto add = [&](const rollup_key& /*key*/, const rollup_sums& sums) {
      calls += sums.calls;
    };
    const second_range hours = whole_hours(asked.from, asked.until);
    const std::int64_t first_day =
        std::min(hours.until, period_start_from(wall_time{seconds{hours.from}}, seconds_per_day));
    each_rollup(at_, format::space::hours, {.from = hours.from, .until = first_day}, add);
    const bool open_end = hours.until == end_of_time_seconds;
    each_rollup(at_, open_end ? format::space::days : format::space::hours,
                {.from = first_day, .until = hours.until}, add);
    return calls;
  }

  void read_counters(const wanted& of) {
    const bool rolls = of.of->definition.window.kind == window_kind::rolling;
    std::string from;
    std::string until;
    format::append_counters_prefix(from, of.of->number, start_);
    format::append_counters_prefix(until, of.of->number,
                                   rolls ? end_of_time : start_ + std::chrono::microseconds{1});
    at_.scan(family::state, from, until, [&](std::string_view key, std::string_view value) {
      const auto start = format::read_counter_start(key);
      const auto scope = format::read_counter_scope(key);
      auto stored = format::read_counter(value);
      if (!start || !scope || !stored) refuse_damaged_record("a counter");
      format::counter_value& rebuilt = of.into->counters[{*start, std::string(*scope)}];
      stored->posted = rebuilt.posted;
      rebuilt = std::move(*stored);
      return true;
    });
  }

  const ledger_store::moment& at_;
  wall_time start_;
  std::vector<wanted> by_rollups_;
  std::vector<wanted> by_rows_;
  bool hours_only_ = false;  // buckets of a rolling window are told apart by no day
};

}  // namespace

void cap_history::give(ledger& to) const {
  for (const auto& [key, value] : counters)
    to.add_history(number, format::restorable(key.first, key.second, value));
}

std::vector<cap_history> read_histories(const ledger_store::moment& at,
                                        const std::vector<unread_cap>& caps) {
  std::vector<cap_history> result(caps.size());
  std::map<wall_time, history_reader> readers;
  for (std::size_t i = 0; i < caps.size(); ++i) {
    const wall_time start = caps[i].window.start;
    result[i].number = caps[i].number;
    result[i].start = start;
    readers.try_emplace(start, at, start).first->second.add({.of = &caps[i], .into = &result[i]});
  }
  for (auto& [start, reader] : readers)
    reader.run();
  return result;
}

}  // namespace stint
