// Tested by tests/budgets/books/query_test.cpp.
#include "budgets/books/query.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "pricing/text/glob.hpp"

namespace stint {

namespace format = ledger_format;
using family = ledger_store::family;

namespace {

using std::chrono::seconds;

struct second_range {
  std::int64_t from = 0;
  std::int64_t until = 0;
};

class spend_sum {
 public:
  explicit spend_sum(const rollup_query& query) : query_(query) {}

  void add(std::string_view key_bytes, std::string_view value_bytes) {
    const auto key = format::read_rollup_key(key_bytes);
    const auto sums = format::read_sums(value_bytes);
    if (!key || !sums) throw std::runtime_error("a roll-up of the ledger is damaged");
    for (const auto& [where, pattern] : query_.match) {
      if (!glob_match(pattern, key->at(where))) return;
    }
    group_key group;
    if (query_.by_day) {
      group.first = period_start(wall_time{seconds{key->start_seconds}}, seconds_per_day);
    }
    for (const dimension each : query_.by)
      group.second.emplace_back(key->at(each));
    groups_[std::move(group)] += *sums;
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

void add_range(const ledger_store::moment& at, format::space of, second_range range,
               spend_sum& into) {
  if (range.from >= range.until) return;
  std::string from;
  std::string until;
  format::append_rollup_prefix(from, of, range.from);
  format::append_rollup_prefix(until, of, range.until);
  at.scan(family::state, from, until, [&](std::string_view key, std::string_view value) {
    into.add(key, value);
    return true;
  });
}

[[nodiscard]] second_range hours_of(const rollup_query& query) {
  // Far beyond any clock, and far from overflow when rounded.
  constexpr std::int64_t no_end = std::int64_t{1} << 40;
  second_range range{.from = period_start(query.from, seconds_per_hour), .until = no_end};
  if (query.until != wall_time{}) {
    range.until = period_start(query.until, seconds_per_hour);
    if (wall_time{seconds{range.until}} != query.until) range.until += seconds_per_hour;
  }
  return range;
}

[[nodiscard]] bool matches(const row_query& query, const ledger_row& row) {
  if (row.admitted < query.from || (query.until && row.admitted >= *query.until)) return false;
  return std::ranges::all_of(query.match, [&](const auto& each) {
    return glob_match(each.second, row.charged.at(each.first));
  });
}

}  // namespace

std::vector<rollup_line> query_spend(const ledger_store::moment& at, const rollup_query& query) {
  const second_range hours = hours_of(query);
  const auto day_of = [](std::int64_t second) {
    return period_start(wall_time{seconds{second}}, seconds_per_day);
  };
  const std::int64_t first_day = day_of(hours.from + seconds_per_day - 1);
  const std::int64_t end_of_days = std::max(first_day, day_of(hours.until));
  spend_sum sum(query);
  add_range(at, format::space::hours, {hours.from, std::min(first_day, hours.until)}, sum);
  add_range(at, format::space::days, {first_day, end_of_days}, sum);
  add_range(at, format::space::hours, {std::max(end_of_days, hours.from), hours.until}, sum);
  return sum.lines();
}

// Rows lie in the order of their ids, that is of when the call arrived; it is admitted a little
// later. An hour is far more than a call may take to be read and admitted.
std::vector<ledger_row> query_rows(const ledger_store::moment& at, const row_query& query) {
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
  std::vector<ledger_row> rows;
  if (query.limit == 0) return rows;
  at.scan_down(family::rows, from, until, [&](std::string_view key, std::string_view value) {
    const auto id = format::read_row_key(key);
    auto found = id ? format::read_row(*id, value) : std::nullopt;
    if (!found) throw std::runtime_error("a row of the ledger is damaged");
    if (matches(query, found->row)) rows.push_back(std::move(found->row));
    return rows.size() < query.limit;
  });
  return rows;
}

std::vector<adjustment> query_adjustments(const ledger_store::moment& at, std::size_t limit) {
  std::vector<adjustment> found;
  if (limit == 0) return found;
  at.scan_down(family::state, format::space_begin(format::space::adjustments),
               format::space_end(format::space::adjustments),
               [&](std::string_view key, std::string_view value) {
                 const auto number = format::read_adjustment_key(key);
                 auto made = number ? format::read_adjustment(*number, value) : std::nullopt;
                 if (!made) throw std::runtime_error("an adjustment of a cap is damaged");
                 found.push_back(std::move(*made));
                 return found.size() < limit;
               });
  return found;
}

std::vector<stored_key> query_keys(const ledger_store::moment& at) {
  std::vector<stored_key> keys;
  at.scan(family::state, format::space_begin(format::space::keys),
          format::space_end(format::space::keys),
          [&](std::string_view key, std::string_view value) {
            keys.push_back({.id = std::string(key.substr(1)), .encoded = std::string(value)});
            return true;
          });
  return keys;
}

}  // namespace stint
