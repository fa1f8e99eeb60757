// Tested by tests/gateway/call/hold/teach_test.cpp and tests/end_to_end/calibration_test.py.
#include "gateway/call/hold/teach.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>

#include "budgets/records/row.hpp"
#include "tokenizer/models/model_name.hpp"

namespace stint {

bool answered_by(std::string_view asked, std::string_view served) noexcept {
  const std::string_view wanted = tokenizer::bare_model(asked);
  const std::string_view found = tokenizer::bare_model(served);
  if (found.empty() || found == wanted) return true;
  const auto extends = [](std::string_view longer, std::string_view shorter) {
    // "-2026-01-31", "-20260131", "@20260131", "-0613": a date, so that "-mini" and "-8" are other
    // models.
    constexpr std::size_t date_size_min = 5;
    return longer.size() >= shorter.size() + date_size_min && longer.starts_with(shorter) &&
           longer.find_first_not_of("0123456789-@", shorter.size()) == std::string_view::npos;
  };
  return extends(found, wanted) || extends(wanted, found);
}

void teach_from(prompt_teaching to, const examined_call& call, tokenizer::chat_api api,
                const call_end& ended, std::string_view tenant) noexcept {
  if (!ended.report || ended.implausible || ended.outcome != call_outcome::completed) return;
  if (call.uncounted) return;  // answered before it was counted
  const tokenizer::prompt_tokens& prompt = call.prompt;
  if (!prompt.exact && !prompt.features.learnable) return;
  if (!ended.report->tells_input) return;
  const usage& used = ended.report->used;
  // Recordings, what a search found and what other models were asked are more than the prompt that we
  // saw.
  if (used.audio_input_tokens > 0 || used.web_searches > 0 || !ended.report->parts.empty()) return;
  const std::int64_t reported = used.input_total();
  if (reported <= 0 || !answered_by(call.base_model, ended.report->model)) return;
  estimate_outcome compared;
  compared.model = call.base_model;
  compared.provider = call.provider->name;
  compared.basis = prompt.exact     ? estimate_basis::exact
                   : prompt.learned ? estimate_basis::learned
                                    : estimate_basis::fixed;
  compared.expected_tokens = prompt.expected;
  compared.bound_tokens = prompt.upper_bound;
  compared.reported_tokens = reported;
  try {
    to.counts.estimated(compared);
  } catch (const std::bad_alloc&) {
    // A series that there is no memory for: the call itself matters more.
  }
  if (!prompt.features.learnable) return;
  prompt_report report;
  report.model = call.base_model;
  report.api = api;
  report.seen = prompt.features;
  report.reported_tokens = reported;
  report.bound_tokens = prompt.upper_bound;
  report.source = tenant;
  to.learner.teach(report);
}

namespace {

// Of the answer: what others wrote for it comes beside its bound, and is never seen.
std::int64_t answer_tokens(const usage_report& report) noexcept {
  std::int64_t tokens = report.used.output_total();
  for (const usage_part& part : report.parts) {
    if (part.why == leg_reason::advisor || part.why == leg_reason::compaction)
      tokens -= part.used.output_total();
  }
  return tokens;
}

}  // namespace

output_key output_key_of(const attribution& charged) noexcept {
  return {.tenant = charged.tenant, .feature = charged.feature, .model = charged.model};
}

void teach_output(output_learner& to, const examined_call& call, const call_end& ended,
                  const attribution& charged) noexcept {
  if (call.request.output_bound_tokens == 0) return;  // nothing is ever generated
  // What its client left would have been longer, and so would what we cut; but without those, only
  // short answers would be learnt where long ones are cut.
  const bool is_cut = ended.outcome == call_outcome::cut;
  if (!is_cut && (!ended.report || ended.outcome != call_outcome::completed)) return;
  if (ended.implausible) return;
  const std::int64_t choices = call.request.choices;
  const auto of_one = [choices](std::int64_t tokens) { return (tokens + choices - 1) / choices; };
  const std::int64_t tokens =
      ended.report ? answer_tokens(*ended.report) : ended.counted_output_tokens;
  const bool at_lowered_bound = call.output_limit_tokens > 0 && tokens >= call.output_bound_tokens;
  output_observation seen;
  seen.tokens = of_one(tokens);
  // Most of a short answer's time is the prompt's, which says nothing of a pace.
  constexpr std::int64_t paced_tokens_min = 256;
  if (ended.report && tokens >= paced_tokens_min && ended.answered_in.count() > 0) {
    using std::chrono::microseconds;
    const auto took = std::chrono::ceil<microseconds>(ended.answered_in).count();
    seen.tokens_per_second = of_one((tokens * 1'000'000 + took - 1) / took);
  }
  seen.is_least = is_cut || at_lowered_bound;
  if (ended.stream_bytes > 0) {
    seen.burst_tokens =
        of_one((ended.burst_bytes * tokens + ended.stream_bytes - 1) / ended.stream_bytes);
    const bool comparable = ended.report && ended.compared_output_tokens;
    if (comparable) seen.counted_tokens = of_one(*ended.compared_output_tokens);
  }
  to.observe(output_key_of(charged), seen);
}

}  // namespace stint
