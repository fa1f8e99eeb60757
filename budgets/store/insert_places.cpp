// Tested by tests/budgets/store/insert_places_test.cpp.
#include "budgets/store/insert_places.hpp"

#include <chrono>
#include <cstddef>

#include "budgets/store/format.hpp"

namespace stint::rocksdb_options {
namespace {

using ledger_format::space;

constexpr std::size_t space_bytes = 1;
constexpr std::size_t number_bytes = 4;  // of a cap
constexpr std::size_t time_bytes = 8;
constexpr std::size_t mark_bytes = 6;

// In 7.8.3 a deleted range is kept in a list of its own and shares the places of this one: a key would be
// lost behind it (facebook/rocksdb#5118). So the keys at which ledger_store::prune() begins must not have
// a place: all of the counters whose window begins with the first microsecond, and rows of the year 1970.
bool begins_deleted_counters(const rocksdb::Slice& key) {
  const auto start = ledger_format::read_counter_start({key.data(), key.size()});
  return !start || *start == wall_time{std::chrono::microseconds{1}};
}

class state_places final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "stint.state_places"; }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override {
    const std::size_t bytes = prefix_bytes(key);
    if (bytes == 0 || key.size() < bytes) return false;
    return key[0] != static_cast<char>(space::counters) || !begins_deleted_counters(key);
  }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), prefix_bytes(key)};
  }

 private:
  // 0: such a key is rare.
  static std::size_t prefix_bytes(const rocksdb::Slice& key) {
    if (key.empty()) return 0;
    switch (static_cast<space>(key[0])) {
      case space::counters:
        return space_bytes + number_bytes + time_bytes;
      case space::days:
      case space::hours:
        return space_bytes + time_bytes;
      case space::holds:
        return space_bytes;
      case space::meta:
        return mark_bytes;
      default:
        return 0;
    }
  }
};

class row_places final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "stint.row_places"; }
  [[nodiscard]] bool InDomain(const rocksdb::Slice& key) const override {
    return !key.empty() && key[0] != '\0';
  }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), 1};
  }
};

}  // namespace

std::shared_ptr<const rocksdb::SliceTransform> places_in_state() {
  static const auto places = std::make_shared<const state_places>();
  return places;
}

std::shared_ptr<const rocksdb::SliceTransform> places_in_rows() {
  static const auto places = std::make_shared<const row_places>();
  return places;
}

}  // namespace stint::rocksdb_options
