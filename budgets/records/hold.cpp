// Tested by tests/budgets/records/hold_test.cpp.
#include "budgets/records/hold.hpp"

#include <algorithm>

namespace stint {

std::string_view to_string(refusal_reason reason) noexcept {
  switch (reason) {
    case refusal_reason::budget_exceeded:
      return "budget_exceeded";
    case refusal_reason::budget_busy:
      return "budget_busy";
    case refusal_reason::request_too_large:
      return "request_too_large";
    case refusal_reason::storage_unavailable:
      return "storage_unavailable";
  }
  __builtin_unreachable();
}

amounts with_output(const hold_request& request, std::int64_t output_tokens) noexcept {
  amounts result = request.worst;
  if (!request.elastic) return result;
  result.output_tokens = output_tokens + request.side_output_tokens;
  if (output_tokens != request.worst.output_tokens)
    result.cost = request.elastic->cost.at(output_tokens);
  return result;
}

std::int64_t wanted_output(const hold_request& request, std::int64_t bound) noexcept {
  if (!request.elastic || request.elastic->first_tokens >= bound) return bound;
  const std::int64_t ample = request.elastic->ample_tokens;
  return ample <= 0 ? bound : std::min(bound, std::max(ample, request.elastic->first_tokens));
}

}  // namespace stint
