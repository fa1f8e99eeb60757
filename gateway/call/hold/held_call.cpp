// Tested by tests/gateway/call/hold/held_call_test.cpp and, exit by exit, by
// tests/end_to_end/{disconnect,upstream_fault,kill,exits}_test.py.
#include "gateway/call/hold/held_call.hpp"

#include <new>
#include <utility>

#include "gateway/call/hold/bill.hpp"
#include "gateway/call/hold/ledger_wait.hpp"
#include "gateway/call/hold/unseen_output.hpp"
#include "gateway/call/hold/worst_case.hpp"

namespace stint {

namespace {
// The settlement stays with the ledger, which writes it when its disk answers again.
settled not_told() {
  return {};
}
}  // namespace

held_call::held_call(hold_means means, call_home home, hold_request& held,
                     const admission& admitted, examined_call* call, const dialect& speaks)
    : means_(means),
      home_(home),
      call_(call),
      speaks_(speaks),
      held_(held),
      hold_(means.ledger, home.context, held, admitted),
      giving_back_(home.sweeps) {
  if (call != nullptr && call->uncounted)
    count_.emplace(means.counting, home.context, *call, [this] { take_count(); });
}

held_call::~held_call() {
  if (resolved_) return;
  call_end unforeseen;
  unforeseen.outcome = call_outcome::rejected;
  // Uncertain usage is never refunded.
  unforeseen.generated = was_forwarded();
  unforeseen.unknown = was_forwarded();
  unforeseen.input_report = reported_input_;
  unforeseen.counted_output_tokens = delivered_tokens_;
  try {
    means_.ledger.settle(resolve(unforeseen), [](const settled&) {});
  } catch (const std::bad_alloc&) {
    // There is not even memory to say so. The hold stands until the next start posts it: too much is
    // held meanwhile, and nothing is lost.
    means_.counting.counts.refused(problem_kind::internal);
  }
}

void held_call::forwarded() {
  forwarded_ = monotonic::now();
  if (count_) count_->begin();
}

std::int64_t held_call::most_generated(std::int64_t seen_tokens,
                                       std::int64_t ahead_tokens) const noexcept {
  if (call_ == nullptr) return 0;
  unseen_output of;
  of.held_tokens = hold_.output_tokens();
  of.seen_tokens = seen_tokens;
  of.ahead_tokens = ahead_tokens;
  of.stops_at_hang_up =
      call_->request.stream && call_->provider->on_hang_up == hang_up_policy::stops;
  of.hides_output = call_->request.hides_output || call_->expected.hides_output;
  if (forwarded_) of.since_forwarded = monotonic::now() - *forwarded_;
  of.tokens_per_second =
      call_->request.choices *
      means_.outputs.fastest(held_.charged.model, means_.how.unseen_tokens_per_second);
  return stint::most_generated(of);
}

std::int64_t held_call::most_generated_unseen() const noexcept {
  if (call_ == nullptr) return 0;
  return most_generated(0, tokens_ahead(means_.how, call_->expected, call_->request.choices));
}

// What the hold has above the count is given back, and a crash charges the bound, until the count
// is on the log. It goes there with the next sweep, a twentieth of a second later at most: a call
// that is over by then has spared the log a record.
void held_call::take_count() {
  bound_prompt(held_, *call_);
  giving_back_.run_at_next([this] { give_back(); });
}

void held_call::give_back() {
  if (hold_.asking()) return giving_back_.run_at_next([this] { give_back(); });
  ask(hold_.output_tokens(), delivered_tokens_);
}

void held_call::ask(std::int64_t output_tokens, std::int64_t delivered_tokens) {
  delivered_tokens_ = delivered_tokens;
  const usage known = known_now();
  hold_.ask(output_tokens, known, cost_so_far(call_, known, held_.admitted));
}

void held_call::note_progress(std::int64_t output_tokens,
                              const std::optional<usage>& input_report) {
  reported_input_ = input_report;
  delivered_tokens_ = output_tokens;
  progress_note note;
  note.id = held_.id;
  note.known = known_now();
  note.known_cost = cost_so_far(call_, note.known, held_.admitted);
  means_.ledger.note_progress(std::move(note));
}

usage held_call::known_now() const noexcept {
  usage known = reported_input_.value_or(held_.known);
  known.output_tokens = delivered_tokens_;
  known.requests = held_.known.requests;  // the provider's report of a prompt has no fee
  return known;
}

settlement held_call::resolve(const call_end& ended) {
  giving_back_.forget();
  billed_call of{means_.prices, held_, call_, speaks_};
  of.held_output_tokens = hold_.output_tokens();
  of.unknown_at_hold = means_.how.unknown_at_hold;
  settlement what = bill_of(of, ended, wall_now());
  used_ = what.used;
  cost_ = what.cost;
  return what;
}

boost::asio::awaitable<settled> held_call::settle(const call_end& ended) {
  const bool is_told = ended.report ? ended.report->tells_input : ended.input_report.has_value();
  const bool counts = ended.generated && !is_told;
  if (count_ && counts) co_await count_->finish();
  count_.reset();
  settlement what = resolve(ended);
  auto enqueue = [this, &what](auto completion) {
    means_.ledger.settle(std::move(what), std::move(completion));
    resolved_ = true;  // not before: where memory runs out until then, the destructor resolves it
  };
  co_return co_await wait_for_ledger<settled>(home_.context, std::move(enqueue), ledger_patience,
                                              not_told);
}

}  // namespace stint
