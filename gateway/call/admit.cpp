// Tested by tests/end_to_end/sdk_python_test.py.
#include "gateway/call/admit.hpp"

#include <algorithm>

#include "gateway/call/ledger_wait.hpp"
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
// A busy cap frees itself as soon as a running call settles.
constexpr int busy_retry_s = 1;

std::string explain(const hold_refusal& refusal, std::string_view why) {
  const cap_standing& at = refusal.standing;
  return where(at) + std::string(why) + ": limit " + in_unit(at.unit, at.limit) + ", used " +
         in_unit(at.unit, at.used) + ", held by running calls " + in_unit(at.unit, at.held) +
         ", this call needs up to " + in_unit(at.unit, refusal.requested);
}

problem refused_by_cap(const config& settings, const hold_refusal& refusal, wall_time now) {
  problem why;
  if (refusal.reason == refusal_reason::storage_unavailable) {
    why = make_problem(problem_kind::storage_unavailable,
                       "the ledger cannot record this call, so it is not forwarded");
    why.retry_after_s = busy_retry_s;
  } else if (refusal.reason == refusal_reason::budget_busy) {
    why = make_problem(problem_kind::budget_busy,
                       explain(refusal, " is fully held by calls in flight"));
    why.retry_after_s = busy_retry_s;
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
}  // namespace

usage known_prompt(const tokenizer::prompt_tokens& prompt) noexcept {
  usage known;
  known.audio_input_tokens = std::min(prompt.expected, prompt.audio_tokens);
  known.input_tokens = prompt.expected - known.audio_input_tokens;
  return known;
}

hold_request worst_case_hold(const exchange& x, const purpose& what_for,
                             const examined_call& call) {
  hold_request worst;
  worst.id = x.id;
  worst.admitted = x.started;
  worst.charged = what_for.charged;
  worst.tags = what_for.tags;
  worst.streaming = call.request.stream;
  worst.worst.input_tokens = call.prompt.upper_bound;
  worst.worst.output_tokens = call.output_bound_tokens;
  worst.known = known_prompt(call.prompt);
  worst.price_version = x.shared().prices.version();
  if (call.rates != nullptr) {
    call_bound bound;
    bound.prompt_tokens = call.prompt.upper_bound;
    bound.audio_input_tokens = call.prompt.audio_tokens;
    bound.output_tokens = call.output_bound_tokens;
    bound.output_may_be_audio = call.request.output_may_be_audio;
    bound.cache_write_5m = call.request.cache_write_5m;
    bound.cache_write_1h = call.request.cache_write_1h;
    bound.web_searches = call.request.web_searches_max;
    worst.worst.cost = worst_case(*call.rates, bound, call.request.tier);
    worst.known_cost = cost_of(*call.rates, worst.known, call.request.tier, x.started);
  }
  if (call.unpriced) worst.flags |= row_flag::unpriced;
  if (!call.prompt.exact) worst.flags |= row_flag::estimated;
  if (call.prompt.hidden_input) worst.flags |= row_flag::hidden_input;
  return worst;
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

std::optional<problem> refuse_unpriced(const config& settings, const attribution& charged,
                                       const examined_call& call) {
  if (call.rates != nullptr) return std::nullopt;
  for (const cap& each : settings.caps) {
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

asio::awaitable<result<admission>> reserve(exchange& x, hold_request worst) {
  ledger_thread& ledger = x.shared().ledger;
  const std::string tenant = worst.charged.tenant;
  auto enqueue = [&ledger, request = std::move(worst)](auto completion) mutable {
    ledger.hold(std::move(request), std::move(completion));
  };
  admission answer =
      co_await wait_for_ledger<admission>(x.client.thread.context(), std::move(enqueue));
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
    if (!ample || !ample->beyond_share) co_return ample;
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
