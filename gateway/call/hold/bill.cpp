// Tested by tests/gateway/call/hold/bill_test.cpp.
#include "gateway/call/hold/bill.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "gateway/call/hold/worst_case.hpp"
#include "pricing/cost.hpp"

namespace stint {

namespace {

// What a provider may state beyond our own figure: fees and models that the price book does not
// have. More than that is a mistake, which must not empty a budget.
constexpr std::int64_t believed_times_ours = 16;
constexpr nanodollars believed_fees{10 * nanodollars::per_dollar};
constexpr nanodollars believed_unpriced{100 * nanodollars::per_dollar};

// How the provider charged for tokens, as far as it said.
struct charged_terms {
  const price* rates = nullptr;  // of the model that served; null: not known
  service_tier tier = service_tier::standard;
  inference_region region = inference_region::any;
};

charged_terms terms_of(const billed_call& of, const std::optional<usage_report>& report) {
  const examined_call& call = *of.call;
  charged_terms terms;
  const std::string_view served = report ? std::string_view(report->model) : std::string_view();
  terms.rates = rates_for(of.prices, call, served, of.held.admitted);
  terms.tier = terms.rates != nullptr ? tier_unless_told(*terms.rates, call.request.tier)
                                      : call.request.tier;
  terms.region = call.request.region;
  if (!report) return terms;
  terms.tier = tier_served(call, *report).value_or(terms.tier);
  terms.region = report->region.value_or(terms.region);
  return terms;
}

nanodollars cost_by(const charged_terms& terms, const price* rates, const usage& used,
                    wall_time admitted) {
  return rates != nullptr ? cost_of(*rates, used, terms.tier, admitted, terms.region)
                          : nanodollars();
}

bool is_believed(nanodollars stated, nanodollars ours, const hold_request& held, bool is_priced) {
  if (!is_priced) return stated <= believed_unpriced;
  const nanodollars larger = std::max(ours, held.worst.cost);
  const std::int64_t room = std::numeric_limits<std::int64_t>::max() / (2 * believed_times_ours);
  return stated <=
         nanodollars(std::min(larger.count(), room) * believed_times_ours) + believed_fees;
}

// One leg for each reason and model; what is beyond the last that there is room for is added to it.
void add_leg(leg part, std::vector<leg>& legs) {
  auto same = std::ranges::find_if(
      legs, [&](const leg& other) { return other.why == part.why && other.model == part.model; });
  if (same == legs.end() && legs.size() < legs_max) return legs.push_back(std::move(part));
  leg& into = same == legs.end() ? legs.back() : *same;
  into.cost += part.cost;
  for (const usage_kind& kind : usage_kinds)
    into.used.*kind.count += part.used.*kind.count;
}

// Each part at the price of its model, together what.used: fees of the call as a whole go with what came
// first.
void charge_parts(const billed_call& of, const usage_report& report, const charged_terms& terms,
                  settlement& what) {
  usage beyond = what.used;
  for (const usage_kind& kind : usage_kinds)
    beyond.*kind.count -= report.used.*kind.count;
  const std::string_view served = report.model.empty() ? of.held.charged.model : report.model;
  for (const usage_part& part : report.parts) {
    const price* rates = part.model.empty()
                             ? terms.rates
                             : rates_for(of.prices, *of.call, part.model, of.held.admitted);
    leg one;
    one.why = part.why;
    one.model = (part.model.empty() ? served : part.model).substr(0, model_bytes_max);
    one.provider = of.held.charged.provider;
    one.tier = terms.tier;
    one.used = part.used;
    for (const usage_kind& kind : usage_kinds)
      one.used.*kind.count += beyond.*kind.count;
    beyond = {};
    one.cost = cost_by(terms, rates, one.used, of.held.admitted);
    one.price_version = what.price_version;
    what.cost += one.cost;
    add_leg(std::move(one), what.legs);
  }
  if (what.legs.size() != 1 || what.legs[0].why == leg_reason::answer) return;
  // A row has no leg or several: the model that was asked did nothing.
  leg none;
  none.model = of.held.charged.model;
  none.provider = of.held.charged.provider;
  none.tier = terms.tier;
  none.price_version = what.price_version;
  what.legs.push_back(std::move(none));
}

// What the provider says in place of what the price book makes of its usage.
void take_stated(const billed_call& of, const usage_report& report, bool is_priced,
                 settlement& what) {
  if (!report.stated_cost || !of.call->provider->trust_stated_cost) return;
  const nanodollars stated = *report.stated_cost;
  if (!is_believed(stated, what.cost, of.held, is_priced)) {
    what.flags |= row_flag::implausible;
    return;
  }
  // The legs keep their own prices but for the first; together they are what was stated.
  if (!what.legs.empty()) {
    const nanodollars others = what.cost - what.legs.front().cost;
    if (others > stated) what.legs.clear();
    if (!what.legs.empty()) what.legs.front().cost = stated - others;
  }
  what.cost = stated;
}

void forgive(settlement& what) {
  what.cost = {};
  for (leg& each : what.legs)
    each.cost = {};
  what.flags |= row_flag::no_answer;
}

// All of the prompt that is held, the unknown part of it as plain text.
usage at_bound(usage prompt, std::int64_t held_tokens) {
  prompt.input_tokens += std::max<std::int64_t>(held_tokens - prompt.input_total(), 0);
  return prompt;
}

// What may have been done beside an answer of which only a part was seen: what that part asked for and one
// piece of work more, as none is told of before it is done. All that was held, where the provider goes on
// or what came was not read as a stream.
side_bound begun_beside(const billed_call& of, const call_end& ended) {
  const examined_call& call = *of.call;
  if (call.beside.empty()) return {};
  const bool stops = call.request.stream && call.provider->on_hang_up == hang_up_policy::stops;
  const bool is_seen = ended.side_work_seen && (stops || !ended.unknown);
  if (!is_seen && of.unknown_at_hold) return bound_beside(call);
  return bound_beside(call, ended.side_work_seen.value_or(0) + 1);
}

void charge_beside(const billed_call& of, const call_end& ended, settlement& what) {
  const side_bound begun = begun_beside(of, ended);
  const auto add = [](std::int64_t more, std::int64_t& to) {
    to = std::min(to + more, usage_count_max);
  };
  add(begun.input_tokens, what.used.input_tokens);
  add(begun.output_tokens, what.used.output_tokens);
  what.cost += begun.cost;
}

// Nobody saw the end of it: the most that the provider may bill.
void charge_most(const billed_call& of, const call_end& ended, const charged_terms& terms,
                 settlement& what) {
  // A part of a whole answer is counted by its bytes, which says nothing against what was held.
  const std::int64_t most = ended.most_output_tokens
                                ? std::max(ended.counted_output_tokens, *ended.most_output_tokens)
                                : of.held_output_tokens;
  what.source = usage_source::counted;
  what.flags |= row_flag::counted;
  const side_bound beside = bound_beside(*of.call);
  what.used = ended.input_report
                  ? *ended.input_report
                  : at_bound(of.held.known, of.held.worst.input_tokens - beside.input_tokens);
  what.used.output_tokens = most;
  what.used.web_searches = of.call->request.web_searches_max;
  if (terms.rates != nullptr) {
    if (terms.rates->request_nanodollars > 0) what.used.requests = 1;
    // What kind of input the provider took the prompt for is only known from its report.
    what.cost = ended.input_report ? cost_by(terms, terms.rates, what.used, of.held.admitted)
                                   : with_output(of.held, most).cost - beside.cost;
  }
  charge_beside(of, ended, what);
}

// The prompt by our own count where the provider told the output alone.
usage with_prompt(usage told, const usage& prompt) {
  told.input_tokens += prompt.input_tokens;
  told.audio_input_tokens += prompt.audio_input_tokens;
  return told;
}

void take_usage(const billed_call& of, const call_end& ended, settlement& what) {
  if (ended.report) {
    what.source = usage_source::provider;
    what.used = ended.report->used;
    what.model_served = ended.report->model.substr(0, model_bytes_max);
    if (ended.report->tells_input) return;
    what.source = usage_source::counted;
    what.flags |= row_flag::counted;
    what.used = with_prompt(what.used, of.held.known);
  } else if (ended.generated) {
    what.source = usage_source::counted;
    what.flags |= row_flag::counted;
    what.used = ended.input_report.value_or(of.held.known);
    what.used.output_tokens = ended.counted_output_tokens;
  }
}

}  // namespace

const price* rates_for(const price_book& prices, const examined_call& call, std::string_view model,
                       wall_time admitted) {
  if (call.unpriced || model.empty()) return call.rates;
  const auto found = prices.find(call.provider->base_model(model), admitted);
  return found ? *found : call.rates;
}

std::optional<service_tier> tier_served(const examined_call& call, const usage_report& report) {
  if (report.tier_word.empty()) return report.tier;
  const auto by_its_own_word = call.provider->tier_of(report.tier_word);
  return by_its_own_word ? by_its_own_word : report.tier;
}

nanodollars cost_so_far(const examined_call* call, const usage& known,
                        wall_time admitted) noexcept {
  if (call == nullptr || call->rates == nullptr) return {};
  return cost_of(*call->rates, known, tier_unless_told(*call->rates, call->request.tier), admitted,
                 call->request.region);
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
    const bool is_unmetered = (of.held.flags & row_flag::unmetered) != 0;
    if (is_unmetered && ended.outcome == call_outcome::completed)
      what.outcome = call_outcome::unmetered;
    return what;
  }
  if (ended.implausible) what.flags |= row_flag::implausible;
  if (ended.no_answer) what.flags |= row_flag::no_answer;
  const std::optional<usage_report>& report = ended.report;
  const charged_terms terms = terms_of(of, report);
  what.tier = terms.tier;
  what.region = terms.region;
  if (ended.unknown && !report) {
    what.flags |= row_flag::unknown;
    if (of.unknown_at_hold) {
      charge_most(of, ended, terms, what);
      return what;
    }
  }
  take_usage(of, ended, what);
  if (what.source == usage_source::none) return what;
  // Searches that are billed and not reported: what was allowed is charged.
  const bool tells_searches = report && report->tells_searches;
  if (!tells_searches && !of.speaks.facts().reports_searches)
    what.used.web_searches = of.call->request.web_searches_max;
  if (terms.rates != nullptr && terms.rates->request_nanodollars > 0) what.used.requests = 1;
  if (report && !report->parts.empty()) {
    charge_parts(of, *report, terms, what);
  } else {
    what.cost = cost_by(terms, terms.rates, what.used, of.held.admitted);
    if (!report) charge_beside(of, ended, what);
  }
  if (report) take_stated(of, *report, terms.rates != nullptr, what);
  if (report && report->is_free) forgive(what);
  return what;
}

}  // namespace stint
