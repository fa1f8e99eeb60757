// Runs the whole ledger but its thread – state machine, log, recovery, outages – on a real store,
// against an auditor that works out every answer on its own: ledger_simulation FIRST_SEED LAST_SEED
// OPERATIONS. One seed is one run, always the same.
//
// What is drawn at random: cap lists; groups of holds, settlements (some over their hold, some
// repeated), notes of progress, calls without a hold; steps of the clock, also back; storage that
// fails at any call in any way; ends of the process, also while the storage fails; restarts with
// another cap list. Checked: every answer, every alert, and, again and again, every balance and the
// proof that rows, roll-ups and counters agree.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <string>

#include "budgets/failing_file_system.hpp"
#include "budgets/ledger_fixture.hpp"
#include "budgets/ledger_query.hpp"
#include "budgets/ledger_verify.hpp"
#include "simulation/ledger_auditor.hpp"
#include "tsan_suppressions.hpp"

namespace stint::testing {
namespace {

class simulation {
 public:
  simulation(std::uint64_t seed, std::uint64_t operations)
      : seed_(seed), operations_(operations), random_(seed), model_(random_caps()) {
    storage_.control().only_on_this_thread();
    start();
  }

  void run() {
    while (done_ < operations_) {
      step_clock();
      if (!outage_ && one_in(40)) arm_failure();
      run_group();
      if (outage_ && one_in(3)) repair();
      if (one_in(60)) restart();
      if (!outage_ && one_in(30)) check_books();
    }
    if (outage_) repair();
    check_books();
    restart();
  }

 private:
  // ---- chance
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }

  [[noreturn]] void fail(const std::string& what) const {
    std::fprintf(
        stderr, "seed %llu, after %llu operations: %s\nreplay: ledger_simulation %llu %llu %llu\n",
        static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(done_),
        what.c_str(), static_cast<unsigned long long>(seed_),
        static_cast<unsigned long long>(seed_), static_cast<unsigned long long>(operations_));
    std::exit(1);
  }
  void expect(bool holds, const std::string& what) const {
    if (!holds) fail(what);
  }

  [[nodiscard]] cap random_cap(int index) {
    constexpr window_kind kinds[] = {window_kind::request, window_kind::minute, window_kind::hour,
                                     window_kind::day,     window_kind::week,   window_kind::month,
                                     window_kind::forever};
    cap rule;
    // What a name means never changes, so that a cap that comes back is the same; its limit, mode
    // and alerts do.
    std::mt19937_64 fixed(seed_ * 100 + static_cast<std::uint64_t>(index));
    rule.name = "cap-" + std::to_string(index);
    rule.unit = static_cast<cap_unit>(fixed() % 5);
    rule.window.kind = kinds[fixed() % std::size(kinds)];
    if (fixed() % 2 == 0) {
      rule.zone_name = "Etc/GMT-5";
      rule.window.zone = find_zone(rule.zone_name);
    }
    if (fixed() % 2 == 0) rule.per.push_back(dimension::tenant);
    if (fixed() % 3 == 0) rule.per.push_back(dimension::feature);
    if (fixed() % 3 == 0)
      rule.match.emplace_back(dimension::tenant, fixed() % 2 == 0 ? "t1" : "t*");
    if (fixed() % 4 == 0) rule.match.emplace_back(dimension::feature, "f2");
    const std::int64_t scale = rule.unit == cap_unit::requests ? 20 : 20'000;
    rule.limit = static_cast<std::int64_t>(below(static_cast<std::uint64_t>(scale))) *
                 (rule.window.kind == window_kind::forever || one_in(4) ? 100 : 1);
    if (one_in(4)) rule.mode = cap_mode::warn;
    if (one_in(3)) rule.alert_percent = {10, 90, 95, 150};
    return rule;
  }
  [[nodiscard]] std::vector<cap> random_caps() {
    std::vector<cap> caps;
    for (int i = 0; i < 8; ++i) {
      if (!one_in(4)) caps.push_back(random_cap(i));
    }
    return caps;
  }

  // ---- the process
  void start() {
    ledger_options options;
    options.directory = scratch_.sub("ledger");
    options.caps = model_.caps();
    options.environment = storage_.get();
    if (one_in(8)) options.durability = durability::disk;
    books_ = std::make_unique<driven_writer>(options);
    books_->clock = model_.time();
  }

  // The process ends where it stands. In an outage it is not known how much of the last group the
  // log has: none of it, all of it, or what a retry left of it.
  void restart() {
    books_.reset();
    storage_.control().repair();
    const auto caps = one_in(2) ? random_caps() : model_.caps();
    std::vector<ledger_auditor> possible = {model_};
    if (outage_) possible = std::exchange(possible_, {});
    outage_ = false;
    for (auto& each : possible) {
      each.alerts().clear();
      each.restart(caps);
    }
    model_ = possible.front();
    pending_.clear();
    resolved_.clear();
    start();
    std::optional<std::string> wrong;
    for (const auto& each : possible) {
      model_ = each;
      wrong = find_wrong();
      if (!wrong) break;
    }
    if (wrong) fail("after a restart: " + *wrong);
    check_alerts();
  }

  void arm_failure() {
    storage_.control().fail_after(static_cast<std::int64_t>(below(4)),
                                  static_cast<failure_mode>(below(3)));
    armed_ = true;
  }

  void repair() {
    if (one_in(3)) {
      storage_.control().fail_after(static_cast<std::int64_t>(below(12)),
                                    static_cast<failure_mode>(below(3)));
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

  void step_clock() {
    using namespace std::chrono;
    clock_ += milliseconds{below(40'000)};
    if (!one_in(50)) return;
    constexpr hours jumps[] = {hours{1}, hours{-1}, hours{24}, hours{-24}, hours{24 * 20}};
    clock_ += jumps[below(std::size(jumps))];
  }

  // ---- operations
  struct question {
    operation what;
    call_id id;
    std::optional<refusal_reason> refused;  // of a hold
    std::string refusing_cap;
    bool beyond_share = false;
    bool new_hold = false;
    bool resolves = false;  // of a settlement
    bool is_repeat = false;
    std::optional<admission> admitted;
    std::optional<settled> settlement_answer;
  };

  [[nodiscard]] attribution random_charge() {
    attribution charged =
        charged_to("t" + std::to_string(below(4)), "f" + std::to_string(below(3)));
    charged.model = one_in(2) ? "gpt-5" : "claude";
    return charged;
  }
  [[nodiscard]] usage random_usage(std::uint64_t bound) {
    usage used;
    used.input_tokens = static_cast<std::int64_t>(below(bound));
    used.output_tokens = static_cast<std::int64_t>(below(bound));
    return used;
  }

  [[nodiscard]] question ask_hold() {
    hold_request request;
    request.id = make_call_id(clock_, random_(), random_());
    request.admitted = clock_;
    request.charged = random_charge();
    request.worst = {.input_tokens = static_cast<std::int64_t>(below(500)),
                     .output_tokens = static_cast<std::int64_t>(below(500)),
                     .cost = nanodollars{static_cast<std::int64_t>(below(2'000))},
                     .requests = 1};
    request.known.input_tokens = request.worst.input_tokens;
    request.known_cost = nanodollars{request.worst.cost.count() / 3};
    if (one_in(4)) request.room_share = static_cast<std::int64_t>(1 + below(16));
    if (!pending_.empty() && one_in(20)) request.id = pending_[below(pending_.size())];
    question asked;
    asked.id = request.id;
    if (!outage_) {
      const auto before = model_.pending();
      const auto verdict = model_.hold(request);
      asked.refused = verdict.refused;
      asked.refusing_cap = verdict.refusing_cap;
      asked.beyond_share = verdict.beyond_share;
      asked.new_hold = model_.pending() != before;
      if (asked.new_hold) pending_.push_back(request.id);
    }
    asked.what = hold_operation{.request = std::move(request), .answer = {}};
    return asked;
  }

  [[nodiscard]] question ask_settle() {
    question asked;
    settlement what;
    asked.is_repeat = pending_.empty() || (!resolved_.empty() && one_in(10));
    if (asked.is_repeat) {
      what.id = resolved_.empty() ? call_id{} : resolved_[below(resolved_.size())];
    } else {
      const auto at = below(pending_.size());
      what.id = pending_[at];
      pending_[at] = pending_.back();
      pending_.pop_back();
      resolved_.push_back(what.id);
      if (resolved_.size() > 50) resolved_.pop_front();
    }
    what.used = random_usage(one_in(10) ? 2'000 : 300);
    what.cost = nanodollars{static_cast<std::int64_t>(below(one_in(10) ? 8'000 : 1'000))};
    what.ended = clock_;
    asked.id = what.id;
    asked.resolves = model_.settle(what);
    asked.what = settle_operation{.what = std::move(what), .answer = {}};
    return asked;
  }

  [[nodiscard]] question ask_record() {
    ledger_row row;
    row.id = make_call_id(clock_, random_(), random_());
    row.admitted = clock_;
    row.charged = random_charge();
    row.outcome = call_outcome::refused;
    if (one_in(2)) row.used = random_usage(50);
    if (one_in(2)) row.flags = row_flag::unpriced;
    question asked;
    asked.id = row.id;
    asked.resolves = true;
    model_.record(row);
    asked.what = record_operation{.row = std::move(row), .answer = {}};
    return asked;
  }

  [[nodiscard]] question ask_note() {
    question asked;
    progress_note note;
    if (!pending_.empty()) note.id = pending_[below(pending_.size())];
    note.known = random_usage(300);
    note.known_cost = nanodollars{static_cast<std::int64_t>(below(500))};
    if (!outage_) model_.note(note);
    asked.what = note;
    return asked;
  }

  [[nodiscard]] question ask() {
    const auto dice = below(100);
    if (dice < 46) return ask_hold();
    if (dice < 88) return ask_settle();
    if (dice < 94) return ask_note();
    return ask_record();
  }

  void run_group() {
    std::optional<ledger_auditor> before;
    if (armed_ && !outage_) before = model_;
    std::vector<question> questions(1 + below(20));
    std::vector<operation> operations;
    for (question& each : questions) {
      each = ask();
      if (auto* hold = std::get_if<hold_operation>(&each.what)) {
        hold->answer = [&each](admission answer) { each.admitted = std::move(answer); };
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
    const bool was_out = outage_;
    outage_ = !books_->writer.health().writable;
    if (outage_ && !was_out) {
      expect(before.has_value(), "a write failed that was not meant to");
      possible_ = {*before, model_};
      withdraw_refused(questions);
      possible_.push_back(model_);
    }
    for (const question& each : questions)
      check_answer(each);
    if (!outage_) check_alerts();
  }

  // The holds of a group that was not written were never acknowledged.
  void withdraw_refused(const std::vector<question>& questions) {
    for (const question& each : questions) {
      if (!each.new_hold) continue;
      model_.withdraw(each.id);
      std::erase(pending_, each.id);
      std::erase(resolved_, each.id);
    }
  }

  // ---- checks
  void check_answer(const question& asked) const {
    if (asked.admitted) {
      const auto& got = asked.admitted->refused;
      if (outage_) {
        const bool refused_by_rule = got && asked.refused && got->reason == *asked.refused;
        expect(got && (refused_by_rule || got->reason == refusal_reason::storage_unavailable),
               "a hold was admitted that is not on the log");
      } else {
        expect(got.has_value() == asked.refused.has_value(),
               "a hold was wrongly " + std::string(got ? "refused" : "admitted"));
        expect(asked.admitted->beyond_share == asked.beyond_share,
               "a hold that must leave room was judged wrongly");
        if (got) {
          expect(got->reason == *asked.refused, "a hold was refused for the wrong reason");
          expect(got->standing.cap == asked.refusing_cap, "a hold was refused by cap " +
                                                              got->standing.cap + " and not by " +
                                                              asked.refusing_cap);
        }
      }
    }
    if (asked.settlement_answer) {
      const auto& got = *asked.settlement_answer;
      expect(got.recorded == (asked.resolves && !outage_), "a settlement was answered wrongly");
      if (asked.is_repeat && asked.id != call_id{})
        expect(got.already_resolved, "a second resolution won");
    }
  }

  void check_alerts() {
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

  [[nodiscard]] std::optional<std::string> find_wrong() {
    books_->clock = model_.time();
    if (auto wrong = model_.audit(books_->standings())) return wrong;
    const ledger_store::moment at(books_->writer.store());
    rollup_sums total;
    for (const auto& line : query_spend(at, {}))
      total += line.sums;
    if (total != model_.total()) {
      return "spent " + std::to_string(total.cost.count()) + " in " + std::to_string(total.calls) +
             " calls, expected " + std::to_string(model_.total().cost.count()) + " in " +
             std::to_string(model_.total().calls);
    }
    if (books_->writer.health().holds_active != model_.pending())
      return "the number of holds is wrong";
    const auto findings = verify_books(at, model_.caps());
    if (!findings.empty()) return findings.front();
    return std::nullopt;
  }

  void check_books() {
    if (const auto wrong = find_wrong()) fail(*wrong);
  }

  std::uint64_t seed_;
  std::uint64_t operations_;
  std::uint64_t done_ = 0;
  std::mt19937_64 random_;
  wall_time clock_ = monday_ten;
  ledger_auditor model_;
  std::vector<call_id> pending_;
  std::deque<call_id> resolved_;

  scratch_directory scratch_;
  failing_environment storage_;
  std::unique_ptr<driven_writer> books_;
  bool armed_ = false;
  bool outage_ = false;
  std::vector<ledger_auditor> possible_;
};

}  // namespace
}  // namespace stint::testing

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ledger_simulation FIRST_SEED LAST_SEED OPERATIONS\n");
    return 2;
  }
  const auto operations = std::stoull(argv[3]);
  for (auto seed = std::stoull(argv[1]); seed <= std::stoull(argv[2]); ++seed) {
    stint::testing::simulation(seed, operations).run();
    std::printf("seed %llu: %llu operations, every answer and every balance as audited\n", seed,
                operations);
    std::fflush(stdout);
  }
}
