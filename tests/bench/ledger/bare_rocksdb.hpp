// What RocksDB alone takes for the bytes that a ledger wrote: the batches are read back from the
// write-ahead log, whose files are kept when RocksDB is done with them, and written again, one by
// one, into a database with the ledger's options and nothing around it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

namespace stint::bench {

// A RocksDB environment that moves log files into a directory instead of deleting them.
class log_keeper {
 public:
  explicit log_keeper(std::string kept_in);
  [[nodiscard]] rocksdb::Env* environment() const noexcept { return environment_.get(); }
  // Every batch that was written, in order; `of` is the ledger's directory, closed by now.
  [[nodiscard]] std::vector<rocksdb::WriteBatch> batches(const std::string& of) const;

 private:
  std::string kept_in_;
  std::unique_ptr<rocksdb::Env> environment_;
};

// A database with the options and column families of the ledger's.
class bare_database {
 public:
  bare_database(const std::string& directory, rocksdb::Env* environment);
  ~bare_database();
  bare_database(const bare_database&) = delete;
  bare_database& operator=(const bare_database&) = delete;

  void write(rocksdb::WriteBatch& batch, bool sync);

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace stint::bench
