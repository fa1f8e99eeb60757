// An independent model of the ledger: what its answers and its books must be, worked out the slow
// and obvious way, from ordered maps and the words of the cap list, without any of its code but the
// plain records. A value: copies are what-ifs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "budgets/records/cap.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/store/rollup.hpp"

namespace stint::testing {

class ledger_auditor {
 public:
  struct counter_name {
    std::string cap;
    std::string scope;
    std::int64_t start = 0;  // seconds
    auto operator<=>(const counter_name&) const = default;
  };
  struct balance {
    std::int64_t posted = 0;
    std::int64_t held = 0;
    int threshold = 0;
    std::int64_t beyond_holds =
        0;                      // posted by calls that used more than they held, or held nothing
    std::int64_t at_entry = 0;  // posted within holds when the cap's present limit came into force
  };
  struct alert {
    counter_name counter;
    int percent = 0;
    bool operator==(const alert&) const = default;
  };
  struct verdict {
    std::optional<refusal_reason> refused;
    std::string refusing_cap;
    bool beyond_share = false;
    std::int64_t output_bound = 0;  // of an admitted call, and how much of it is held
    std::int64_t output_held = 0;
    bool whole = false;  // the bound was lowered to all that is left: it is held whole
  };

  explicit ledger_auditor(std::vector<cap> caps) : caps_(std::move(caps)) {}

  [[nodiscard]] verdict hold(const hold_request& request);
  // What it would be told now; nothing changes.
  [[nodiscard]] verdict judge(const hold_request& request) const;
  [[nodiscard]] verdict extend(const hold_extension& what);
  void see(wall_time at) { time_ = std::max(time_, at); }
  // The counters of hard caps that this call needs room in.
  [[nodiscard]] std::set<counter_name> contested(const hold_request& request) const;
  // True when this resolves the call.
  bool settle(const settlement& what);
  void record(const ledger_row& row);
  void note(const progress_note& note);
  void withdraw(const call_id& id) { release(id); }
  // The process ends and another one starts. Its time is that of the log, in which what changed
  // nothing left no trace; false when that opens a window again.
  [[nodiscard]] bool resume(wall_time at);
  // And it has this cap list; what is pending is posted at what is known.
  void restart(std::vector<cap> caps);

  [[nodiscard]] const std::vector<cap>& caps() const { return caps_; }
  [[nodiscard]] wall_time time() const { return time_; }
  [[nodiscard]] const rollup_sums& total() const { return total_; }
  [[nodiscard]] std::vector<alert>& alerts() { return alerts_; }
  [[nodiscard]] std::size_t pending() const { return holds_.size(); }
  [[nodiscard]] bool holds(const call_id& id) const { return holds_.contains(id); }
  // What is wrong with these standings, taken at time(); nothing when they are right.
  [[nodiscard]] std::optional<std::string> audit(const std::vector<cap_standing>& standings) const;
  // What a hard cap promises: held, and posted by calls within their holds, together never pass its
  // limit. A limit that was lowered below what was spent admits nothing until that is over.
  [[nodiscard]] std::optional<std::string> find_passed_limit(
      const std::vector<cap_standing>& standings) const;

 private:
  struct occupied {
    counter_name counter;
    std::int64_t amount = 0;
    std::int64_t reach = 0;  // what it would be with the output that the call wanted room for
  };
  struct pending_call {
    hold_request request;
    std::int64_t output_bound = 0;
    amounts taken;
    std::vector<occupied> counters;
  };
  // A cap that selects the call; its counter, unless it is a cap of single calls.
  struct hurdle {
    const cap* rule = nullptr;
    counter_name counter;
    balance now;
    std::int64_t reserve = 0;  // left for what running calls may still ask for
  };

  [[nodiscard]] static counter_name name_of(const cap_standing& at);
  [[nodiscard]] const cap* find_cap(const std::string& name) const;
  [[nodiscard]] static counter_name name_of(const cap& rule, const attribution& charged,
                                            wall_time at);
  [[nodiscard]] static bool selected(const cap& rule, const attribution& charged);
  [[nodiscard]] static std::int64_t measured(const cap& rule, const amounts& of);
  [[nodiscard]] std::vector<hurdle> hurdles_of(const hold_request& request) const;
  [[nodiscard]] std::int64_t reserve_of(const counter_name& counter) const;
  [[nodiscard]] static bool crowds(const hurdle& at, const hold_request& request);
  static void judge_alone(const hurdle& at, const hold_request& request, verdict& so_far);
  static bool judge_beside(const hurdle& at, const hold_request& request, verdict& so_far);
  std::optional<pending_call> release(const call_id& id);
  // `covered`: what the call held of this counter.
  void post(const counter_name& to, const amounts& used, std::int64_t covered);
  void enter_limits();
  void add_row(const usage& used, const amounts& posted, bool flagged);

  std::vector<cap> caps_;
  wall_time time_{};
  std::map<counter_name, balance> balances_;
  std::map<call_id, pending_call> holds_;
  rollup_sums total_;
  std::vector<alert> alerts_;
};

}  // namespace stint::testing
