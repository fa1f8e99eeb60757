// Tested by tests/budgets/books/query_test.cpp.
#include "budgets/books/query.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include "budgets/books/damage.hpp"
#include "budgets/books/rollup_range.hpp"
#include "pricing/text/glob.hpp"

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

namespace {

using std::chrono::seconds;

class spend_sum {
 public:
  explicit spend_sum(const rollup_query& query) : query_(query) {}

  void add(const rollup_key& key, const rollup_sums& sums) {
    if (!query_.except_provider.empty() && key.provider == query_.except_provider) return;
    for (const auto& [where, pattern] : query_.match) {
      if (!glob_match(pattern, key.at(where))) return;
    }
    group_key group;
    if (query_.by_day) {
      group.first = period_start(wall_time{seconds{key.start_seconds}}, seconds_per_day);
    }
    for (const dimension each : query_.by)
      group.second.emplace_back(key.at(each));
    groups_[std::move(group)] += sums;
  }

  [[nodiscard]] std::vector<rollup_line> lines() const {
    std::vector<rollup_line> result;
    result.reserve(groups_.size());
    for (const auto& [group, sums] : groups_) {
      rollup_line& line = result.emplace_back();
      if (query_.by_day) line.day = wall_time{seconds{group.first}};
      line.values = group.second;
      line.sums = sums;
    }
    return result;
  }

 private:
  using group_key = std::pair<std::int64_t, std::vector<std::string>>;

  const rollup_query& query_;
  std::map<group_key, rollup_sums> groups_;
};

[[nodiscard]] bool matches(const row_query& query, const ledger_row& row) {
  if (row.admitted < query.from || (query.until && row.admitted >= *query.until)) return false;
  if ((row.flags & query.flags) != query.flags) return false;
  return std::ranges::all_of(query.match, [&](const auto& each) {
    return glob_match(each.second, row.charged.at(each.first));
  });
}

// The numbered records of one kind, the last one first.
template <class Record, class ReadKey, class ReadValue>
[[nodiscard]] std::vector<Record> newest(const ledger_store::moment& at, format::space of,
                                         std::size_t limit, ReadKey read_key, ReadValue read,
                                         const char* called) {
  std::vector<Record> found;
  if (limit == 0) return found;
  at.scan_down(family::state, format::space_begin(of), format::space_end(of),
               [&](std::string_view key, std::string_view value) {
                 const auto number = read_key(key);
                 auto made = number ? read(*number, value) : std::nullopt;
                 if (!made) refuse_damaged_record(called);
                 found.push_back(std::move(*made));
                 return found.size() < limit;
               });
  return found;
}

}  // namespace

std::vector<rollup_line> query_spend(const ledger_store::moment& at, const rollup_query& query) {
  const second_range hours =
      whole_hours(query.from, query.until == wall_time{} ? end_of_time : query.until);
  const std::int64_t first_day = period_start_from(wall_time{seconds{hours.from}}, seconds_per_day);
  const std::int64_t end_of_days =
      std::max(first_day, period_start(wall_time{seconds{hours.until}}, seconds_per_day));
  spend_sum sum(query);
  const auto add = [&](format::space of, second_range range) {
    each_rollup(at, of, range,
                [&](const rollup_key& key, const rollup_sums& sums) { sum.add(key, sums); });
  };
  const auto add_all = [&](format::space of_hours, format::space of_days) {
    add(of_hours, {.from = hours.from, .until = std::min(first_day, hours.until)});
    add(of_days, {.from = first_day, .until = end_of_days});
    add(of_hours, {.from = std::max(end_of_days, hours.from), .until = hours.until});
  };
  add_all(format::space::hours, format::space::days);
  // Where a call was asked for, and then where its parts were spent.
  add_all(format::space::moved_hours, format::space::moved_days);
  return sum.lines();
}

// Rows lie in the order of their ids, that is of when the call arrived; it is admitted a little
// later. An hour is far more than a call may take to be read and admitted.
row_page query_page(const ledger_store::moment& at, const row_query& query) {
  constexpr auto slack = std::chrono::hours{1};
  std::string from;
  std::string until(format::rows_group_key);
  const wall_time earliest = std::max(query.from, wall_time{} + slack) - slack;
  format::append_row_key(from, make_call_id(earliest, 0, 0));
  if (query.until) {
    until.clear();
    format::append_row_key(until, make_call_id(*query.until + slack, 0, 0));
  }
  if (query.before) {
    std::string before;
    format::append_row_key(before, *query.before);
    until = std::min(until, before);
  }
  row_page page;
  if (query.limit == 0) return page;
  std::size_t looked_at = 0;
  at.scan_down(family::rows, from, until, [&](std::string_view key, std::string_view value) {
    const auto id = format::read_row_key(key);
    auto found = id ? format::read_row(*id, value) : std::nullopt;
    if (!found) refuse_damaged_record("a row");
    page.back_to = found->row.admitted;
    if (matches(query, found->row)) page.rows.push_back(std::move(found->row));
    const bool goes_on = page.rows.size() < query.limit && ++looked_at != query.looked_at_max;
    if (!goes_on) page.next_before = *id;
    return goes_on;
  });
  return page;
}

std::vector<ledger_row> query_rows(const ledger_store::moment& at, const row_query& query) {
  return query_page(at, query).rows;
}

std::optional<ledger_row> query_row(const ledger_store::moment& at, const call_id& id) {
  const auto bytes = at.row(id);
  if (!bytes) return std::nullopt;
  auto found = format::read_row(id, *bytes);
  if (!found) refuse_damaged_record("a row");
  return std::move(found->row);
}

std::vector<adjustment> query_adjustments(const ledger_store::moment& at, std::size_t limit) {
  return newest<adjustment>(at, format::space::adjustments, limit, format::read_adjustment_key,
                            format::read_adjustment, "an adjustment of a cap");
}

std::vector<audit_record> query_audits_after(const ledger_store::moment& at, std::uint64_t number,
                                             std::size_t limit) {
  std::vector<audit_record> found;
  if (limit == 0 || number == UINT64_MAX) return found;
  std::string from;
  format::append_audit_key(from, number + 1);
  at.scan(family::state, from, format::space_end(format::space::audits),
          [&](std::string_view key, std::string_view value) {
            const auto of = format::read_audit_key(key);
            auto made = of ? format::read_audit(*of, value) : std::nullopt;
            if (!made) refuse_damaged_record("an audit record");
            found.push_back(std::move(*made));
            return found.size() < limit;
          });
  return found;
}

std::vector<audit_record> query_audits(const ledger_store::moment& at, std::size_t limit) {
  return newest<audit_record>(at, format::space::audits, limit, format::read_audit_key,
                              format::read_audit, "an audit record");
}

namespace {
// What this layer does not look into, under its id.
template <class Stored>
std::vector<Stored> all_in(const ledger_store::moment& at, format::space where) {
  std::vector<Stored> found;
  at.scan(family::state, format::space_begin(where), format::space_end(where),
          [&](std::string_view key, std::string_view value) {
            found.push_back({.id = std::string(key.substr(1)), .encoded = std::string(value)});
            return true;
          });
  return found;
}
}  // namespace

std::vector<stored_key> query_keys(const ledger_store::moment& at) {
  return all_in<stored_key>(at, format::space::keys);
}

std::vector<stored_answer> query_answers(const ledger_store::moment& at) {
  return all_in<stored_answer>(at, format::space::answers);
}

}  // namespace stint
