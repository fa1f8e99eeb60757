// Tested by tests/budgets/store/upgrade_test.cpp.
#include "budgets/store/upgrade.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "budgets/store/format.hpp"
#include "budgets/store/rollup.hpp"

namespace stint {

namespace format = ledger_format;

namespace {

constexpr std::uint64_t rows_until_told = 1'000'000;
constexpr std::size_t batch_bytes_max = std::size_t{1} << 20;

using sums_by_key = std::map<std::string, rollup_sums, std::less<>>;

// Writes whenever there is enough of it. Not synced: what is synced afterwards comes behind it on the log.
class upgrade_batch {
 public:
  explicit upgrade_batch(const open_database& in)
      : in_(in), family_(in.family(ledger_store::family::state)) {}

  [[nodiscard]] rocksdb::Status put(std::string_view key, std::string_view value) {
    const auto added = batch_.Put(family_, as_slice(key), as_slice(value));
    return added.ok() ? write_beyond(batch_bytes_max) : added;
  }
  [[nodiscard]] rocksdb::Status remove(std::string_view key) {
    const auto added = batch_.Delete(family_, as_slice(key));
    return added.ok() ? write_beyond(batch_bytes_max) : added;
  }
  [[nodiscard]] rocksdb::Status write_beyond(std::size_t bytes) {
    if (batch_.GetDataSize() <= bytes) return rocksdb::Status::OK();
    const auto written = in_.db->Write(rocksdb::WriteOptions(), &batch_);
    batch_.Clear();
    return written;
  }

 private:
  const open_database& in_;
  rocksdb::ColumnFamilyHandle* family_;
  rocksdb::WriteBatch batch_;
};

void add_moved_of(const ledger_row& row, sums_by_key& hours) {
  rollup_key of = rollup_key_of(row, period_start(row.admitted, seconds_per_hour));
  for (const moved_sums& each : moved_legs(row)) {
    of.model = each.model;
    of.provider = each.provider;
    std::string key;
    format::append_rollup_key(key, format::space::moved_hours, of);
    hours[key] += each.sums;
  }
}

// A row that cannot be read is for the proof of the books to find.
rocksdb::Status read_moved(const open_database& in,
                           const std::function<void(std::uint64_t rows)>& tell,
                           sums_by_key& hours) {
  rocksdb::ReadOptions once;
  once.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(
      in.db->NewIterator(once, in.family(ledger_store::family::rows)));
  std::uint64_t rows = 0;
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    const auto id = format::read_row_key(as_view(at->key()));
    const auto found = id ? format::read_row(*id, as_view(at->value())) : std::nullopt;
    if (found && !found->row.legs.empty()) add_moved_of(found->row, hours);
    if (++rows % rows_until_told == 0 && tell) tell(rows);
  }
  return at->status();
}

rocksdb::Status remove_all(const open_database& in, format::space of, upgrade_batch& batch) {
  const std::string end = format::space_end(of);
  const std::unique_ptr<rocksdb::Iterator> at(
      in.db->NewIterator(rocksdb::ReadOptions(), in.family(ledger_store::family::state)));
  for (at->Seek(format::space_begin(of)); at->Valid() && as_view(at->key()) < end; at->Next()) {
    if (auto status = batch.remove(as_view(at->key())); !status.ok()) return status;
  }
  return at->status();
}

rocksdb::Status put_all(const sums_by_key& sums, upgrade_batch& batch) {
  std::string value;
  for (const auto& [key, each] : sums) {
    value.clear();
    format::append_sums(value, each);
    if (auto status = batch.put(key, value); !status.ok()) return status;
  }
  return rocksdb::Status::OK();
}

}  // namespace

rocksdb::Status build_moved_sums(const open_database& in,
                                 const std::function<void(std::uint64_t rows)>& tell) {
  sums_by_key hours;
  if (auto status = read_moved(in, tell, hours); !status.ok()) return status;
  sums_by_key days;
  for (const auto& [key, sums] : hours) {
    std::string day;
    format::append_day_key_of_hour(day, key);
    days[day] += sums;
  }
  upgrade_batch batch(in);
  for (const auto of : {format::space::moved_hours, format::space::moved_days}) {
    if (auto status = remove_all(in, of, batch); !status.ok()) return status;
  }
  for (const sums_by_key* each : {&hours, &days}) {
    if (auto status = put_all(*each, batch); !status.ok()) return status;
  }
  return batch.write_beyond(0);
}

}  // namespace stint
