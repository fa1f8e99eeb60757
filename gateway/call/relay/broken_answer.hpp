// An answer that broke off in its middle: what its client is told, and its place in the metrics.
#pragma once

#include "gateway/call/relay/answer_source.hpp"
#include "gateway/metrics/metrics.hpp"
#include "gateway/problem.hpp"

namespace stint {

// `how` is broken or timed_out.
[[nodiscard]] problem broken_answer(const provider_config& provider, body_progress how);
void count_break(metrics& counts, const provider_config& provider, body_progress how);

}  // namespace stint
