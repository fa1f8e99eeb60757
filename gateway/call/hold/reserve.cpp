// Tested by tests/gateway/call/hold/reserve_test.cpp and tests/end_to_end/cheap_admission_test.py.
#include "gateway/call/hold/reserve.hpp"

#include <cstdint>
#include <new>
#include <string>
#include <utility>

#include "gateway/call/hold/ledger_wait.hpp"
#include "gateway/call/hold/refusal.hpp"

namespace stint {

namespace asio = boost::asio;

namespace {
// Nobody reads it.
problem client_left() {
  return make_problem(problem_kind::overloaded, "the client left before its call was admitted");
}

// Told apart from what the ledger refuses itself by what it asks for: the ledger never asks for less than nothing.
admission too_late() {
  admission answer;
  answer.refused.emplace().reason = refusal_reason::storage_unavailable;
  answer.refused->requested = -1;
  return answer;
}
bool is_too_late(const admission& answer) noexcept {
  return answer.refused && answer.refused->requested < 0;
}

// The ledger may still hold the call, or let it wait in line. Both come to it after the hold.
void give_back_late(ledger_thread& ledger, const call_id& id) {
  ledger.abandon(id);
  settlement nothing;
  nothing.id = id;
  nothing.outcome = call_outcome::rejected;
  nothing.status = 503;
  nothing.ended = wall_now();
  ledger.settle(std::move(nothing), [](const settled&) {});
}
}  // namespace

unowned_hold::~unowned_hold() {
  if (is_cared_for_) return;
  try {
    give_back_late(ledger_, id_);
  } catch (const std::bad_alloc&) {
    // As in ~held_call: it stands until the next start.
    counts_.refused(problem_kind::internal);
  }
}

void record_refused(ledger_thread& ledger, const hold_request& asked, int status) {
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
  ledger.record(std::move(row), [](const settled&) {});
}

void obey_bound(const dialect& speaks, std::string_view body, examined_call& call,
                const admission& admitted) {
  if (admitted.output_tokens >= call.output_bound_tokens) return;
  call.output_limit_tokens = admitted.output_tokens / call.request.choices;
  call.output_bound_tokens = call.output_limit_tokens * call.request.choices;
  const std::string_view forwarded = call.edited_body ? *call.edited_body : body;
  call.edited_body = speaks.lower_output_bound(forwarded, call.model, call.output_limit_tokens);
}

asio::awaitable<result<admission>> reserve(asking_call who, hold_request asked) {
  // The sweep tells of a client that goes, not of one that has gone: nobody would take this call
  // out of the line again.
  if (who.client.client_gone()) co_return client_left();
  ledger_thread& ledger = who.ledger;
  const call_id id = asked.id;
  const wall_time admitted = asked.admitted;
  const auto wait_in_line = asked.patience;
  const std::string tenant = asked.charged.tenant;
  auto enqueue = [&ledger, &asked](auto completion) {
    ledger.hold(std::move(asked), std::move(completion));
  };
  const auto asked_at = monotonic::now();
  // One reference fits into std::function without an allocation.
  const auto leave_line = [&ledger, id] { ledger.abandon(id); };
  who.client.watch_client([&leave_line] { leave_line(); });
  const auto patience = ledger_patience + wait_in_line;
  admission answer =
      co_await wait_for_ledger<admission>(who.home, std::move(enqueue), patience, too_late);
  if (is_too_late(answer)) give_back_late(ledger, id);
  who.client.unwatch_client();
  // A client that went while it waited may not have been noticed yet.
  if (monotonic::now() - asked_at >= deadline_watch::interval) who.client.look_for_client();
  if (!answer.refused) co_return std::move(answer);
  const hold_refusal& refusal = *answer.refused;
  if (refusal.reason == refusal_reason::storage_unavailable) {
    who.counts.storage_failed();
  } else {
    who.counts.refused_by_cap(refusal.standing.cap, refusal.reason, tenant);
  }
  co_return refused_by_cap(refusal, who.settings.refusal_status, admitted);
}

asio::awaitable<result<admission>> reserve_metered(asking_call who, examined_call& call,
                                                   hold_request& worst) {
  const config& settings = who.settings;
  const std::int64_t share = settings.admission.uncounted_room_share;
  if (call.uncounted && share > 0) {
    worst.room_share = share;
    auto ample = co_await reserve(who, worst);
    worst.room_share = 0;
    const bool is_held = ample && !ample->beyond_share;
    if (!ample || is_held) co_return ample;
    if (who.client.client_gone()) co_return client_left();
  }
  if (call.uncounted) {
    if (auto absurd = co_await count_now(settings.limits, who.counting, call)) {
      who.counts.refused(absurd->kind);
      co_return std::move(*absurd);
    }
    bound_prompt(worst, call);
  }
  who.counts.prompt_counted(prompt_count_time::before_hold);
  co_return co_await reserve(who, worst);
}

}  // namespace stint
