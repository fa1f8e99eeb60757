// Tested by tests/budgets/state/adjust_test.cpp.
#include "budgets/records/adjustment.hpp"

namespace stint {

std::string_view to_string(adjustment_kind kind) noexcept {
  switch (kind) {
    case adjustment_kind::raise:
      return "raise";
    case adjustment_kind::reset:
      return "reset";
    case adjustment_kind::correction:
      return "correction";
  }
  return "unknown";
}

}  // namespace stint
