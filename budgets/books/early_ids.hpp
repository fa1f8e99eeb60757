// Rows lie in the order of their ids, which clients know and which are therefore never changed. A clock that ran ahead has
// made ids that lie far behind those of their time: where, is noted with the first of them, so that the proof of the
// books, which goes through the rows in order, can read them first. Plain values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "budgets/store/ledger_store.hpp"

namespace stint {

// Between when a call arrives, by which its row is kept, and when it is admitted, by which it is summed: more than any
// call takes.
inline constexpr std::chrono::hours arrival_slack{24};

class early_ids {
 public:
  early_ids() = default;
  // As noted. Throws std::runtime_error where that is damaged.
  explicit early_ids(const ledger_store::moment& at);

  [[nodiscard]] static bool is_early(const call_id& id, wall_time admitted) noexcept {
    return time_of(id) > admitted + arrival_slack;
  }
  void include(const call_id& id) noexcept;
  // When the ids were made, both ends included; nothing: there are none.
  struct span {
    wall_time from{};
    wall_time until{};
  };
  [[nodiscard]] const std::optional<span>& noted() const noexcept { return span_; }
  // To be written in the batch of the row.
  void append_puts(std::vector<std::pair<std::string, std::string>>& to) const;

 private:
  std::optional<span> span_;
};

}  // namespace stint
