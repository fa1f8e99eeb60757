// One run of the whole ledger but its thread – state machine, log, recovery, outages – on a real
// store, against an auditor that works out every answer on its own. One seed is one run, always the
// same.
//
// What is drawn at random: cap lists; groups of holds (whole, in parts, with a bound that can be
// lowered), extensions, settlements (some over their hold, some repeated), notes of progress, calls
// without a hold; calls that wait in line, for a while or until they are abandoned; steps of the
// clock, also back; storage that fails at any call in any way; ends of the process, also while the
// storage fails; restarts. Checked: every answer and every alert; after each
// group every balance, and that no hard cap is passed; that nobody waits who could go, and that
// nobody overtakes; again and again the proof that rows, roll-ups and counters agree.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "budgets/ledger_fixture.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/store/failing_file_system.hpp"
#include "simulation/ledger_auditor.hpp"
#include "simulation/random_calls.hpp"

namespace stint::testing {

class simulation {
 public:
  simulation(std::uint64_t seed, std::uint64_t operations);
  // Ends the program, saying how to replay it, at the first thing that is wrong.
  void run();

  // How often it came to what is rare, so that a run that never did is seen.
  struct tally {
    std::uint64_t admitted = 0;
    std::uint64_t lowered = 0;   // admitted with a lower bound than asked for
    std::uint64_t extended = 0;  // granted
    std::uint64_t waited = 0;
    std::uint64_t let_in = 0;  // of those that waited
    std::uint64_t restarts = 0;
    std::uint64_t outages = 0;
  };
  [[nodiscard]] const tally& seen() const { return seen_; }

 private:
  // One operation, what the auditor says of it, and what the ledger answered.
  struct question {
    operation what;
    call_id id;
    ledger_auditor::verdict expected;  // of a hold
    bool new_hold = false;
    bool resolves = false;  // of a settlement
    bool is_repeat = false;
    std::uint64_t number = 0;  // of a hold
    std::int64_t output_asked = 0;
    std::optional<admission> admitted;
    std::optional<extension> extended;
    std::optional<settled> settlement_answer;
  };

  [[noreturn]] void fail(const std::string& what) const;
  void expect(bool holds, const std::string& what) const;
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
  [[nodiscard]] bool one_in(std::uint64_t n) { return random_.one_in(n); }

  // The process: simulation_process.cpp.
  void start(const std::vector<cap>& caps);
  void restart();
  void arm_failure();
  void repair();
  void step_clock();

  // Operations: simulation_group.cpp.
  [[nodiscard]] question ask();
  [[nodiscard]] question ask_hold();
  [[nodiscard]] question ask_settle();
  [[nodiscard]] question ask_record();
  [[nodiscard]] question ask_note();
  [[nodiscard]] question ask_extension();
  void run_group();
  void submit(std::vector<question>& questions);
  void withdraw_refused(const std::vector<question>& questions);

  // Calls that wait, and those that come while others do: simulation_waiting.cpp. The storage does
  // not fail meanwhile: which of them a lost group had let in could not be told.
  struct waiting_call {
    std::uint64_t number = 0;
    hold_request request;
    std::chrono::steady_clock::time_point until{};
  };
  struct told {
    std::uint64_t number = 0;
    admission answer;
  };
  [[nodiscard]] completion<admission> listener(std::uint64_t number);
  [[nodiscard]] std::vector<waiting_call>::iterator waiter(std::uint64_t number);
  void run_newcomer();
  void run_abandonment();
  void pass_waiting_time();
  void hear_newcomer(waiting_call& newcomer);
  void hear_waiting();
  void hear_one(const told& what, std::uint64_t abandoned);
  void check_let_in(const waiting_call& who, const admission& answer);
  void check_line() const;
  [[nodiscard]] bool shares_a_counter(const hold_request& one, const hold_request& other) const;

  // Checks: simulation_checks.cpp.
  void check_answer(const question& asked);
  void check_admission(const question& asked);
  void check_verdict(std::int64_t output_asked, const admission& got,
                     const ledger_auditor::verdict& expected);
  void check_extension(const question& asked);
  void check_alerts();
  void check_balances();
  void prove_books();
  [[nodiscard]] std::optional<std::string> find_wrong_balance();
  [[nodiscard]] std::optional<std::string> find_wrong_total() const;

  std::uint64_t seed_;
  std::uint64_t operations_;
  std::uint64_t done_ = 0;
  std::uint64_t next_proof_ = 0;
  random_calls random_;
  wall_time clock_ = monday_ten;
  ledger_auditor model_;
  std::vector<call_id> pending_;
  std::deque<call_id> resolved_;
  std::vector<waiting_call> waiting_;  // in order of arrival
  std::vector<told> told_;             // of the group at hand, in order
  std::uint64_t number_ = 0;
  tally seen_;
  std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();

  scratch_directory scratch_;
  failing_environment storage_;
  std::unique_ptr<driven_writer> books_;
  bool armed_ = false;
  bool outage_ = false;
  // In an outage it is not known what the log has: the books that it may turn out to be.
  std::vector<ledger_auditor> possible_;
};

}  // namespace stint::testing
