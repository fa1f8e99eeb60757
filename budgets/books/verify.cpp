// Tested by tests/budgets/books/verify_test.cpp.
#include "budgets/books/verify.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "budgets/books/counter_proof.hpp"
#include "budgets/books/early_ids.hpp"
#include "budgets/books/recovery.hpp"
#include "budgets/books/rollup_range.hpp"
#include "budgets/records/row.hpp"

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

namespace {

constexpr std::size_t findings_max = 1'000;
constexpr std::int64_t arrival_slack_seconds =
    std::chrono::duration_cast<std::chrono::seconds>(arrival_slack).count();

using sums_by_key = std::map<std::string, rollup_sums, std::less<>>;

constexpr std::int64_t all_rows = std::numeric_limits<std::int64_t>::min();

// Roll-ups of one kind: where calls were asked for, or what of them was moved to other models.
struct checked_rollups {
  format::space of_hours;
  format::space of_days;
  sums_by_key hours;  // from rows, not compared yet
  sums_by_key days;   // from hours, not compared yet
  std::int64_t days_compared_until = all_rows;
};

class audit {
 public:
  audit(const ledger_store::moment& at, std::span<const cap> caps, work_progress& progress)
      : at_(at), progress_(progress) {
    read_deleted();
    for (const cap& each : caps)
      add_cap(each);
  }

  [[nodiscard]] books_proof run() {
    progress_.total = at_.rows_estimated();
    read_hours(asked_, [this](const rollup_key& parts, const rollup_sums& sums) {
      const wall_time hour{std::chrono::seconds{parts.start_seconds}};
      for (counter_proof& each : counters_) {
        each.close_until(std::min(hour, whole()));
        each.add(parts, sums);
      }
    });
    for (counter_proof& each : counters_)
      each.close_until(whole());
    read_hours(moved_, [](const rollup_key&, const rollup_sums&) {});
    read_rows();
    for (counter_proof& each : counters_)
      each.finish();
    return std::move(proof_);
  }

 private:
  void find(std::string what) { proof_.find(std::move(what)); }

  void read_deleted() {
    if (const auto bytes = at_.get(format::group_key)) {
      const auto mark = format::read_group(*bytes);
      if (!mark) return find("the record of the last group is damaged");
      last_seen_ = mark->last_seen;
    }
    // A store of an earlier version does not say it: counters were deleted by the latest time seen.
    pruned_as_of_ = last_seen_;
    if (const auto pruned = at_.get(format::pruned_key)) {
      const auto as_of = format::read_number(*pruned);
      if (!as_of) return find("the record of what was deleted is damaged");
      pruned_as_of_ = wall_time{std::chrono::microseconds{*as_of}};
    }
    const auto bytes = at_.get(format::rows_deleted_key);
    if (!bytes) return;
    const auto until = format::read_number(*bytes);
    if (!until) return find("the record of the rows' retention is damaged");
    if (*until <= 0) return;
    const wall_time deleted{std::chrono::microseconds{*until}};
    whole_from_ = period_start(deleted, seconds_per_hour) + arrival_slack_seconds;
    compared_hours_until_ = whole_from_;
  }

  void add_cap(const cap& each) {
    if (each.window.kind == window_kind::request) return;
    std::string key;
    format::append_cap_key(key, format::cap_identity(each));
    const auto bytes = at_.get(key);
    const auto stored = bytes ? format::read_cap(*bytes) : std::nullopt;
    if (!stored) return find("cap " + each.name + ": its record is missing or damaged");
    counter_proof::coverage covered;
    if (whole_from_ != all_rows) covered.whole_from = wall_time{std::chrono::seconds{whole_from_}};
    if (const auto kept = kept_after_start(*stored)) covered.pruned_until = pruned_as_of_ - *kept;
    counters_.emplace_back(at_, each, *stored, covered, proof_);
  }

  void keep_going(std::uint64_t read) {
    if (read % 1'024 != 0) return;
    progress_.done = proof_.rows;
    if (progress_.stop) throw std::runtime_error("the proof was stopped before its end");
    if (at_.wanted()) throw std::runtime_error("the storage of the ledger failed meanwhile");
  }

  // Hours in order: added up to days, each day compared once the next one has begun, and to what
  // older windows must have counted.
  void read_hours(checked_rollups& of, const auto& also) {
    std::uint64_t read = 0;
    scan_rollups(format::space_begin(of.of_hours), format::space_end(of.of_hours),
                 [&](std::string_view key, const rollup_key& parts, const rollup_sums& sums) {
                   keep_going(++read);
                   const wall_time hour{std::chrono::seconds{parts.start_seconds}};
                   compare_days_until(of, period_start(hour, seconds_per_day));
                   std::string day;
                   format::append_day_key_of_hour(day, key);
                   of.days[day] += sums;
                   also(parts, sums);
                 });
    compare_days_until(of, end_of_time_seconds);
  }

  void compare_days_until(checked_rollups& of, std::int64_t until) {
    if (until <= of.days_compared_until) return;
    compare(of.of_days, "hours", of.days_compared_until, until, of.days, proof_.days);
    of.days_compared_until = until;
  }

  void read_rows() {
    read_early_rows();
    at_.scan(family::rows, "", format::rows_group_key,
             [&](std::string_view key, std::string_view value) {
               keep_going(++proof_.rows);
               const auto id = format::read_row_key(key);
               const auto found = id ? format::read_row(*id, value) : std::nullopt;
               if (found) {
                 add_row(*found);
               } else {
                 find("a row is damaged" + (id ? ": call " + to_string(*id) : std::string()));
               }
               return true;
             });
    progress_.done = proof_.rows;
    compare_hours_until(end_of_time_seconds);
  }

  // Calls whose ids lie behind their time, before the others: each is in the sums of its hour by
  // the time that this is compared.
  void read_early_rows() {
    const auto early = early_ids(at_).noted();
    if (!early) return;
    std::string from;
    std::string until;
    format::append_row_key(from, make_call_id(early->from, 0, 0));
    format::append_row_key(until, make_call_id(early->until + std::chrono::milliseconds{1}, 0, 0));
    std::uint64_t read = 0;
    at_.scan(family::rows, from, until, [&](std::string_view key, std::string_view value) {
      keep_going(++read);
      const auto id = format::read_row_key(key);
      const auto found = id ? format::read_row(*id, value) : std::nullopt;
      if (found && early_ids::is_early(found->row.id, found->row.admitted)) sum_row(*found);
      return true;
    });
  }

  void add_row(const format::row_value& value) {
    const ledger_row& row = value.row;
    if (early_ids::is_early(row.id, row.admitted)) return;
    const std::int64_t arrived = period_start(time_of(row.id), seconds_per_hour);
    if (arrived > latest_arrival_) {
      latest_arrival_ = arrived;
      compare_hours_until(arrived - arrival_slack_seconds);
      const wall_time limit{std::chrono::seconds{arrived - arrival_slack_seconds}};
      for (counter_proof& each : counters_)
        each.close_until(limit);
    }
    sum_row(value);
  }

  void sum_row(const format::row_value& value) {
    const ledger_row& row = value.row;
    const std::int64_t hour = period_start(row.admitted, seconds_per_hour);
    if (hour >= whole_from_) {
      rollup_key of = rollup_key_of(row, hour);
      std::string key;
      format::append_rollup_key(key, asked_.of_hours, of);
      asked_.hours[key] += sums_of(row);
      for (const moved_sums& each : moved_legs(row)) {
        of.model = each.model;
        of.provider = each.provider;
        key.clear();
        format::append_rollup_key(key, moved_.of_hours, of);
        moved_.hours[key] += each.sums;
      }
    }
    for (counter_proof& each : counters_)
      each.add(value);
  }

  void compare_hours_until(std::int64_t until) {
    if (until <= compared_hours_until_) return;
    for (checked_rollups* each : {&asked_, &moved_})
      compare(each->of_hours, "rows", compared_hours_until_, until, each->hours, proof_.hours);
    compared_hours_until_ = until;
  }

  // The roll-ups that start in [from, until) against what they must be; the latter are forgotten.
  void compare(format::space of, const char* other, std::int64_t from, std::int64_t until,
               sums_by_key& expected, std::uint64_t& compared) {
    std::string first;
    std::string end;
    format::append_rollup_prefix(first, of, std::max(from, -end_of_time_seconds));
    format::append_rollup_prefix(end, of, until);
    scan_rollups(first, end, [&](std::string_view key, const rollup_key&, const rollup_sums& sums) {
      ++compared;
      const auto found = expected.find(key);
      differ(of, key, sums, other, found == expected.end() ? rollup_sums{} : found->second);
      if (found != expected.end()) expected.erase(found);
    });
    while (!expected.empty() && expected.begin()->first < end) {
      differ(of, expected.begin()->first, {}, other, expected.begin()->second);
      expected.erase(expected.begin());
    }
  }

  void scan_rollups(std::string_view from, std::string_view until, const auto& visit) {
    at_.scan(family::state, from, until, [&](std::string_view key, std::string_view value) {
      const auto sums = format::read_sums(value);
      const auto parts = format::read_rollup_key(key);
      if (sums && parts) {
        visit(key, *parts, *sums);
      } else {
        find("a roll-up is damaged");
      }
      return true;
    });
  }

  void differ(format::space of, std::string_view key_bytes, const rollup_sums& rollup,
              const char* other, const rollup_sums& sums) {
    if (rollup == sums) return;
    const auto key = *format::read_rollup_key(key_bytes);
    const auto said = [](const rollup_sums& each) {
      return std::to_string(each.calls) + " calls, " + std::to_string(each.used.total()) +
             " tokens, $" + to_dollars(each.cost);
    };
    const bool is_hour = of == asked_.of_hours || of == moved_.of_hours;
    const bool is_moved = of == moved_.of_hours || of == moved_.of_days;
    find(std::string(is_moved ? "what was moved between models in the " : "the ") +
         (is_hour ? "hour" : "day") + " from " +
         shown_time(wall_time{std::chrono::seconds{key.start_seconds}}) + " of tenant " +
         std::string(key.tenant) + ", feature " + std::string(key.feature) + ", model " +
         std::string(key.model) + ": roll-up " + said(rollup) + "; " + other + " " + said(sums));
  }

  [[nodiscard]] wall_time whole() const {
    return whole_from_ == all_rows ? wall_time{} : wall_time{std::chrono::seconds{whole_from_}};
  }

  const ledger_store::moment& at_;
  work_progress& progress_;
  books_proof proof_;
  wall_time last_seen_{};
  wall_time pruned_as_of_{};
  std::int64_t whole_from_ = all_rows;  // the hours from which every row is there
  std::int64_t latest_arrival_ = all_rows;
  std::int64_t compared_hours_until_ = all_rows;
  std::deque<counter_proof> counters_;
  checked_rollups asked_{format::space::hours, format::space::days, {}, {}};
  checked_rollups moved_{format::space::moved_hours, format::space::moved_days, {}, {}};
};

}  // namespace

void books_proof::find(std::string what) {
  if (findings.size() < findings_max) {
    findings.push_back(std::move(what));
  } else {
    ++findings_left_out;
  }
}

books_proof prove_books(const ledger_store::moment& at, std::span<const cap> caps,
                        work_progress& progress) {
  return audit(at, caps, progress).run();
}

std::vector<std::string> verify_books(const ledger_store::moment& at, std::span<const cap> caps) {
  work_progress unwatched;
  return prove_books(at, caps, unwatched).findings;
}

}  // namespace stint
