// Every cap that was ever configured, by identity: the number of its counters on disk, and since
// when they are whole. Read at start; then every list of caps, at start and at each change of the
// configuration, is entered here. Owned by the ledger's writer, on its thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "budgets/books/cap_history.hpp"
#include "budgets/state/ledger/ledger.hpp"
#include "budgets/store/ledger_store.hpp"

namespace stint {

// How long counters of a cap stay on disk after the start of their window; nothing: for ever.
[[nodiscard]] std::optional<std::chrono::hours> kept_after_start(
    const ledger_format::cap_value& of) noexcept;

// A cap that was ever configured and whose counters come and go.
struct registered_cap {
  std::uint32_t number = 0;
  std::chrono::hours counters_kept{};  // after the start of their window
};

class cap_register {
 public:
  // Throws std::runtime_error when a record cannot be read.
  explicit cap_register(const ledger_store::moment& at);

  // What became of a list that was entered.
  struct entered {
    std::vector<numbered_cap> caps;
    // Of those, the new ones and those that were away: their windows began without them, so their
    // counters are rebuilt from the ledger's history. Until rebuilt() says that it is done, they
    // are marked on disk, and a restart in between begins anew.
    std::vector<unread_cap> unread;
  };
  // A cap that keeps the tenants' own time and has other tenants than before is rebuilt like a new
  // one. Any other that stays keeps its counters, also when it selects other calls than before; but
  // those of the windows that are open then are no longer the sum of any set of rows.
  [[nodiscard]] entered enter(const std::vector<cap>& list, wall_time last_seen);
  void rebuilt(const std::vector<cap_history>& histories, wall_time last_seen);

  [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }  // of the last list
  // All of it, to be written in the batch in which it takes effect.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> puts() const;
  [[nodiscard]] std::vector<registered_cap> registered() const;
  // Whether the counter of the cap that starts then has in it what was recorded under this list and
  // the cap selects. Not where the cap was away then, or selected other calls.
  [[nodiscard]] bool counted(std::uint32_t number, std::uint32_t epoch,
                             wall_time start) const noexcept;

 private:
  std::map<std::string, ledger_format::cap_value> caps_;
  std::uint32_t next_number_ = 1;
  std::uint32_t epoch_ = 0;
};

}  // namespace stint
