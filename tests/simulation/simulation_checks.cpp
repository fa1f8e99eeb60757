// What must be true after each step of the simulation.
#include <algorithm>

#include "budgets/books/query.hpp"
#include "budgets/books/verify.hpp"
#include "budgets/records/hold.hpp"
#include "simulation/simulation.hpp"

namespace stint::testing {

void simulation::check_answer(const question& asked) {
  if (asked.number != 0) check_admission(asked);
  if (asked.extended) check_extension(asked);
  if (!asked.settlement_answer) return;
  const auto& got = *asked.settlement_answer;
  expect(got.recorded == (asked.resolves && !outage_), "a settlement was answered wrongly");
  if (asked.is_repeat && asked.id != call_id{})
    expect(got.already_resolved, "a second resolution won");
}

void simulation::check_admission(const question& asked) {
  expect(asked.admitted.has_value(), "a hold was not answered");
  if (!outage_) return check_verdict(asked.output_asked, *asked.admitted, asked.expected);
  const auto& got = asked.admitted->refused;
  const auto& expected = asked.expected.refused;
  expect(got && ((expected && got->reason == *expected) ||
                 got->reason == refusal_reason::storage_unavailable),
         "a hold was admitted that is not on the log");
}

void simulation::check_verdict(std::int64_t output_asked, const admission& got,
                               const ledger_auditor::verdict& expected) {
  expect(got.refused.has_value() == expected.refused.has_value(),
         "a hold was wrongly " + std::string(got.refused ? "refused" : "admitted"));
  expect(got.beyond_share == expected.beyond_share,
         "a hold that must leave room was judged wrongly");
  if (got.refused) {
    expect(got.refused->reason == *expected.refused, "a hold was refused for the wrong reason");
    expect(got.refused->standing.cap == expected.refusing_cap,
           "a hold was refused by cap " + got.refused->standing.cap + " and not by " +
               expected.refusing_cap);
  } else if (!got.beyond_share) {
    expect(got.output_tokens == expected.output_bound &&
               got.held_output_tokens == expected.output_held,
           "a call may make " + std::to_string(got.output_tokens) + " tokens, of which " +
               std::to_string(got.held_output_tokens) + " are held; expected " +
               std::to_string(expected.output_bound) + " and " +
               std::to_string(expected.output_held));
    ++seen_.admitted;
    if (got.output_tokens < output_asked) ++seen_.lowered;
  }
}

void simulation::check_extension(const question& asked) {
  const extension& got = *asked.extended;
  if (outage_) return expect(!got.granted, "an extension was granted that is not on the log");
  expect(got.granted == (asked.resolves && !asked.expected.refused),
         "an extension was wrongly " + std::string(got.granted ? "granted" : "refused"));
  expect(got.refused.has_value() == asked.expected.refused.has_value() &&
             (!got.refused || got.refused->reason == *asked.expected.refused),
         "an extension was refused for the wrong reason");
  if (got.granted) ++seen_.extended;
}

void simulation::check_alerts() {
  std::vector<ledger_auditor::alert> fired;
  for (const auto& each : books_->alerts) {
    const auto start =
        std::chrono::floor<std::chrono::seconds>(each.window.start).time_since_epoch().count();
    fired.push_back({.counter = {.cap = each.cap, .scope = each.scope, .start = start},
                     .percent = each.percent});
  }
  expect(fired == model_.alerts(), "expected " + std::to_string(model_.alerts().size()) +
                                       " alerts, got " + std::to_string(fired.size()) +
                                       ", or in another order");
  books_->alerts.clear();
  model_.alerts().clear();
}

std::optional<std::string> simulation::find_wrong_balance() {
  books_->clock = model_.time();
  const auto standings = books_->standings();
  if (auto wrong = model_.audit(standings)) return wrong;
  if (books_->writer.health().holds_active != model_.pending())
    return "the number of holds is wrong";
  return model_.find_passed_limit(standings);
}

std::optional<std::string> simulation::find_wrong_total() const {
  rollup_sums total;
  for (const auto& line : query_spend(ledger_store::moment(books_->writer.store()), {}))
    total += line.sums;
  if (total == model_.total()) return std::nullopt;
  return "spent " + std::to_string(total.cost.count()) + " in " + std::to_string(total.calls) +
         " calls, expected " + std::to_string(model_.total().cost.count()) + " in " +
         std::to_string(model_.total().calls);
}

void simulation::check_balances() {
  if (const auto wrong = find_wrong_balance()) fail(*wrong);
}

// Costs a scan of all rows, so it is done the more rarely the more there are.
void simulation::prove_books() {
  next_proof_ = done_ + std::max<std::uint64_t>(300, done_ / 10);
  check_balances();
  if (const auto wrong = find_wrong_total()) fail(*wrong);
  const auto findings = verify_books(ledger_store::moment(books_->writer.store()), model_.caps());
  if (!findings.empty()) fail(findings.front());
}

}  // namespace stint::testing
