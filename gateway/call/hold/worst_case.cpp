// Tested by tests/gateway/call/hold/worst_case_test.cpp.
#include "gateway/call/hold/worst_case.hpp"

#include <algorithm>
#include <chrono>

#include "gateway/call/hold/bill.hpp"
#include "gateway/call/hold/stream_steps.hpp"
#include "pricing/cost.hpp"

namespace stint {

namespace {
// Far above any prompt, and far from the end of the numbers when many are added up.
constexpr std::int64_t tokens_held_max = 8 * usage_count_max;

call_bound bound_of(const examined_call& call) {
  call_bound bound;
  bound.prompt_tokens = call.prompt.upper_bound;
  bound.audio_input_tokens = call.prompt.audio_tokens;
  bound.output_tokens = call.output_bound_tokens;
  bound.output_may_be_audio = call.request.output_may_be_audio;
  bound.cache_write_5m = call.request.cache_write_5m;
  // Rates of longer lives are looked at together.
  bound.cache_write_1h = call.request.cache_write_1h || call.request.cache_write_12h;
  bound.web_searches = call.request.web_searches_max;
  return bound;
}

// What is done beside the answer is the same however long that is.
void hold_beside(hold_request& worst, const examined_call& call) {
  const side_bound beside = bound_beside(call);
  worst.worst.input_tokens =
      std::min(worst.worst.input_tokens + beside.input_tokens, tokens_held_max);
  worst.side_output_tokens = beside.output_tokens;
  worst.elastic->cost.add_fixed(beside.cost);
}

// An answer four times as long as what is held at first is rare: of outputs spread like a
// log-normal around a third of it, one in two hundred.
constexpr std::int64_t ample_times_first = 4;

// What is held of the output at first, and how far its bound may be lowered.
elastic_output elastic_of(const admission_config& how, const examined_call& call) {
  const std::int64_t bound = call.output_bound_tokens;
  const std::int64_t choices = call.request.choices;
  const output_prediction& expected = call.expected;
  elastic_output elastic;
  // Thinking must fit below the bound, or the provider refuses the call.
  elastic.least_tokens =
      std::min((call.request.thinking_tokens + how.output_min_tokens) * choices, bound);
  elastic.first_tokens = bound;
  if (!how.learned_holds) return elastic;
  // Too little is known of a new kind of call to say what it hardly ever passes. Its whole bound,
  // which may be all that a model can generate, would be more than many a budget.
  const std::int64_t ample =
      expected.ample_tokens > 0
          ? expected.ample_tokens
          : ample_times_first * std::max(expected.tokens, how.first_output_tokens);
  elastic.ample_tokens = std::min(followed_hold(how, expected, ample, choices), bound);
  // Only a stream can be followed, and only where it shows what is generated and can be stopped; and
  // not before it is known how much of one comes at once, or the first would be past their holds
  // with a single write.
  const bool stops = call.provider->on_hang_up == hang_up_policy::stops;
  const bool shows = !call.request.hides_output && !expected.hides_output;
  if (call.request.stream && stops && shows && expected.burst_tokens > 0) {
    elastic.first_tokens = std::min(followed_hold(how, expected, expected.tokens, choices), bound);
  }
  return elastic;
}
}  // namespace

side_bound bound_beside(const examined_call& call, std::int64_t times_max) {
  __extension__ using wide = __int128;
  wide input = 0;
  wide output = 0;
  wide cost = 0;
  for (const priced_side_work& each : call.beside) {
    const side_work& what = each.what;
    if (call.prompt.upper_bound < what.from_prompt_tokens) continue;
    const wide times = std::min(what.times, times_max);
    call_bound work = bound_of(call);
    work.web_searches = 0;
    work.output_may_be_audio = false;
    const std::int64_t prompt = call.prompt.upper_bound;
    work.prompt_tokens =
        std::max(prompt / what.prompt_parts, std::min(prompt, what.prompt_tokens_min)) +
        what.added_tokens;
    work.output_tokens = what.output_tokens;
    input += times * work.prompt_tokens;
    output += times * work.output_tokens;
    const price* rates = each.rates != nullptr ? each.rates : call.rates;
    if (rates != nullptr) cost += times * worst_case(*rates, work, call.request.tier).count();
    if (!what.answers_anew) continue;
    work.prompt_tokens += what.output_tokens;
    work.output_tokens = 0;
    input += times * work.prompt_tokens;
    if (call.rates != nullptr)
      cost += times * worst_case(*call.rates, work, call.request.tier).count();
  }
  constexpr wide cost_max = 1'000'000'000 * wide{nanodollars::per_dollar};
  side_bound most;
  most.input_tokens = static_cast<std::int64_t>(std::min<wide>(input, tokens_held_max));
  most.output_tokens = static_cast<std::int64_t>(std::min<wide>(output, tokens_held_max));
  most.cost = nanodollars{static_cast<std::int64_t>(std::min(cost, cost_max))};
  return most;
}

usage known_prompt(const tokenizer::prompt_tokens& prompt) noexcept {
  usage known;
  known.audio_input_tokens = std::min(prompt.expected, prompt.audio_tokens);
  known.input_tokens = prompt.expected - known.audio_input_tokens;
  return known;
}

std::int64_t tokens_ahead(const admission_config& how, const output_prediction& expected,
                          std::int64_t choices) noexcept {
  return std::max(how.stream_margin_tokens,
                  stream_steps::wanted_bursts * expected.burst_tokens * choices);
}

std::int64_t followed_hold(const admission_config& how, const output_prediction& expected,
                           std::int64_t tokens, std::int64_t choices) noexcept {
  const std::int64_t with_margin = tokens * choices + tokens_ahead(how, expected, choices);
  // And half a step, of what is then held.
  return with_margin + std::max(stream_steps::usual_tokens_min / 2,
                                with_margin / (2 * stream_steps::share - 1) + 1);
}

hold_request worst_case_hold(const hold_terms& terms, const purpose& what_for,
                             const examined_call& call) {
  hold_request worst;
  worst.id = terms.id;
  worst.admitted = terms.admitted;
  worst.charged = what_for.charged;
  worst.tags = what_for.tags;
  worst.streaming = call.request.stream;
  worst.worst.output_tokens = call.output_bound_tokens;
  worst.elastic = elastic_of(terms.how, call);
  worst.patience = std::chrono::milliseconds(terms.how.wait_ms);
  worst.price_version = terms.price_version;
  if (call.unpriced || call.others_unpriced) worst.flags |= row_flag::unpriced;
  bound_prompt(worst, call);
  return worst;
}

void bound_prompt(hold_request& worst, const examined_call& call) {
  worst.worst.input_tokens = call.prompt.upper_bound;
  worst.known = known_prompt(call.prompt);
  worst.side_output_tokens = 0;
  worst.web_searches = call.request.web_searches_max;
  worst.flags &= ~(row_flag::estimated | row_flag::hidden_input);
  if (!call.prompt.exact) worst.flags |= row_flag::estimated;
  if (call.prompt.hidden_input) worst.flags |= row_flag::hidden_input;
  worst.elastic->cost = {};
  if (call.rates == nullptr) {
    // What works beside it may have a price.
    if (!call.beside.empty()) hold_beside(worst, call);
    worst.worst.cost = worst.elastic->cost.at(worst.worst.output_tokens);
    return;
  }
  if (call.rates->request_nanodollars > 0) worst.known.requests = 1;
  worst.elastic->cost = cost_of_output(*call.rates, bound_of(call), call.request.tier);
  for (const price* other : call.other_rates)
    worst.elastic->cost.or_dearer(cost_of_output(*other, bound_of(call), call.request.tier));
  if (!call.beside.empty()) hold_beside(worst, call);
  worst.worst.cost = worst.elastic->cost.at(worst.worst.output_tokens);
  worst.known_cost = cost_so_far(&call, worst.known, worst.admitted);
}

hold_request free_hold(const hold_terms& terms, const purpose& what_for, const free_call& call) {
  hold_request one;
  one.id = terms.id;
  one.admitted = terms.admitted;
  one.charged = what_for.charged;
  one.charged.model = call.base_model;
  one.charged.provider = call.provider->name;
  one.tags = what_for.tags;
  one.price_version = terms.price_version;
  one.flags = row_flag::free;
  return one;
}

hold_request unmetered_hold(const hold_terms& terms, const purpose& what_for,
                            const passthrough_config& rule) {
  hold_request one;
  one.id = terms.id;
  one.admitted = terms.admitted;
  one.charged = what_for.charged;
  one.charged.model = "unmetered";
  one.charged.provider = rule.provider;
  one.tags = what_for.tags;
  one.price_version = terms.price_version;
  one.flags = row_flag::unmetered;
  return one;
}

}  // namespace stint
