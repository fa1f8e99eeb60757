// The open RocksDB database of a ledger_store. Private to ledger_store.cpp, opening.cpp,
// moment.cpp and backup.cpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <rocksdb/db.h>

#include "budgets/store/acknowledged_mark.hpp"
#include "budgets/store/group_batch.hpp"
#include "budgets/store/ledger_store.hpp"
#include "budgets/store/shared_use.hpp"

namespace stint {

// A database and its column families, which must go first.
struct open_database {
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, 2> families{};  // in the order of ledger_store::family

  open_database() = default;
  open_database(open_database&& other) noexcept
      : db(std::move(other.db)), families(std::exchange(other.families, {})) {}
  open_database& operator=(open_database&& other) noexcept;
  ~open_database() { close(); }
  void close() noexcept;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(ledger_store::family which) const noexcept {
    return families[static_cast<std::size_t>(which)];
  }
};

struct ledger_store::database {
  std::unique_ptr<acknowledged_mark> mark;
  // Shared by every moment; exclusive while the database is closed and opened again. `open` may be
  // closed after that failed.
  mutable shared_use in_use;
  // The writer waits to open the database again: long readers give way.
  std::atomic<bool> wanted{false};
  open_database open;
  group_batch batch;
};

namespace rocksdb_options {

inline constexpr const char* rows_family = "rows";

[[nodiscard]] rocksdb::DBOptions of_database(const store_options& from);
[[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> of_families();

}  // namespace rocksdb_options

[[nodiscard]] inline rocksdb::Slice as_slice(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::string_view as_view(const rocksdb::Slice& slice) noexcept {
  return {slice.data(), slice.size()};
}

}  // namespace stint
