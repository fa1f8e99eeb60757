// From the store to a ledger ready for its first call: the register of caps, the counters of open
// windows, and the pending holds; rows only where a new cap needs them (cap_history.hpp). Runs
// once, at start, before the ledger thread. Throws std::runtime_error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "budgets/books/cap_register.hpp"
#include "budgets/records/audit.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "budgets/store/ledger_store.hpp"

namespace stint {

class ledger_recovery {
 public:
  // By whom the list of caps is given, and when.
  struct opening {
    signature by;
    wall_time now{};
  };
  // Reads and updates the register; the ledger then has its open counters. Caps that say something else than
  // when the ledger was last open are audited.
  ledger_recovery(ledger_store& store, const std::vector<cap>& caps, const opening& how);

  // Puts the next pending holds of the log into the ledger, at most `count`, and returns their ids
  // in order; none: that was all. Each must be settled and written before the next call.
  [[nodiscard]] std::vector<call_id> restore_holds(ledger& into, std::size_t count);

  // Once; the counters of open windows are in it.
  [[nodiscard]] std::unique_ptr<ledger> take_ledger() { return std::move(ledger_); }
  [[nodiscard]] cap_register take_register() { return std::move(register_); }
  // Of the caps that were not there before. They are in the ledger, and not done before the holds
  // are restored and resolved.
  [[nodiscard]] std::vector<cap_history> take_histories() { return std::move(histories_); }
  // The number of the next adjustment.
  [[nodiscard]] std::uint64_t next_adjustment() const noexcept { return next_adjustment_; }
  // And of the next audit record.
  [[nodiscard]] std::uint64_t next_audit() const;

 private:
  void write_register(const std::vector<cap>& caps, const opening& how);
  void audit_caps(const std::vector<cap>& caps, const opening& how,
                  std::vector<std::pair<std::string, std::string>>& puts) const;
  void load_adjustments();
  void load_open_counters();
  void load_histories(const std::vector<unread_cap>& unread);
  [[nodiscard]] std::vector<ledger::stored_touch> restore_counters(
      ledger& into, const std::vector<ledger_format::hold_touch>& touches);

  ledger_store& store_;
  cap_register register_;
  std::unique_ptr<ledger> ledger_;
  std::vector<cap_history> histories_;
  std::uint64_t next_adjustment_ = 1;
  std::optional<call_id> last_restored_;
};

}  // namespace stint
