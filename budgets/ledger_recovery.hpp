// From the store to a ledger ready for its first call: the register of caps, the counters of open
// windows, and the pending holds; never a row. Runs once, at start, before the ledger thread.
// Throws std::runtime_error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "budgets/ledger.hpp"
#include "budgets/ledger_store.hpp"

namespace stint {

// How long counters of a cap stay on disk after the start of their window; nothing: for ever.
[[nodiscard]] std::optional<std::chrono::hours> kept_after_start(
    const ledger_format::cap_value& of) noexcept;

// A cap that was ever configured and whose counters come and go.
struct registered_cap {
  std::uint32_t number = 0;
  std::chrono::hours counters_kept{};  // after the start of their window
};

class ledger_recovery {
 public:
  // Reads and updates the register; the ledger then has its open counters.
  ledger_recovery(ledger_store& store, const std::vector<cap>& caps);

  // Puts the next pending holds of the log into the ledger, at most `count`, and returns their ids
  // in order; none: that was all. Each must be settled and written before the next call.
  [[nodiscard]] std::vector<call_id> restore_holds(ledger& into, std::size_t count);

  // Once; the counters of open windows are in it.
  [[nodiscard]] std::unique_ptr<ledger> take_ledger() { return std::move(ledger_); }
  [[nodiscard]] const std::vector<registered_cap>& registered() const noexcept {
    return registered_;
  }

 private:
  struct registry;

  void load_open_counters();
  [[nodiscard]] std::vector<ledger::stored_touch> restore_counters(
      ledger& into, const std::vector<ledger_format::hold_touch>& touches);

  ledger_store& store_;
  std::unique_ptr<ledger> ledger_;
  std::vector<registered_cap> registered_;
  std::optional<call_id> last_restored_;
};

}  // namespace stint
