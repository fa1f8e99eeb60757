// Reading the store. Tested by tests/budgets/store/ledger_store_test.cpp.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "budgets/store/open_database.hpp"

namespace stint {

namespace {

constexpr std::size_t looked_every = 256;

void require(const rocksdb::Status& status) {
  if (!status.ok()) {
    throw std::runtime_error("the ledger cannot be read (" + status.ToString() + ")");
  }
}

}  // namespace

struct ledger_store::moment::state {
  const database& of;
  std::shared_lock<shared_use> open;
  const rocksdb::Snapshot* snapshot = nullptr;

  explicit state(const database& from) : of(from), open(from.in_use) {
    if (of.open.db == nullptr) {
      throw std::runtime_error("the ledger cannot be read: its storage failed");
    }
    snapshot = of.open.db->GetSnapshot();
  }
  ~state() { of.open.db->ReleaseSnapshot(snapshot); }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  [[nodiscard]] rocksdb::ReadOptions options() const {
    rocksdb::ReadOptions result;
    result.snapshot = snapshot;
    return result;
  }
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(const rocksdb::ReadOptions& options,
                                                           family in) const {
    return std::unique_ptr<rocksdb::Iterator>(of.open.db->NewIterator(options, of.open.family(in)));
  }
  // However long the reader is, and whatever it reads: the ledger can record nothing until it ends.
  void give_way(std::size_t seen) const {
    if (seen % looked_every != 0 || !of.wanted.load(std::memory_order_relaxed)) return;
    throw std::runtime_error("the ledger cannot be read: its storage failed meanwhile");
  }
  [[nodiscard]] std::optional<std::string> get(family in, std::string_view key) const {
    std::string value;
    const auto status = of.open.db->Get(options(), of.open.family(in), as_slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    require(status);
    return value;
  }
};

ledger_store::moment::moment(const ledger_store& of)
    : state_(std::make_unique<state>(*of.database_)) {}
ledger_store::moment::~moment() = default;

bool ledger_store::moment::wanted() const noexcept {
  return state_->of.wanted.load(std::memory_order_relaxed);
}

std::optional<std::string> ledger_store::moment::get(std::string_view key) const {
  return state_->get(family::state, key);
}

std::optional<std::string> ledger_store::moment::row(const call_id& id) const {
  std::string key;
  ledger_format::append_row_key(key, id);
  return state_->get(family::rows, key);
}

std::uint64_t ledger_store::moment::rows_estimated() const {
  std::uint64_t count = 0;
  (void)state_->of.open.db->GetIntProperty(state_->of.open.family(family::rows),
                                           rocksdb::DB::Properties::kEstimateNumKeys, &count);
  return count;
}

void ledger_store::moment::scan(family in, std::string_view from, std::string_view until,
                                const pair_visitor& visit) const {
  const rocksdb::Slice end = as_slice(until);
  auto options = state_->options();
  options.iterate_upper_bound = &end;
  const auto at = state_->iterate(options, in);
  std::size_t seen = 0;
  for (at->Seek(as_slice(from)); at->Valid(); at->Next()) {
    state_->give_way(++seen);
    if (!visit(as_view(at->key()), as_view(at->value()))) break;
  }
  require(at->status());
}

void ledger_store::moment::scan_down(family in, std::string_view from, std::string_view until,
                                     const pair_visitor& visit) const {
  const rocksdb::Slice begin = as_slice(from);
  const rocksdb::Slice end = as_slice(until);
  auto options = state_->options();
  options.iterate_lower_bound = &begin;
  options.iterate_upper_bound = &end;
  const auto at = state_->iterate(options, in);
  std::size_t seen = 0;
  for (at->SeekToLast(); at->Valid(); at->Prev()) {
    state_->give_way(++seen);
    if (!visit(as_view(at->key()), as_view(at->value()))) break;
  }
  require(at->status());
}

}  // namespace stint
