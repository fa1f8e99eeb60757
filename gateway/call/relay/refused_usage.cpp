// Tested by tests/gateway/call/relay/refused_usage_test.cpp and tests/end_to_end/stream_usage_test.py.
#include "gateway/call/relay/refused_usage.hpp"

#include "gateway/dialect/parts/document.hpp"

namespace stint {

bool refused_to_tell_usage(const examined_call& call, const relayed& answer) {
  if (!call.asks_for_usage) return false;
  const auto* whole = std::get_if<whole_answer>(&answer.unsent);
  if (whole == nullptr || (whole->status != 400 && whole->status != 422)) return false;
  return contains(whole->body, "stream_options") || contains(whole->body, "include_usage");
}

void ask_for_no_usage(const dialect& speaks, std::string_view body, examined_call& call) {
  call.asks_for_usage = false;
  call.edited_body.reset();
  if (call.output_limit_tokens > 0)
    call.edited_body = speaks.lower_output_bound(body, call.model, call.output_limit_tokens);
}

}  // namespace stint
