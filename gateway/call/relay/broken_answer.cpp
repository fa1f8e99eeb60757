// Tested by tests/gateway/call/relay/{stream,whole}_test.cpp.
#include "gateway/call/relay/broken_answer.hpp"

namespace stint {

problem broken_answer(const provider_config& provider, body_progress how) {
  const std::string name = "provider '" + provider.name + "' ";
  return how == body_progress::timed_out
             ? make_problem(problem_kind::upstream_timeout,
                            name + "stopped in the middle of its answer")
             : make_problem(problem_kind::upstream_reset,
                            name + "broke off in the middle of its answer");
}

void count_break(metrics& counts, const provider_config& provider, body_progress how) {
  counts.upstream_failed(provider.name, how == body_progress::timed_out ? upstream_fault::timeout
                                                                        : upstream_fault::reset);
}

}  // namespace stint
