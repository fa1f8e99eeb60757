// Adds roll-ups inside RocksDB: a settlement writes what it adds and reads nothing back. Addition
// is associative, so RocksDB may combine in any grouping, in memory, at a flush or while reading.
// Thread-safe: no state.
#pragma once

#include <string>

#include <rocksdb/merge_operator.h>

namespace stint {

class rollup_merge final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice& key, const rocksdb::Slice* existing,
             const rocksdb::Slice& operand, std::string* result,
             rocksdb::Logger* logger) const override;
  [[nodiscard]] const char* Name() const override { return "stint.rollup"; }
};

}  // namespace stint
