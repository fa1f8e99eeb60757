// The state machine at the heart: holds, counters and their rules, with neither disk nor clock nor
// thread. Operations are applied one by one and pile up in changes() until the caller has written
// them and says written(); the same operations give the same changes on every machine. Owned by the
// ledger's writer, on its thread.
//
// Time is what the operations bring: the latest `admitted` seen. It never goes back, so a window
// that has closed is never open again, whatever the wall clock does; last_seen() is kept on disk
// for the same reason.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include "budgets/records/adjustment.hpp"
#include "budgets/records/alert.hpp"
#include "budgets/records/amendment.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/state/counters/cap_counters.hpp"
#include "budgets/state/ledger/recent_ids.hpp"
#include "budgets/state/ledger/standings_walk.hpp"

namespace stint {

// One counter that a hold occupies, and how much of it: settlement gives back exactly this,
// whatever the caps say by then.
struct touch {
  counter* at = nullptr;
  wall_time start{};  // cap_counters::start_of_calls() when the call was admitted
  std::int64_t amount = 0;
  std::int64_t reach = 0;  // what it would be with ample output; not on the log

  [[nodiscard]] std::int64_t beyond() const noexcept { return reach > amount ? reach - amount : 0; }
};

struct active_hold {
  hold_request request;
  std::uint32_t epoch = 0;               // of the cap list that admitted it
  std::int64_t output_bound_tokens = 0;  // as admitted; not on the log: an orphan does not go on
  boost::container::small_vector<touch, 4> touches;
  bool changed = false;  // in the group that is not written yet
};

// What a group of operations changed and must be written in one piece.
struct counter_place {
  wall_time start{};
  std::string_view scope;
};

struct ledger_changes {
  std::vector<active_hold*> holds_put;
  std::vector<call_id> holds_removed;
  std::vector<counter*> counters;
  std::vector<ledger_row> rows;
  std::vector<std::uint32_t> row_epochs;  // one for each row
  std::vector<amended_row> amended;
  std::vector<alert_crossing> alerts;
  bool windows_moved = false;  // to be kept even if nothing else is: a closed window stays closed

  [[nodiscard]] bool empty() const noexcept;
};

struct numbered_cap {
  cap definition;
  std::uint32_t number = 0;                  // of its counters on disk
  std::optional<wall_time> incomplete = {};  // cap_counters::set_incomplete
  bool fresh = false;  // it begins with no counters; what it had before comes with add_history()
};

class ledger {
 public:
  ledger(std::vector<numbered_cap> caps, std::uint32_t epoch, wall_time last_seen);

  // The request is taken only where it is held; a refused one may wait and ask again.
  [[nodiscard]] admission hold(hold_request&& request);
  // Why waiting would be in vain for such a call; nothing: it fits, or only others' holds stand in
  // its way.
  [[nodiscard]] std::optional<hold_refusal> find_hopeless(hold_request& request);
  [[nodiscard]] extension extend(const hold_extension& what);
  void note_progress(const progress_note& note);
  [[nodiscard]] settled settle(settlement what);
  [[nodiscard]] settled record(ledger_row row);
  // Gives a hold back without a trace: it was never acknowledged.
  void withdraw(const call_id& id);

  // Another list of caps in place of the present one; nothing may wait to be written. A cap that
  // stays (by number) keeps its counters. Running calls give back what they hold to the caps that
  // went, and are held against and will be posted to the new ones whose open window admitted them:
  // so a new cap's counters, with their history, are what they would be had it always been there.
  void reconfigure(std::vector<numbered_cap> list, std::uint32_t epoch);
  // The caps with these numbers, and no others, are new: holds that are restored belong to them
  // too.
  void expect_history(const std::vector<std::uint32_t>& cap_numbers);
  // What a new cap's counters had before it was there, of the open window or one closed since. As
  // posted in all: with what resets have forgiven.
  void add_history(std::uint32_t cap_number, cap_counters::stored from);
  void end_history(std::uint32_t cap_number, std::optional<wall_time> incomplete);

  // Raises and resets; `number` is what the first record gets. The window moves to order.at first.
  [[nodiscard]] adjusted adjust(const adjustment_order& order, std::uint64_t number);
  // One that was made before, as read from disk; before counters are restored.
  void restore_adjustment(adjustment made);

  [[nodiscard]] const ledger_changes& changes() const noexcept { return changes_; }
  void written();

  // Restores what was read from disk. Only before the first operation; the hold's counters are in
  // the ledger already.
  struct stored_touch {
    std::uint32_t cap_index = 0;
    wall_time start{};
    std::string scope;
    std::int64_t amount = 0;
  };
  // A row that was told differently, to be written in place of what it was.
  void replace_row(amended_row what) { changes_.amended.push_back(std::move(what)); }
  // Changes what was posted to a counter by a row that ended then and is told differently.
  // The counter is in memory.
  enum class reposted : std::uint8_t {
    counted,
    forgiven  // by a reset: what that forgave is changed, and not what is used
  };
  struct charge_change {
    std::int64_t by = 0;
    std::int64_t known_since = 0;  // so much was charged for an end that is known now
  };
  [[nodiscard]] reposted repost(std::uint32_t cap_index, const counter_place& where,
                                wall_time ended, const charge_change& by_how_much);
  counter& restore_counter(std::uint32_t cap_index, cap_counters::stored from);
  void restore_hold(hold_request request, std::uint32_t hold_epoch,
                    const std::vector<stored_touch>& touches);

  [[nodiscard]] bool expects_history(std::uint32_t cap_number) const noexcept;
  [[nodiscard]] const std::vector<cap_counters>& caps() const noexcept { return caps_; }
  [[nodiscard]] wall_time last_seen() const noexcept { return last_seen_; }
  [[nodiscard]] std::uint32_t epoch() const noexcept { return epoch_; }
  [[nodiscard]] bool holds(const call_id& id) const noexcept { return holds_.contains(id); }
  [[nodiscard]] const hold_request* find_hold(const call_id& id) const noexcept;
  // True for a call resolved in the group that is not written yet, and for most of those resolved
  // before it; the disk knows the others.
  [[nodiscard]] bool resolved_lately(const call_id& id) const noexcept;
  [[nodiscard]] std::size_t holds_active() const noexcept { return holds_.size(); }
  // Goes on with at most `budget` counters, which is reduced; true: all have been seen.
  bool walk_standings(standings_walk& walk, wall_time now, std::size_t& budget) const;
  // All at once, sorted: counters of windows that are open at `now`, and those with something held.
  [[nodiscard]] std::vector<cap_standing> standings(wall_time now) const;
  // Visits (name of the cap, scope) for each cap that counts such a call and enforces, until the
  // visitor says true; answers whether it did.
  template <class Visitor>
  bool any_scope_of(const attribution& charged, Visitor&& visit) {
    for (std::size_t i = 0; i < caps_.size(); ++i) {
      const cap& rule = caps_[i].definition();
      if (!caps_[i].counts() || rule.mode != cap_mode::enforce || !rule.selects(charged)) continue;
      if (visit(std::string_view(rule.name), scope_view(charged, rule.per, scope_buffers_[i])))
        return true;
    }
    return false;
  }

 private:
  struct candidate {
    cap_counters* of = nullptr;
    counter* at = nullptr;  // nothing is opened for a call that is refused
    std::string_view scope;
  };
  struct evaluation {
    boost::container::small_vector<candidate, 8> candidates;
    std::int64_t bound = 0;  // output tokens that the call may make
    bool lowered = false;    // to what a counter has left: held whole
    std::optional<hold_refusal> refused;
    std::vector<std::string> warned;
    bool beyond_share = false;
  };

  wall_time advance(wall_time at);
  const active_hold& occupy(hold_request&& request, const evaluation& decided);
  [[nodiscard]] bool may_take_alone(const active_hold& held, const amounts& to) const;
  void weigh_growth(const touch& what, const amounts& to, evaluation& result);
  void note_duration(const ledger_row& row) noexcept;
  void weigh_standing(const cap_counters& of, const counter& at, wall_time moment,
                      standings_walk& into) const;
  void evaluate(const hold_request& request, evaluation& result);
  void weigh_alone(const hold_request& request, const candidate& what, evaluation& result) const;
  void weigh_beside_others(const hold_request& request, const candidate& what,
                           evaluation& result) const;
  void refuse(const candidate& what, refusal_reason reason, std::int64_t requested,
              evaluation& result) const;
  [[nodiscard]] bool leaves_room(const hold_request& request, const candidate& what) const;
  [[nodiscard]] std::int64_t limit_of(const candidate& what) const noexcept;
  [[nodiscard]] cap_standing standing_of(const candidate& what) const;
  [[nodiscard]] std::chrono::milliseconds time_to_next_release(const counter& at) const noexcept;
  void post(counter& at, wall_time start, std::int64_t amount);
  void mark_changed(counter& at);
  void mark_changed(active_hold& held);
  std::unique_ptr<active_hold> take(const call_id& id);
  void append_row(ledger_row&& row, std::uint32_t row_epoch);
  [[nodiscard]] std::optional<cap_standing> tightest_of(std::span<const touch> touches) const;
  void fire_alerts(counter& at);
  void move_windows();
  void drop_touches_of_others(const std::vector<numbered_cap>& list);
  void attach(active_hold& held, cap_counters& to);
  void aim_all(cap_counters& of);
  void tell_raises(cap_counters& of);
  [[nodiscard]] std::int64_t forgiven_of(std::uint32_t cap_number,
                                         const cap_counters::stored& at) const;
  [[nodiscard]] cap_counters* find_cap(std::uint32_t number) noexcept;
  [[nodiscard]] std::optional<adjustment_refusal> refusal_of(const adjustment_order& order,
                                                             const cap_counters& of) const;
  void raise(const adjustment_order& order, adjustment made, cap_counters& of, adjusted& result);
  [[nodiscard]] std::optional<adjustment_refusal> reset(adjustment made, cap_counters& of,
                                                        adjusted& result);
  void remember_reset(const adjustment& made);

  std::vector<cap_counters> caps_;
  std::int64_t usual_hold_us_ = 0;  // how long holds have lasted lately
  std::vector<adjustment> raises_;  // that have not ended, also of caps that are away
  // By resets: what they forgave, by cap number, start of the window and scope.
  struct forgiveness {
    std::int64_t amount = 0;
    wall_time latest{};  // reset
  };
  std::map<std::tuple<std::uint32_t, wall_time, std::string>, forgiveness> forgiven_;
  std::vector<std::uint32_t> expecting_;  // numbers of caps whose history is being read

  std::uint32_t epoch_;
  wall_time last_seen_;
  wall_time next_window_{};  // the first end of any open window
  boost::unordered_flat_map<call_id, std::unique_ptr<active_hold>, call_id_hash> holds_;
  recent_ids resolved_;
  ledger_changes changes_;
  std::vector<std::string>
      scope_buffers_;  // one for each cap; views of them live for one operation
};

}  // namespace stint
