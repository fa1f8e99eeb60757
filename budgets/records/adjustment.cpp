// Tested by tests/budgets/state/adjust_test.cpp.
#include "budgets/records/adjustment.hpp"

namespace stint {

std::string_view to_string(adjustment_kind kind) noexcept {
  return kind == adjustment_kind::raise ? "raise" : "reset";
}

}  // namespace stint
