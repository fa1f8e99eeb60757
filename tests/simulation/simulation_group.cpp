// Groups of operations, drawn at random.
#include <algorithm>
#include <utility>

#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "simulation/simulation.hpp"

namespace stint::testing {

simulation::question simulation::ask_hold() {
  question asked;
  hold_request request = random_.hold(clock_);
  if (!pending_.empty() && one_in(20)) request.id = pending_[below(pending_.size())];
  asked.id = request.id;
  if (!outage_) {
    const auto before = model_.pending();
    asked.expected = model_.hold(request);
    asked.new_hold = model_.pending() != before;
    if (asked.new_hold) pending_.push_back(request.id);
  }
  asked.number = ++number_;
  asked.output_asked = request.worst.output_tokens;
  asked.what = hold_operation{.request = std::make_unique<hold_request>(std::move(request)),
                              .answer = listener(asked.number),
                              .wait_until = {}};
  return asked;
}

simulation::question simulation::ask_settle() {
  question asked;
  call_id id;
  asked.is_repeat = pending_.empty() || (!resolved_.empty() && one_in(10));
  if (asked.is_repeat) {
    if (!resolved_.empty()) id = resolved_[below(resolved_.size())];
  } else {
    const auto at = below(pending_.size());
    id = pending_[at];
    pending_[at] = pending_.back();
    pending_.pop_back();
    resolved_.push_back(id);
    if (resolved_.size() > 50) resolved_.pop_front();
  }
  settlement what = random_.resolution(id, clock_);
  asked.id = id;
  asked.resolves = model_.settle(what);
  asked.what = settle_operation{.what = std::move(what), .answer = {}};
  return asked;
}

simulation::question simulation::ask_record() {
  question asked;
  ledger_row row = random_.row(clock_);
  asked.id = row.id;
  asked.resolves = true;
  model_.record(row);
  asked.what = record_operation{.row = std::move(row), .answer = {}};
  return asked;
}

simulation::question simulation::ask_note() {
  question asked;
  progress_note note;
  if (!pending_.empty()) note.id = pending_[below(pending_.size())];
  note.known = random_.used(300);
  note.known_cost = nanodollars{random_.upto(500)};
  if (!outage_) model_.note(note);
  asked.what = note;
  return asked;
}

simulation::question simulation::ask_extension() {
  question asked;
  hold_extension what =
      random_.extension(pending_.empty() ? call_id{} : pending_[below(pending_.size())]);
  asked.id = what.id;
  if (!outage_) asked.expected = model_.extend(what);
  asked.resolves = model_.holds(what.id);
  asked.what = extend_operation{.what = what, .answer = {}};
  return asked;
}

// While calls are in line, a new one comes alone: run_newcomer().
simulation::question simulation::ask() {
  const auto dice = below(100);
  const bool few = pending_.size() < random_.pending_usual();
  if (dice < (few ? 70U : 40U) && waiting_.empty()) return ask_hold();
  if (dice >= 40 && dice < 50) return ask_extension();
  if (dice < 88) return ask_settle();
  if (dice < 94) return ask_note();
  return ask_record();
}

void simulation::submit(std::vector<question>& questions) {
  std::vector<operation> operations;
  for (question& each : questions) {
    if (auto* extend = std::get_if<extend_operation>(&each.what)) {
      extend->answer = [&each](extension answer) { each.extended = std::move(answer); };
    } else if (auto* settle = std::get_if<settle_operation>(&each.what)) {
      settle->answer = [&each](settled answer) { each.settlement_answer = std::move(answer); };
    } else if (auto* record = std::get_if<record_operation>(&each.what)) {
      record->answer = [&each](settled answer) { each.settlement_answer = std::move(answer); };
    }
    operations.push_back(std::move(each.what));
  }
  books_->clock = model_.time();
  books_->writer.process(operations);
  done_ += questions.size();
  // A question that was answered at once; the others are of calls that waited.
  std::erase_if(told_, [&](told& what) {
    const auto asked = std::ranges::find(questions, what.number, &question::number);
    if (asked == questions.end()) return false;
    asked->admitted = std::move(what.answer);
    return true;
  });
}

void simulation::run_group() {
  std::optional<ledger_auditor> before;
  if (armed_ && !outage_) before = model_;
  std::vector<question> questions(1 + below(20));
  for (question& each : questions)
    each = ask();
  submit(questions);
  const bool was_out = outage_;
  outage_ = !books_->writer.health().writable;
  if (outage_ && !was_out) {
    expect(before.has_value(), "a write failed that was not meant to");
    ++seen_.outages;
    possible_ = {*before, model_};
    withdraw_refused(questions);
    possible_.push_back(model_);
  }
  for (const question& each : questions)
    check_answer(each);
  if (outage_) return;
  hear_waiting();
  check_alerts();
  check_balances();
}

// The holds of a group that was not written were never acknowledged.
void simulation::withdraw_refused(const std::vector<question>& questions) {
  for (const question& each : questions) {
    if (!each.new_hold) continue;
    model_.withdraw(each.id);
    std::erase(pending_, each.id);
    std::erase(resolved_, each.id);
  }
}

}  // namespace stint::testing
