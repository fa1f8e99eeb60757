// Tested by tests/budgets/store/ledger_store_test.cpp.
#include "budgets/store/rollup_merge.hpp"

#include "budgets/store/format.hpp"

namespace stint {

bool rollup_merge::Merge(const rocksdb::Slice& /*key*/, const rocksdb::Slice* existing,
                         const rocksdb::Slice& operand, std::string* result,
                         rocksdb::Logger* /*logger*/) const {
  auto sum = ledger_format::read_sums({operand.data(), operand.size()});
  if (!sum) return false;
  if (existing != nullptr) {
    const auto before = ledger_format::read_sums({existing->data(), existing->size()});
    if (!before) return false;
    *sum += *before;
  }
  result->clear();
  ledger_format::append_sums(*result, *sum);
  return true;
}

}  // namespace stint
