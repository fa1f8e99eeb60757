// Tested by tests/gateway/call/relay/{stream,whole}_test.cpp.
#include "gateway/call/relay/broken_answer.hpp"

#include <string>

namespace stint {

problem broken_answer(const provider_config& provider, body_progress how) {
  const std::string name = "provider '" + provider.name + "' ";
  if (how == body_progress::too_large) {
    return make_problem(problem_kind::upstream_garbage,
                        name + "sent an answer that is larger than limits.answer_bytes_max");
  }
  return how == body_progress::timed_out
             ? make_problem(problem_kind::upstream_timeout,
                            name + "stopped in the middle of its answer")
             : make_problem(problem_kind::upstream_reset,
                            name + "broke off in the middle of its answer");
}

void count_break(metrics& counts, const provider_config& provider, body_progress how) {
  upstream_fault fault = upstream_fault::reset;
  if (how == body_progress::timed_out) fault = upstream_fault::timeout;
  if (how == body_progress::too_large) fault = upstream_fault::garbage;
  counts.upstream_failed(provider.name, fault);
}

}  // namespace stint
