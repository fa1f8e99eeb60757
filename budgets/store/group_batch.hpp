// Turns what a group of operations changed into one RocksDB batch. Owned by the store, which reuses
// it for every group; writer thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "budgets/store/ledger_store.hpp"

namespace stint {

class group_batch {
 public:
  // The handles are those of the open store; the batch lives until the next call.
  struct families {
    rocksdb::ColumnFamilyHandle* state = nullptr;
    rocksdb::ColumnFamilyHandle* rows = nullptr;
  };
  [[nodiscard]] rocksdb::WriteBatch& build(const families& in, const ledger_store::group& what,
                                           const ledger_format::group_mark& mark);

 private:
  struct text_hash {
    using is_transparent = void;
    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  void put_holds(const ledger_changes& changes);
  void put_counters(const ledger_changes& changes);
  void put_counter(const counter& of, wall_time start, std::int64_t posted);
  void put_rows(const ledger_changes& changes);
  void put_row(const ledger_row& row, std::uint32_t epoch);
  void add_to_hour(ledger_format::space of, const rollup_key& hour, const rollup_sums& sums);
  void add_moved(const ledger_row& row, bool is_taken_back);
  void merge_rollups(const ledger_changes& changes);
  void put_mark(const ledger_format::group_mark& mark);
  void check(const rocksdb::Status& added) const;

  families in_;
  rocksdb::WriteBatch batch_;
  std::string key_;
  std::string value_;
  ledger_format::counter_value counter_;
  boost::unordered_flat_map<std::string, rollup_sums, text_hash, std::equal_to<>> hours_;
};

}  // namespace stint
