// Tested by tests/end_to_end/sdk_python_test.py.
#include "gateway/call/hold/admit.hpp"

#include <algorithm>

#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "gateway/call/hold/ledger_wait.hpp"
#include "gateway/call/hold/stream_hold.hpp"
#include "pricing/cost.hpp"

namespace stint {

namespace {
std::string in_unit(cap_unit unit, std::int64_t amount) {
  if (unit == cap_unit::usd) return "$" + to_dollars(nanodollars(amount));
  return std::to_string(amount) + " " + std::string(to_string(unit));
}

std::string where(const cap_standing& standing) {
  return "cap '" + standing.cap + "'" +
         (standing.scope.empty() ? "" : " for '" + standing.scope + "'");
}

// Retry-After helps only when the wait is short; beyond this an honest client had better give up.
constexpr std::chrono::seconds worth_waiting{120};
// Storage that fails is tried again as often as this by ourselves.
constexpr int storage_retry_s = 1;

int whole_seconds(std::chrono::milliseconds wait) {
  return static_cast<int>(
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count(), 1));
}

std::string explain(const hold_refusal& refusal, std::string_view why) {
  const cap_standing& at = refusal.standing;
  return where(at) + std::string(why) + ": limit " + in_unit(at.unit, at.limit) + ", used " +
         in_unit(at.unit, at.used) + ", held by running calls " + in_unit(at.unit, at.held) +
         ", this call needs " + in_unit(at.unit, refusal.requested);
}

problem refused_by_cap(const config& settings, const hold_refusal& refusal, wall_time now) {
  problem why;
  if (refusal.reason == refusal_reason::storage_unavailable) {
    why = make_problem(problem_kind::storage_unavailable,
                       "the ledger cannot record this call, so it is not forwarded");
    why.retry_after_s = storage_retry_s;
  } else if (refusal.reason == refusal_reason::budget_busy) {
    why = make_problem(problem_kind::budget_busy,
                       explain(refusal, " is fully held by calls in flight"));
    why.retry_after_s = whole_seconds(refusal.retry_after);
  } else {
    const bool too_large = refusal.reason == refusal_reason::request_too_large;
    why = make_problem(problem_kind::budget_exceeded,
                       explain(refusal, too_large ? " is too small for this call" : " is spent"));
    why.status = settings.refusal_status;
    const auto& end = refusal.standing.window.end;
    if (end && *end > now && *end - now <= worth_waiting) {
      why.retry_after_s =
          static_cast<int>(std::chrono::ceil<std::chrono::seconds>(*end - now).count());
    }
  }
  why.refusal = refusal;
  return why;
}

call_bound bound_of(const examined_call& call) {
  call_bound bound;
  bound.prompt_tokens = call.prompt.upper_bound;
  bound.audio_input_tokens = call.prompt.audio_tokens;
  bound.output_tokens = call.output_bound_tokens;
  bound.output_may_be_audio = call.request.output_may_be_audio;
  bound.cache_write_5m = call.request.cache_write_5m;
  bound.cache_write_1h = call.request.cache_write_1h;
  bound.web_searches = call.request.web_searches_max;
  return bound;
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
  // Only a stream can be followed, and only where it shows what is generated.
  if (call.request.stream && !call.request.hides_output && !expected.hides_output) {
    elastic.first_tokens = std::min(followed_hold(how, expected, expected.tokens, choices), bound);
  }
  return elastic;
}

// Nobody reads it.
problem client_left() {
  return make_problem(problem_kind::overloaded, "the client left before its call was admitted");
}
}  // namespace

usage known_prompt(const tokenizer::prompt_tokens& prompt) noexcept {
  usage known;
  known.audio_input_tokens = std::min(prompt.expected, prompt.audio_tokens);
  known.input_tokens = prompt.expected - known.audio_input_tokens;
  return known;
}

output_prediction expected_output(const exchange& x, const attribution& charged) {
  output_key of;
  of.tenant = charged.tenant;
  of.feature = charged.feature;
  of.model = charged.model;
  return x.shared().outputs.predict(of);
}

hold_request worst_case_hold(const exchange& x, const purpose& what_for,
                             const examined_call& call) {
  hold_request worst;
  worst.id = x.id;
  worst.admitted = x.started;
  worst.charged = what_for.charged;
  worst.tags = what_for.tags;
  worst.streaming = call.request.stream;
  worst.worst.output_tokens = call.output_bound_tokens;
  worst.elastic = elastic_of(x.shared().settings.admission, call);
  worst.patience = std::chrono::milliseconds(x.shared().settings.admission.wait_ms);
  worst.price_version = x.shared().prices.version();
  bound_prompt(worst, call);
  if (call.unpriced) worst.flags |= row_flag::unpriced;
  if (!call.prompt.exact) worst.flags |= row_flag::estimated;
  if (call.prompt.hidden_input) worst.flags |= row_flag::hidden_input;
  return worst;
}

void bound_prompt(hold_request& worst, const examined_call& call) {
  worst.worst.input_tokens = call.prompt.upper_bound;
  worst.known = known_prompt(call.prompt);
  if (call.rates == nullptr) return;
  worst.elastic->cost = cost_of_output(*call.rates, bound_of(call), call.request.tier);
  worst.worst.cost = worst.elastic->cost.at(worst.worst.output_tokens);
  worst.known_cost = cost_of(*call.rates, worst.known, call.request.tier, worst.admitted);
}

hold_request unmetered_hold(const exchange& x, const purpose& what_for,
                            const passthrough_config& rule) {
  hold_request one;
  one.id = x.id;
  one.admitted = x.started;
  one.charged = what_for.charged;
  one.charged.model = "unmetered";
  one.charged.provider = rule.provider;
  one.tags = what_for.tags;
  one.price_version = x.shared().prices.version();
  one.flags = row_flag::unmetered;
  return one;
}

std::optional<problem> refuse_unpriced(const ledger_thread& ledger, const attribution& charged,
                                       const examined_call& call) {
  if (call.rates != nullptr) return std::nullopt;
  const auto caps = ledger.caps();
  for (const cap& each : *caps) {
    if (each.unit != cap_unit::usd || each.mode != cap_mode::enforce || !each.selects(charged))
      continue;
    return make_problem(
        problem_kind::unpriced_model,
        "the model '" + call.model.substr(0, 200) + "' has no price, so the money cap '" +
            each.name + "' cannot be kept; add it to the price file, or set unknown_model: ceiling",
        "model");
  }
  return std::nullopt;
}

std::optional<problem> refuse_without_credential(const provider_config& provider) {
  if (!provider.credential.empty() || provider.credential_source.empty()) return std::nullopt;
  return make_problem(problem_kind::upstream_refused,
                      "the gateway has no credential for provider '" + provider.name + "': set " +
                          provider.credential_source + " for the gateway and restart it");
}

std::optional<problem> refuse_model(const virtual_key& key, const examined_call& call) {
  if (key.may_use_model(call.base_model) || key.may_use_model(call.model)) return std::nullopt;
  return make_problem(
      problem_kind::forbidden,
      "the key '" + key.id + "' may not use the model '" + call.base_model.substr(0, 200) + "'",
      "model");
}

void record_refused(exchange& x, const hold_request& asked, int status) {
  ledger_row row;
  row.id = asked.id;
  row.admitted = asked.admitted;
  row.ended = wall_now();
  row.charged = asked.charged;
  row.price_version = asked.price_version;
  row.outcome = call_outcome::refused;
  row.status = status;
  row.flags = asked.flags;
  row.streaming = asked.streaming;
  row.tags = asked.tags;
  x.shared().ledger.record(std::move(row), [](const settled&) {});
}

void obey_bound(const exchange& x, examined_call& call, const admission& admitted) {
  if (admitted.output_tokens >= call.output_bound_tokens) return;
  call.output_limit_tokens = admitted.output_tokens / call.request.choices;
  call.output_bound_tokens = call.output_limit_tokens * call.request.choices;
  const std::string_view body = call.edited_body ? *call.edited_body : x.body;
  call.edited_body = x.speaks->lower_output_bound(body, call.model, call.output_limit_tokens);
}

asio::awaitable<result<admission>> reserve(exchange& x, hold_request worst) {
  // The sweep tells of a client that goes, not of one that has gone: nobody would take this call
  // out of the line again.
  if (x.client.watch.client_gone()) co_return client_left();
  ledger_thread& ledger = x.shared().ledger;
  const std::string tenant = worst.charged.tenant;
  auto enqueue = [&ledger, request = std::move(worst)](auto completion) mutable {
    ledger.hold(std::move(request), std::move(completion));
  };
  const auto asked = monotonic::now();
  x.client.watch.watch_client([&x] { x.shared().ledger.abandon(x.id); });
  admission answer =
      co_await wait_for_ledger<admission>(x.client.thread.context(), std::move(enqueue));
  x.client.watch.unwatch_client();
  // A client that went while it waited may not have been noticed yet.
  if (monotonic::now() - asked >= deadline_watch::interval) x.client.watch.look_for_client();
  if (!answer.refused) co_return std::move(answer);
  const hold_refusal& refusal = *answer.refused;
  if (refusal.reason == refusal_reason::storage_unavailable) {
    x.shared().seen.storage_failed();
  } else {
    x.shared().seen.refused_by_cap(refusal.standing.cap, refusal.reason, tenant);
  }
  co_return refused_by_cap(x.shared().settings, refusal, x.started);
}

asio::awaitable<result<admission>> admit(exchange& x, const purpose& what_for, examined_call& call,
                                         hold_request& worst) {
  metrics& seen = x.shared().seen;
  const std::int64_t share = x.shared().settings.admission.uncounted_room_share;
  if (call.uncounted && share > 0) {
    worst.room_share = share;
    auto ample = co_await reserve(x, worst);
    worst.room_share = 0;
    const bool is_held = ample && !ample->beyond_share;
    if (!ample || is_held) co_return ample;
    if (x.client.watch.client_gone()) co_return client_left();
  }
  if (call.uncounted) {
    if (auto absurd = co_await count_now(x, call)) {
      seen.refused(absurd->kind);
      co_return std::move(*absurd);
    }
    worst = worst_case_hold(x, what_for, call);
  }
  seen.prompt_counted(prompt_count_time::before_hold);
  co_return co_await reserve(x, worst);
}

}  // namespace stint
