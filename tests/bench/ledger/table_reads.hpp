// Which parts of which table files RocksDB reads: proof of what a start does not read. The reads of
// all threads are seen, through a RocksDB environment.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <rocksdb/env.h>

namespace stint::bench {

class table_reads {
 public:
  table_reads();
  ~table_reads();
  table_reads(const table_reads&) = delete;
  table_reads& operator=(const table_reads&) = delete;

  [[nodiscard]] rocksdb::Env* environment() const noexcept { return environment_.get(); }
  void stop();  // what is read from now on is not of interest

  // Of the tables of one column family. A table begins with its data blocks, where the records are;
  // index, filter and properties follow. A read of a table that is gone by now counts as one of
  // data. The store is closed by now.
  struct amounts_read {
    std::uint64_t data_reads = 0;
    std::uint64_t data_bytes = 0;
    std::uint64_t other_bytes = 0;
    std::uint64_t data_bytes_there = 0;  // in all tables of the family
  };
  [[nodiscard]] amounts_read of_family(const std::string& directory,
                                       const std::string& family) const;

 private:
  struct journal;
  std::shared_ptr<journal> journal_;
  std::unique_ptr<rocksdb::Env> environment_;
};

// Opens the store for as long as RocksDB has tables to compact, and closes it again.
void settle_tables(const std::string& directory);

}  // namespace stint::bench
