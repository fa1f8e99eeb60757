// A call that was settled and is told differently afterwards: what was charged for an end that
// nobody saw is released, or the provider's own figures come later and correct it. The difference is
// a leg of the row; what was and who changed it is an audit record. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "budgets/records/audit.hpp"
#include "budgets/records/call_id.hpp"
#include "budgets/records/row.hpp"
#include "pricing/money.hpp"
#include "pricing/usage.hpp"

namespace stint {

struct amendment_order {
  call_id id;
  // What the provider billed in truth; nothing: it billed nothing, and an unknown end is released.
  struct figures {
    usage used;
    nanodollars cost;
    std::string price_version;
  };
  std::optional<figures> correct;
  // The row from which these figures were worked out. They are not put in the place of others that came
  // meanwhile.
  struct charge {
    usage used;
    nanodollars cost;
    std::uint32_t flags = 0;
  };
  std::optional<charge> seen;
  signature by;
  wall_time at{};
};

enum class amendment_refusal : std::uint8_t {
  no_such_call,     // none is recorded under the id
  still_running,    // it is settled when it ends
  not_unknown,      // only what nobody saw can be released
  changes_nothing,  // these are the figures that it has
  implausible,      // figures that no call can have
  told_meanwhile,   // somebody else told other figures than those that were seen
  rebuilding,       // the history of a cap is being read; a moment later it works
  storage_unavailable
};

struct amended_row {
  ledger_row was;
  ledger_row is;
  std::uint32_t epoch = 0;  // of both
};

// Either what was changed or why nothing was.
struct amended {
  std::optional<amendment_refusal> refused;
  amended_row row;
};

// What the call used, as far as it is known: also where it was released since, and costs nothing.
[[nodiscard]] usage known_usage(const ledger_row& row) noexcept;

// The row as the order makes it, or why it cannot be.
[[nodiscard]] std::optional<amendment_refusal> amend(const amendment_order& order, ledger_row& row);

}  // namespace stint
