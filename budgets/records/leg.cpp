// Tested by tests/budgets/records/row_test.cpp.
#include "budgets/records/leg.hpp"

namespace stint {

std::string_view to_string(leg_reason why) noexcept {
  switch (why) {
    case leg_reason::answer:
      return "answer";
    case leg_reason::attempt:
      return "attempt";
    case leg_reason::fallback:
      return "fallback";
    case leg_reason::advisor:
      return "advisor";
    case leg_reason::compaction:
      return "compaction";
    case leg_reason::correction:
      return "correction";
  }
  return "unknown";
}

}  // namespace stint
