// Tested by tests/gateway/call/hold/weigh_report_test.cpp.
#include "gateway/call/hold/weigh_report.hpp"

#include <algorithm>

#include "gateway/call/hold/bill.hpp"
#include "pricing/cost.hpp"

namespace stint {

namespace {

// No call was seen to search a tenth as often.
constexpr std::int64_t searches_believed = 1'000;
// What another model of the provider's may have generated for the answer, outside of its bound.
constexpr std::int64_t side_output_believed = 200'000;

// A provider may pass the bound that it was sent (OpenRouter's least is 16, Alibaba's bounds only what
// is shown), but then its answer has the bytes for it: a token is at least one.
bool has_wild_output(const examined_call& call, const usage_report& report,
                     std::int64_t answer_bytes) {
  const std::int64_t believed = std::max(call.output_bound_tokens, answer_bytes);
  if (report.parts.empty()) return report.used.output_total() > believed;
  std::int64_t answered = 0;
  for (const usage_part& part : report.parts) {
    const bool is_beside = part.why == leg_reason::advisor || part.why == leg_reason::compaction;
    const std::int64_t output = part.used.output_total();
    if (is_beside && output > std::max(believed, side_output_believed)) return true;
    if (!is_beside) answered += output;
  }
  return answered > believed;
}

bool is_wild(const examined_call& call, const usage_report& report, std::int64_t answer_bytes) {
  const std::int64_t prompts =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(report.parts.size()));
  return has_wild_output(call, report, answer_bytes) ||
         report.used.input_total() > call.input_believed_max() * prompts ||
         report.used.web_searches > std::max(searches_believed, call.request.web_searches_max);
}

std::int64_t distance(nanodollars a, nanodollars b) noexcept {
  return a > b ? (a - b).count() : (b - a).count();
}

// Some gateways leave reasoning out of every count and charge for it all the same (Vercel's): their
// own cost tells, where it is what our prices make of the usage with it, and not without.
void add_reasoning_that_was_charged(const price_book& prices, const examined_call& call,
                                    usage_report& report) {
  if (report.reasoning_beside_tokens == 0 || !report.stated_cost || !report.parts.empty()) return;
  const price* rates = rates_for(prices, call, report.model, call.priced_at);
  usage with = report.used;
  with.output_tokens += report.reasoning_beside_tokens;
  with.reasoning_tokens = report.reasoning_beside_tokens;
  if (!plausible(with)) return;
  if (call.unpriced || rates == nullptr) {
    // No two tokenizers are so far apart: it cannot be inside.
    if (2 * report.reasoning_beside_tokens > 3 * report.used.output_total()) report.used = with;
    return;
  }
  const service_tier tier =
      tier_served(call, report).value_or(tier_unless_told(*rates, call.request.tier));
  const inference_region region = report.region.value_or(call.request.region);
  const nanodollars stated = *report.stated_cost;
  const auto off_by = [&](const usage& used) {
    return distance(cost_of(*rates, used, tier, call.priced_at, region), stated);
  };
  const std::int64_t off_with = off_by(with);
  const std::int64_t off_without = off_by(report.used);
  constexpr std::int64_t near_share = 200;
  if (off_with < off_without && off_with <= stated.count() / near_share) report.used = with;
}

}  // namespace

void weigh_report(const price_book& prices, const examined_call& call, std::int64_t answer_bytes,
                  call_end& ended) {
  if (ended.input_report && ended.input_report->input_total() > call.input_believed_max()) {
    ended.input_report.reset();
    ended.implausible = true;
  }
  if (!ended.report) return;
  add_reasoning_that_was_charged(prices, call, *ended.report);
  if (!is_wild(call, *ended.report, answer_bytes)) return;
  ended.report.reset();
  ended.implausible = true;
}

}  // namespace stint
