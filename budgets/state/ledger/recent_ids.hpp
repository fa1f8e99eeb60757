// Remembers calls that were resolved lately, in a fixed amount of memory: a table in which a newer
// id replaces the one in its place. So "yes" is certain and "no" is not; what is older is found on
// disk. Owned by the ledger.
#pragma once

#include <cstddef>
#include <vector>

#include "budgets/records/call_id.hpp"

namespace stint {

class recent_ids {
 public:
  // 16,384 ids (256 KiB) are more than two seconds of the highest measured rate.
  recent_ids() : slots_(std::size_t{1} << 14) {}

  void insert(const call_id& id) noexcept { slots_[slot(id)] = id; }
  [[nodiscard]] bool contains(const call_id& id) const noexcept {
    return slots_[slot(id)] == id && id != call_id{};
  }

 private:
  [[nodiscard]] std::size_t slot(const call_id& id) const noexcept {
    return call_id_hash{}(id) & (slots_.size() - 1);
  }

  std::vector<call_id> slots_;
};

}  // namespace stint
