// Tested, exit by exit, by tests/end_to_end/{disconnect,upstream_fault,kill}_test.py.
#include "gateway/call/hold/settlement.hpp"

#include "gateway/call/hold/admit.hpp"
#include "gateway/call/hold/ledger_wait.hpp"
#include "gateway/call/hold/teach.hpp"
#include "pricing/cost.hpp"

namespace stint {

owed_call::owed_call(exchange& x, hold_request& held, const admission& admitted,
                     examined_call* call)
    : x_(x), call_(call), held_(held), hold_(x, held, admitted) {
  if (call == nullptr) return;
  tier_ = call->request.tier;
  if (call->uncounted) count_.emplace(x, *call, [this] { take_count(); });
}

owed_call::~owed_call() {
  if (resolved_) return;
  relay_outcome unforeseen;
  unforeseen.outcome = call_outcome::rejected;
  // Uncertain usage is never refunded: the prompt at least was sent, and this much came back.
  unforeseen.generated = true;
  unforeseen.input_report = reported_input_;
  unforeseen.counted_output_tokens = delivered_tokens_;
  x_.shared().ledger.settle(resolve(unforeseen), [](const settled&) {});
}

void owed_call::forwarded() {
  forwarded_ = true;
  if (count_) count_->begin();
}

// What the hold has above the count is given back, and a crash charges the bound, until the count
// is on the log. It goes there with the next sweep, a twentieth of a second later at most: a call
// that is over by then has spared the log a record.
void owed_call::take_count() {
  bound_prompt(held_, *call_);
  x_.client.watch.at_next_sweep([this] { give_back(); });
}

void owed_call::give_back() {
  if (hold_.asking()) {
    x_.client.watch.at_next_sweep([this] { give_back(); });
    return;
  }
  ask(hold_.output_tokens(), delivered_tokens_);
}

void owed_call::ask(std::int64_t output_tokens, std::int64_t delivered_tokens) {
  delivered_tokens_ = delivered_tokens;
  const usage known = known_now();
  hold_.ask(output_tokens, known, cost_now(known));
}

void owed_call::note_progress(std::int64_t output_tokens,
                              const std::optional<usage>& input_report) {
  reported_input_ = input_report;
  delivered_tokens_ = output_tokens;
  note_known();
}

usage owed_call::known_now() const noexcept {
  usage known = reported_input_.value_or(held_.known);
  known.output_tokens = delivered_tokens_;
  return known;
}

nanodollars owed_call::cost_now(const usage& known) const noexcept {
  if (call_ == nullptr || call_->rates == nullptr) return {};
  return cost_of(*call_->rates, known, tier_, held_.admitted);
}

void owed_call::note_known() {
  progress_note note;
  note.id = held_.id;
  note.known = known_now();
  note.known_cost = cost_now(note.known);
  x_.shared().ledger.note_progress(std::move(note));
}

// The model that served the call decides its price (Anthropic's safety fallback answers with
// another one); a served name that has no price is charged as the model that was asked for.
const price* owed_call::served_rates(const relay_outcome& ended) const {
  if (call_->unpriced || !ended.report || ended.report->model.empty()) return call_->rates;
  const auto found =
      x_.shared().prices.find(call_->provider->base_model(ended.report->model), held_.admitted);
  return found ? *found : call_->rates;
}

settlement owed_call::resolve(const relay_outcome& ended) {
  resolved_ = true;
  x_.client.watch.at_next_sweep(nullptr);
  settlement what;
  what.id = held_.id;
  what.outcome = ended.outcome;
  what.status = ended.status;
  what.first_byte = ended.first_byte;
  what.ended = wall_now();
  what.price_version = x_.shared().prices.version();
  what.source = usage_source::none;
  if (call_ == nullptr) {
    if (ended.outcome == call_outcome::completed) what.outcome = call_outcome::unmetered;
    return what;
  }
  what.tier = tier_;
  if (ended.report) {
    what.source = usage_source::provider;
    what.used = ended.report->used;
    what.model_served = ended.report->model.substr(0, model_bytes_max);
    what.tier = ended.report->tier.value_or(tier_);
  } else if (ended.generated) {
    what.source = usage_source::counted;
    what.flags |= row_flag::counted;
    what.used = ended.input_report.value_or(held_.known);
    what.used.output_tokens = ended.counted_output_tokens;
  }
  // Searches that are billed and not reported: what was allowed is charged.
  if (what.source != usage_source::none && !x_.speaks->facts().reports_searches) {
    what.used.web_searches = call_->request.web_searches_max;
  }
  if (ended.implausible) what.flags |= row_flag::implausible;
  const price* rates = served_rates(ended);
  if (rates != nullptr && what.source != usage_source::none) {
    what.cost = cost_of(*rates, what.used, what.tier, held_.admitted);
  }
  used_ = what.used;
  cost_ = what.cost;
  return what;
}

asio::awaitable<settled> owed_call::settle(const relay_outcome& ended) {
  const bool counts = ended.generated && !ended.report && !ended.input_report;
  if (count_ && counts) co_await count_->finish();
  count_.reset();
  if (call_ != nullptr) {
    teach_from(x_.shared(), *call_, x_.speaks->api(), ended, held_.charged.tenant);
    teach_output(x_.shared(), *call_, ended, held_.charged);
  }
  ledger_thread& ledger = x_.shared().ledger;
  auto enqueue = [&ledger, what = resolve(ended)](auto completion) mutable {
    ledger.settle(std::move(what), std::move(completion));
  };
  co_return co_await wait_for_ledger<settled>(x_.client.thread.context(), std::move(enqueue));
}

}  // namespace stint
