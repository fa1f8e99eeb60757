// Tested by tests/gateway/call/hold/bill_test.cpp.
#include "gateway/call/hold/bill.hpp"

#include <algorithm>

#include "pricing/cost.hpp"

namespace stint {

namespace {
const price* served_rates(const billed_call& of, const call_end& ended) {
  const examined_call& call = *of.call;
  if (call.unpriced || !ended.report || ended.report->model.empty()) return call.rates;
  const auto found =
      of.prices.find(call.provider->base_model(ended.report->model), of.held.admitted);
  return found ? *found : call.rates;
}
// All of the prompt that is held, the unknown part of it as plain text.
usage at_bound(usage prompt, const hold_request& held) {
  prompt.input_tokens += std::max<std::int64_t>(held.worst.input_tokens - prompt.input_total(), 0);
  return prompt;
}

// Nobody saw the end of it: the most that the provider may bill.
void charge_most(const billed_call& of, const call_end& ended, settlement& what) {
  // A part of a whole answer is counted by its bytes, which says nothing against what was held.
  const std::int64_t most = ended.most_output_tokens
                                ? std::max(ended.counted_output_tokens, *ended.most_output_tokens)
                                : of.held_output_tokens;
  what.source = usage_source::counted;
  what.flags |= row_flag::counted;
  what.used = ended.input_report ? *ended.input_report : at_bound(of.held.known, of.held);
  what.used.output_tokens = most;
  what.used.web_searches = of.call->request.web_searches_max;
  if (of.call->rates == nullptr) return;
  // What kind of input the provider took the prompt for is only known from its report.
  what.cost = ended.input_report ? cost_of(*of.call->rates, what.used, what.tier, of.held.admitted)
                                 : with_output(of.held, what.used.output_tokens).cost;
}
}  // namespace

nanodollars cost_so_far(const examined_call* call, const usage& known,
                        wall_time admitted) noexcept {
  if (call == nullptr || call->rates == nullptr) return {};
  return cost_of(*call->rates, known, call->request.tier, admitted);
}

settlement bill_of(const billed_call& of, const call_end& ended, wall_time now) {
  settlement what;
  what.id = of.held.id;
  what.outcome = ended.outcome;
  what.status = ended.status;
  what.first_byte = ended.first_byte;
  what.ended = now;
  what.price_version = of.prices.version();
  what.source = usage_source::none;
  if (of.call == nullptr) {
    if (ended.outcome == call_outcome::completed) what.outcome = call_outcome::unmetered;
    return what;
  }
  what.tier = of.call->request.tier;
  if (ended.unknown && !ended.report) what.flags |= row_flag::unknown;
  if (ended.implausible) what.flags |= row_flag::implausible;
  if (ended.unknown && !ended.report && of.unknown_at_hold) {
    charge_most(of, ended, what);
    return what;
  }
  if (ended.report) {
    what.source = usage_source::provider;
    what.used = ended.report->used;
    what.model_served = ended.report->model.substr(0, model_bytes_max);
    what.tier = ended.report->tier.value_or(what.tier);
  } else if (ended.generated) {
    what.source = usage_source::counted;
    what.flags |= row_flag::counted;
    what.used = ended.input_report.value_or(of.held.known);
    what.used.output_tokens = ended.counted_output_tokens;
  }
  // Searches that are billed and not reported: what was allowed is charged.
  if (what.source != usage_source::none && !of.speaks.facts().reports_searches) {
    what.used.web_searches = of.call->request.web_searches_max;
  }
  const price* rates = served_rates(of, ended);
  if (rates != nullptr && what.source != usage_source::none) {
    what.cost = cost_of(*rates, what.used, what.tier, of.held.admitted);
  }
  return what;
}

}  // namespace stint
