// Which keys are written next to each other, for the sorted list that RocksDB keeps in memory: with each
// prefix it remembers where the last key went, and begins to look for the place of the next one there.
// Without, it searches the whole list for every key, which was most of what a hold and its settlement
// cost the ledger's thread (callgrind). Stateless; any thread.
#pragma once

#include <memory>

#include <rocksdb/slice_transform.h>

namespace stint::rocksdb_options {

// Of the state's column family: by window of a cap, by hour and day, by space.
[[nodiscard]] std::shared_ptr<const rocksdb::SliceTransform> places_in_state();
// Of the rows: they come in the order of their ids.
[[nodiscard]] std::shared_ptr<const rocksdb::SliceTransform> places_in_rows();

}  // namespace stint::rocksdb_options
