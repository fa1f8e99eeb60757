// Calls that wait in line. In which order the ledger looks at its lines is its own affair: what it
// decides is followed answer by answer, and each must be right where it is given.
#include <algorithm>
#include <utility>

#include "budgets/records/hold.hpp"
#include "simulation/simulation.hpp"

namespace stint::testing {

using std::chrono::milliseconds;

completion<admission> simulation::listener(std::uint64_t number) {
  return [this, number](admission answer) {
    told_.push_back({.number = number, .answer = std::move(answer)});
  };
}

std::vector<simulation::waiting_call>::iterator simulation::waiter(std::uint64_t number) {
  return std::ranges::find(waiting_, number, &waiting_call::number);
}

bool simulation::shares_a_counter(const hold_request& one, const hold_request& other) const {
  const auto of_one = model_.contested(one);
  const auto of_other = model_.contested(other);
  return std::ranges::any_of(of_one, [&](const auto& each) { return of_other.contains(each); });
}

// A call with patience, or one that comes while others wait.
void simulation::run_newcomer() {
  waiting_call newcomer;
  newcomer.number = ++number_;
  newcomer.request = random_.hold(clock_);
  // Whether one that joins a line moves the ledger's time at once could not be told.
  if (!waiting_.empty()) newcomer.request.admitted = std::min(clock_, model_.time());
  if (!one_in(3)) newcomer.request.patience = milliseconds{1 + below(60'000)};
  newcomer.until = steady_ + newcomer.request.patience;
  operation what = hold_operation{.request = std::make_unique<hold_request>(newcomer.request),
                                  .answer = listener(newcomer.number),
                                  .wait_until = newcomer.until};
  books_->clock = model_.time();
  books_->run(std::move(what));
  ++done_;
  hear_newcomer(newcomer);
  check_alerts();
  check_balances();
}

// The new call is answered before any that its coming let in: by a window that began.
void simulation::hear_newcomer(waiting_call& newcomer) {
  const hold_request& request = newcomer.request;
  model_.see(request.admitted);
  const bool behind = std::ranges::any_of(
      waiting_, [&](const auto& each) { return shares_a_counter(each.request, request); });
  const auto verdict = model_.judge(request);
  const bool may_wait = request.patience.count() > 0 && request.room_share == 0;
  const auto own = std::ranges::find(told_, newcomer.number, &told::number);
  if (own == told_.end()) {
    expect(may_wait, "a call without patience was not answered");
    expect(behind || verdict.refused == refusal_reason::budget_busy, "a call waits for nobody");
    ++seen_.waited;
    waiting_.push_back(std::move(newcomer));
    return hear_waiting();
  }
  const bool turned_away =
      behind &&
      (own->answer.beyond_share ||
       (own->answer.refused && own->answer.refused->reason == refusal_reason::budget_busy));
  if (turned_away) {
    expect(!may_wait, "a call with patience was not let into the line");
  } else if (may_wait && verdict.refused == refusal_reason::budget_busy) {
    // It joined a line and left it again with the same group: a window began.
    ++seen_.waited;
    waiting_.push_back(std::move(newcomer));
    return hear_waiting();
  } else {
    check_let_in(newcomer, own->answer);
  }
  told_.erase(own);
  hear_waiting();
}

void simulation::run_abandonment() {
  const auto who = waiting_[below(waiting_.size())];
  books_->clock = model_.time();
  books_->run(abandon_operation{.id = who.request.id});
  ++done_;
  expect(!told_.empty() && told_.front().number == who.number,
         "a call that was abandoned still waits");
  hear_one(told_.front(), who.number);
  told_.erase(told_.begin());
  hear_waiting();
  check_alerts();
  check_balances();
}

void simulation::pass_waiting_time() {
  steady_ += milliseconds{250 + below(30'000)};
  books_->clock = std::max(clock_, model_.time());
  books_->writer.upkeep(steady_);
  hear_waiting();
  expect(std::ranges::all_of(waiting_, [&](const auto& each) { return each.until > steady_; }),
         "a call waits for longer than it wanted");
  // Whoever still waits was looked at, at this time.
  if (!waiting_.empty()) model_.see(books_->clock);
  check_line();
  check_alerts();
  check_balances();
}

void simulation::hear_waiting() {
  for (const told& each : std::exchange(told_, {}))
    hear_one(each, 0);
  check_line();
}

void simulation::hear_one(const told& what, std::uint64_t abandoned) {
  const auto found = waiter(what.number);
  expect(found != waiting_.end(), "a call was answered twice");
  waiting_call who = std::move(*found);
  waiting_.erase(found);
  const auto& refused = what.answer.refused;
  if (refused && refused->reason == refusal_reason::budget_busy) {
    return expect(who.number == abandoned || who.until <= steady_,
                  "a call was turned away before its time");
  }
  expect(who.number != abandoned, "a call that was abandoned was let in");
  // It belongs to the window in which it gets its hold.
  who.request.admitted = std::max(who.request.admitted, books_->clock);
  check_let_in(who, what.answer);
  if (!refused) ++seen_.let_in;
}

void simulation::check_let_in(const waiting_call& who, const admission& answer) {
  if (!answer.refused && !answer.beyond_share) {
    const auto needed = model_.contested(who.request);
    for (const waiting_call& each : waiting_) {
      expect(each.number > who.number || needed.empty() || model_.contested(each.request) != needed,
             "a call overtook one that needs room in the same counters");
    }
  }
  const auto before = model_.pending();
  check_verdict(who.request.worst.output_tokens, answer, model_.hold(who.request));
  if (model_.pending() != before) pending_.push_back(who.request.id);
}

// Whoever is behind nobody waits only while something stands in the way.
void simulation::check_line() const {
  for (auto each = waiting_.begin(); each != waiting_.end(); ++each) {
    const bool behind = std::any_of(waiting_.begin(), each, [&](const waiting_call& earlier) {
      return shares_a_counter(earlier.request, each->request);
    });
    expect(behind || model_.judge(each->request).refused.has_value(), "a call waits in vain");
  }
}

}  // namespace stint::testing
