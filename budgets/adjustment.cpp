// Tested by tests/budgets/ledger_adjust_test.cpp.
#include "budgets/adjustment.hpp"

namespace stint {

std::string_view to_string(adjustment_kind kind) noexcept {
  return kind == adjustment_kind::raise ? "raise" : "reset";
}

}  // namespace stint
