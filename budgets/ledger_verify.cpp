// Tested by tests/budgets/ledger_verify_test.cpp.
#include "budgets/ledger_verify.hpp"

#include <limits>
#include <map>

#include "budgets/checked_sum.hpp"

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

namespace {

using sums_by_key = std::map<std::string, rollup_sums, std::less<>>;

// A cap whose counters can be proved, and what its rows add up to.
struct provable_cap {
  const cap* definition = nullptr;
  format::cap_value stored;
  std::map<std::string, std::int64_t> by_scope;
};

class audit {
 public:
  audit(const ledger_store::moment& at, std::span<const cap> caps) : at_(at) {
    read_deleted();
    for (const cap& each : caps)
      add_cap(each);
  }

  [[nodiscard]] std::vector<std::string> run() {
    read_rows();
    sums_by_key hours = read_rollups(format::space::hours);
    compare_rows_with(hours);
    compare_days_with(hours);
    for (const provable_cap& each : caps_)
      compare_counters_of(each);
    return std::move(findings_);
  }

 private:
  void find(std::string what) { findings_.push_back(std::move(what)); }

  void read_deleted() {
    const auto bytes = at_.get(format::rows_deleted_key);
    if (!bytes) return;
    const auto until = format::read_number(*bytes);
    if (!until) return find("the record of the rows' retention is damaged");
    // The hours from which all rows are there. A row is kept by when its call arrived and summed by
    // when it was admitted: a day between the two is more than any call takes.
    const wall_time deleted{std::chrono::microseconds{*until}};
    whole_from_ = period_start(deleted, seconds_per_hour) + seconds_per_day;
    rows_deleted_ = *until > 0;
  }

  void add_cap(const cap& each) {
    if (each.window.kind != window_kind::forever || rows_deleted_) return;
    std::string key;
    format::append_cap_key(key, format::cap_identity(each));
    const auto bytes = at_.get(key);
    const auto stored = bytes ? format::read_cap(*bytes) : std::nullopt;
    if (!stored) return find("cap " + each.name + ": its record is missing or damaged");
    if (stored->exact) caps_.push_back({.definition = &each, .stored = *stored, .by_scope = {}});
  }

  void read_rows() {
    at_.scan(family::rows, "", format::rows_group_key,
             [&](std::string_view key, std::string_view value) {
               const auto id = format::read_row_key(key);
               const auto found = id ? format::read_row(*id, value) : std::nullopt;
               if (found) {
                 add_row(*found);
               } else {
                 find("a row is damaged" + (id ? ": call " + to_string(*id) : std::string()));
               }
               return true;
             });
  }

  void add_row(const format::row_value& value) {
    const ledger_row& row = value.row;
    const std::int64_t hour = period_start(row.admitted, seconds_per_hour);
    std::string key;
    format::append_rollup_key(key, format::space::hours, rollup_key_of(row, hour));
    if (hour >= whole_from_) rows_[key] += sums_of(row);
    for (provable_cap& each : caps_) {
      if (value.epoch < each.stored.since_epoch || !each.definition->selects(row.charged)) continue;
      const std::int64_t amount = posted_amounts(row).in(each.definition->unit);
      std::int64_t& sum = each.by_scope[scope_of(row.charged, each.definition->per)];
      sum = checked_sum(sum, amount);
    }
  }

  [[nodiscard]] sums_by_key read_rollups(format::space of) {
    sums_by_key result;
    at_.scan(family::state, format::space_begin(of), format::space_end(of),
             [&](std::string_view key, std::string_view value) {
               const auto sums = format::read_sums(value);
               if (sums && format::read_rollup_key(key)) {
                 result[std::string(key)] = *sums;
               } else {
                 find("a roll-up is damaged");
               }
               return true;
             });
    return result;
  }

  void compare_rows_with(const sums_by_key& hours) {
    for (const auto& [key, sums] : hours) {
      if (format::read_rollup_key(key)->start_seconds < whole_from_) continue;
      const auto rows = rows_.find(key);
      if (rows == rows_.end()) {
        differ("hour", key, sums, "rows", {});
      } else {
        differ("hour", key, sums, "rows", rows->second);
      }
    }
    for (const auto& [key, sums] : rows_) {
      if (!hours.contains(key)) differ("hour", key, {}, "rows", sums);
    }
  }

  void compare_days_with(const sums_by_key& hours) {
    sums_by_key expected;
    for (const auto& [hour_key, sums] : hours) {
      std::string key;
      format::append_day_key_of_hour(key, hour_key);
      expected[key] += sums;
    }
    const sums_by_key days = read_rollups(format::space::days);
    for (const auto& [key, sums] : days) {
      const auto found = expected.find(key);
      differ("day", key, sums, "hours", found == expected.end() ? rollup_sums{} : found->second);
    }
    for (const auto& [key, sums] : expected) {
      if (!days.contains(key)) differ("day", key, {}, "hours", sums);
    }
  }

  void differ(const char* period, std::string_view key_bytes, const rollup_sums& rollup,
              const char* other, const rollup_sums& sums) {
    if (rollup == sums) return;
    const auto key = *format::read_rollup_key(key_bytes);
    const auto said = [](const rollup_sums& of) {
      return std::to_string(of.calls) + " calls, " + std::to_string(of.used.total()) +
             " tokens, $" + to_dollars(of.cost);
    };
    find("the " + std::string(period) + " from " + std::to_string(key.start_seconds) +
         " of tenant " + std::string(key.tenant) + ", feature " + std::string(key.feature) +
         ", model " + std::string(key.model) + ": roll-up " + said(rollup) + "; " + other + " " +
         said(sums));
  }

  void compare_counters_of(const provable_cap& each) {
    auto left = each.by_scope;
    std::string prefix;
    format::append_counters_prefix(prefix, each.stored.number, wall_time{});
    std::string end;
    format::append_counters_prefix(end, each.stored.number,
                                   wall_time{std::chrono::microseconds{1}});
    at_.scan(family::state, prefix, end, [&](std::string_view key, std::string_view value) {
      const auto scope = format::read_counter_scope(key);
      const auto stored = format::read_counter(value);
      if (!scope || !stored) {
        find("a counter of cap " + each.definition->name + " is damaged");
        return true;
      }
      const std::string name(*scope);
      const std::int64_t sum = left.contains(name) ? left[name] : 0;
      left.erase(name);
      differ_counter(each, name, stored->posted, sum);
      return true;
    });
    for (const auto& [scope, sum] : left)
      differ_counter(each, scope, 0, sum);
  }

  void differ_counter(const provable_cap& of, const std::string& scope, std::int64_t counter,
                      std::int64_t rows) {
    if (counter == rows) return;
    find("cap " + of.definition->name + ", scope \"" + scope + "\": counter " +
         std::to_string(counter) + ", rows " + std::to_string(rows));
  }

  const ledger_store::moment& at_;
  bool rows_deleted_ = false;
  std::int64_t whole_from_ = std::numeric_limits<std::int64_t>::min();
  std::vector<provable_cap> caps_;
  sums_by_key rows_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> verify_books(const ledger_store::moment& at, std::span<const cap> caps) {
  return audit(at, caps).run();
}

}  // namespace stint
