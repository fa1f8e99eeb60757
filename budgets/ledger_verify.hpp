// Proves the books: Σ rows = Σ hour roll-ups = Σ day roll-ups, and every counter of a `forever` cap
// = Σ of the rows it counted. Reads one moment of the store, on the caller's thread, and all of its
// rows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "budgets/cap.hpp"
#include "budgets/ledger_store.hpp"

namespace stint {

// What does not agree, one sentence each; nothing when the books are right. Rows past their
// retention are proved through roll-ups only; a counter, only while every row since its cap first
// appeared is there and the cap kept its match throughout.
[[nodiscard]] std::vector<std::string> verify_books(const ledger_store::moment& at,
                                                    std::span<const cap> caps);

}  // namespace stint
