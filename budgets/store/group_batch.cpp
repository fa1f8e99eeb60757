// Tested by tests/budgets/store/ledger_store_test.cpp.
#include "budgets/store/group_batch.hpp"

#include "budgets/records/row.hpp"
#include "budgets/store/byte_codec.hpp"
#include "pricing/invariant.hpp"

namespace stint {

namespace format = ledger_format;

rocksdb::WriteBatch& group_batch::build(const families& in, const ledger_store::group& what,
                                        const format::group_mark& mark) {
  in_ = in;
  batch_.Clear();
  put_holds(*what.changes);
  put_counters(*what.changes);
  put_rows(*what.changes);
  if (!what.rollups_written) merge_rollups(*what.changes);
  for (const auto& [key, value] : what.puts)
    check(batch_.Put(in_.state, key, value));
  for (const ledger_store::state_edit& each : what.edits)
    check(each.value ? batch_.Put(in_.state, each.key, *each.value)
                     : batch_.Delete(in_.state, each.key));
  put_mark(mark);
  return batch_;
}

void group_batch::put_holds(const ledger_changes& changes) {
  for (const call_id& id : changes.holds_removed) {
    key_.clear();
    format::append_hold_key(key_, id);
    check(batch_.Delete(in_.state, key_));
  }
  for (const active_hold* each : changes.holds_put) {
    key_.clear();
    value_.clear();
    format::append_hold_key(key_, each->request.id);
    format::append_hold(value_, *each);
    check(batch_.Put(in_.state, key_, value_));
  }
}

void group_batch::put_counters(const ledger_changes& changes) {
  for (const counter* each : changes.counters) {
    if (each->rolling == nullptr) {
      put_counter(*each, each->window.start, each->posted + each->forgiven());
      continue;
    }
    for (const rolling_bucket& bucket : each->rolling->all()) {
      if (bucket.changed) put_counter(*each, bucket.start, bucket.posted);
    }
  }
}

void group_batch::put_counter(const counter& of, wall_time start, std::int64_t posted) {
  key_.clear();
  value_.clear();
  format::append_counter_key(key_,
                             {.cap_number = of.cap_number, .start = start, .scope = of.scope});
  counter_.posted = posted;
  counter_.threshold = of.threshold;
  counter_.limit = of.limit;
  counter_.fired_before.clear();
  counter_.unknown = of.unknown();
  if (of.past) counter_.fired_before = of.past->fired_before;
  format::append_counter(value_, counter_);
  check(batch_.Put(in_.state, key_, value_));
}

void group_batch::put_rows(const ledger_changes& changes) {
  for (std::size_t i = 0; i < changes.rows.size(); ++i)
    put_row(changes.rows[i], changes.row_epochs[i]);
  for (const amended_row& each : changes.amended)
    put_row(each.is, each.epoch);
}

void group_batch::put_row(const ledger_row& row, std::uint32_t epoch) {
  key_.clear();
  value_.clear();
  format::append_row_key(key_, row.id);
  format::append_row(value_, row, epoch);
  check(batch_.Put(in_.rows, key_, value_));
}

// The rows of a group are mostly of few tenants in one hour: summed here first, they are few
// additions on disk.
void group_batch::merge_rollups(const ledger_changes& changes) {
  hours_.clear();
  const auto hour_of = [](const ledger_row& row) {
    return rollup_key_of(row, period_start(row.admitted, seconds_per_hour));
  };
  for (const ledger_row& row : changes.rows) {
    add_to_hour(format::space::hours, hour_of(row), sums_of(row));
    if (!row.legs.empty()) add_moved(row, false);
  }
  for (const amended_row& each : changes.amended) {
    if (each.was.admitted == each.is.admitted) {
      add_to_hour(format::space::hours, hour_of(each.is),
                  difference(sums_of(each.was), sums_of(each.is)));
    } else {
      add_to_hour(format::space::hours, hour_of(each.was),
                  difference(sums_of(each.was), rollup_sums{}));
      add_to_hour(format::space::hours, hour_of(each.is), sums_of(each.is));
    }
    add_moved(each.was, true);
    add_moved(each.is, false);
  }
  for (const auto& [hour_key, sums] : hours_) {
    value_.clear();
    format::append_sums(value_, sums);
    check(batch_.Merge(in_.state, hour_key, value_));
    key_.clear();
    format::append_day_key_of_hour(key_, hour_key);
    check(batch_.Merge(in_.state, key_, value_));
  }
}

void group_batch::add_moved(const ledger_row& row, bool is_taken_back) {
  rollup_key hour = rollup_key_of(row, period_start(row.admitted, seconds_per_hour));
  for (const moved_sums& each : moved_legs(row)) {
    hour.model = each.model;
    hour.provider = each.provider;
    add_to_hour(format::space::moved_hours, hour,
                is_taken_back ? difference(each.sums, rollup_sums{}) : each.sums);
  }
}

void group_batch::add_to_hour(format::space of, const rollup_key& hour, const rollup_sums& sums) {
  key_.clear();
  format::append_rollup_key(key_, of, hour);
  const auto found = hours_.find(std::string_view(key_));
  if (found != hours_.end()) {
    found->second += sums;
  } else {
    hours_.emplace(key_, sums);
  }
}

void group_batch::put_mark(const format::group_mark& mark) {
  value_.clear();
  format::append_group(value_, mark);
  const auto slice = [](std::string_view text) { return rocksdb::Slice(text.data(), text.size()); };
  check(batch_.Put(in_.state, slice(format::group_key), value_));
  check(batch_.Put(in_.rows, slice(format::rows_group_key), value_));
}

void group_batch::check(const rocksdb::Status& added) const {
  // Adding to a batch in memory fails only for a size limit, which is not set.
  invariant(added.ok(), "a record could not be added to a batch");
}

}  // namespace stint
