// The process that the simulation ends and starts again, its storage and its clock.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "simulation/simulation.hpp"

namespace stint::testing {

simulation::simulation(std::uint64_t seed, std::uint64_t operations)
    : seed_(seed), operations_(operations), random_(seed), model_(random_.caps()) {
  storage_.control().only_on_this_thread();
  start(model_.caps());
}

void simulation::run() {
  while (done_ < operations_) {
    step_clock();
    if (!outage_ && waiting_.empty() && one_in(40)) arm_failure();
    if (!outage_ && !armed_ && one_in(2)) {
      for (auto left = 1 + below(16); left != 0; --left)
        run_newcomer();
    } else {
      run_group();
    }
    if (!waiting_.empty() && one_in(6)) run_abandonment();
    if (!waiting_.empty() && one_in(4)) pass_waiting_time();
    if (outage_ && one_in(3)) repair();
    if (one_in(60)) restart();
    if (!outage_ && done_ >= next_proof_) prove_books();
  }
  if (outage_) repair();
  prove_books();
  restart();
  prove_books();
}

void simulation::fail(const std::string& what) const {
  std::fprintf(
      stderr, "seed %llu, after %llu operations: %s\nreplay: ledger_simulation %llu %llu %llu\n",
      static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(done_), what.c_str(),
      static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(seed_),
      static_cast<unsigned long long>(operations_));
  std::exit(1);
}

void simulation::expect(bool holds, const std::string& what) const {
  if (!holds) fail(what);
}

void simulation::start(const std::vector<cap>& caps) {
  ledger_options options;
  options.directory = scratch_.sub("ledger");
  options.caps = caps;
  options.environment = storage_.get();
  if (one_in(8)) options.durability = durability::disk;
  books_ = std::make_unique<driven_writer>(options);
  books_->clock = model_.time();
}

// The process ends where it stands. In an outage it is not known how much of the last group the
// log has: none of it, all of it, or what a retry left of it.
void simulation::restart() {
  ++seen_.restarts;
  books_.reset();
  storage_.control().repair();
  // The same list: the auditor does not know the history that a new cap begins with, which
  // tests/budgets/books/cap_history_test.cpp compares with a ledger that had the cap from the beginning.
  const auto caps = model_.caps();
  std::vector<ledger_auditor> possible = {model_};
  if (outage_) possible = std::exchange(possible_, {});
  outage_ = false;
  waiting_.clear();
  told_.clear();
  pending_.clear();
  resolved_.clear();
  random_.change_mood();
  start(caps);
  std::optional<std::string> wrong = "a window that was closed is open again";
  for (auto& each : possible) {
    if (!each.resume(books_->writer.state().last_seen())) continue;
    each.alerts().clear();
    each.restart(caps);
    model_ = each;
    wrong = find_wrong_balance();
    if (!wrong && possible.size() > 1) wrong = find_wrong_total();
    if (!wrong) break;
  }
  if (wrong) fail("after a restart: " + *wrong);
  check_alerts();
}

void simulation::arm_failure() {
  storage_.control().fail_after(random_.upto(4), static_cast<failure_mode>(below(3)));
  armed_ = true;
}

void simulation::repair() {
  if (one_in(3)) {
    storage_.control().fail_after(random_.upto(12), static_cast<failure_mode>(below(3)));
    books_->upkeep();
  }
  storage_.control().repair();
  if (!books_->writer.health().writable) books_->upkeep();
  expect(books_->writer.health().writable,
         "the storage works again, and the ledger does not write");
  outage_ = false;
  armed_ = false;
  possible_.clear();
  check_alerts();
}

void simulation::step_clock() {
  using namespace std::chrono;
  clock_ += milliseconds{below(40'000)};
  if (!one_in(50)) return;
  // Rows are deleted by when their call came, and the proof grants a day until it was admitted: a
  // clock that steps by days while a call waits, or back twice in a row, would be more than that.
  constexpr hours jumps[] = {hours{1}, hours{-1}, hours{24}, hours{-24}, hours{24 * 20}};
  clock_ += jumps[below(waiting_.empty() ? std::size(jumps) : 2)];
  clock_ = std::max(clock_, model_.time() - hours{20});
}

}  // namespace stint::testing
