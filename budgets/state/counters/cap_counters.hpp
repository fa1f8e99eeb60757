// The counters of one cap in memory: every scope of the window that is open, and those of closed
// windows that a hold still refers to. Windows only move forward; a closed one leaves memory as its
// holds resolve. With a rolling window each scope has one counter, the sum of its buckets in the
// window of the moment; it leaves memory when its buckets have left the window and its holds are
// resolved. Owned by the ledger, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "budgets/records/adjustment.hpp"
#include "budgets/records/alert.hpp"
#include "budgets/records/cap.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/state/counters/rolling_buckets.hpp"

namespace stint {

// What is rare: a counter that was reset, or whose limit changed after an alert fired, or that has calls
// in it whose end nobody saw.
struct counter_past {
  std::int64_t forgiven = 0;           // by resets; the counter on disk still has it
  std::vector<fired_at> fired_before;  // at other limits than the present one
  std::int64_t unknown = 0;            // of what is posted: charged for ends that nobody saw
};

struct counter {
  std::uint32_t cap_index = 0;   // in the list of caps
  std::uint32_t cap_number = 0;  // on disk
  std::uint32_t position = 0;    // among those in memory, see cap_counters::counter_at
  std::string scope;
  stint::window window;
  std::int64_t posted = 0;  // since the latest reset
  std::int64_t held = 0;
  // What its holds would take with ample output, beyond what they hold: some of them will ask.
  std::int64_t beyond = 0;
  std::int64_t limit = 0;  // that is in force: the cap's, and what it was raised by
  std::unique_ptr<counter_past> past;
  std::int64_t next_alert_at = 0;  // the posted amount at which the next percentage fires
  int threshold = 0;               // the highest percentage that has fired
  std::uint32_t holds = 0;         // that refer to this counter
  bool changed = false;            // in the group that is not written yet
  // Of a rolling window; then the counter itself is the sum of those that count at the moment.
  std::unique_ptr<rolling_buckets> rolling;

  [[nodiscard]] std::int64_t forgiven() const noexcept { return past ? past->forgiven : 0; }
  [[nodiscard]] std::int64_t unknown() const noexcept { return past ? past->unknown : 0; }
  // Of a window that rolls it is not told: what leaves it is not known by the call.
  void add_unknown(std::int64_t by);
};

class cap_counters {
 public:
  cap_counters(cap definition, std::uint32_t index, std::uint32_t number)
      : definition_(std::move(definition)), index_(index), number_(number) {}
  // Said not to throw, so that a list of them moves them: only running out of memory ends it.
  cap_counters(cap_counters&&) noexcept = default;
  cap_counters& operator=(cap_counters&&) noexcept = default;
  ~cap_counters() = default;

  [[nodiscard]] const cap& definition() const noexcept { return definition_; }
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
  [[nodiscard]] bool counts() const noexcept {
    return definition_.window.kind != window_kind::request;
  }

  [[nodiscard]] bool rolls() const noexcept {
    return definition_.window.kind == window_kind::rolling;
  }

  // Closes the window when `at` is past its end. `at` never goes back. Returns the open window.
  const window& advance(wall_time at);
  [[nodiscard]] const window& current() const noexcept { return current_; }

  [[nodiscard]] counter* find(std::string_view scope) const noexcept;  // in the open window
  counter& find_or_open(std::string_view scope);
  // As read from disk, in the open window or a closed one. What has fired is then as it must be at
  // the present limit.
  struct stored {
    wall_time start{};
    std::string_view scope;
    std::int64_t posted = 0;    // in all
    std::int64_t forgiven = 0;  // of that
    int threshold = 0;
    std::optional<std::int64_t> limit = {};  // at which it fired
    std::vector<fired_at> fired_before = {};
    std::int64_t unknown = 0;  // of what was posted
  };
  counter& restore(const stored& from);
  [[nodiscard]] counter* find_at(wall_time start, std::string_view scope) const noexcept;

  // Where the usage of a call belongs that is admitted now: the start of the counter's window, or
  // of the present bucket. The following take it, so that a call stays where it was admitted.
  [[nodiscard]] wall_time start_of_calls(const counter& at) const noexcept;
  void hold(counter& at, wall_time start, std::int64_t amount);
  void change_held(counter& at, wall_time start, std::int64_t by);
  void give_back(counter& at, wall_time start, std::int64_t amount);
  void post(counter& at, wall_time start, std::int64_t amount);
  // What was posted turns out to be more or less by this. Where it is less, alerts above the new
  // ratio may fire again.
  void repost(counter& at, wall_time start, std::int64_t by);
  // What a call admitted at `start` shares its limit with, itself included: its counter, or the
  // fullest of the windows that count its bucket.
  [[nodiscard]] rolling_buckets::sums beside(counter& at, wall_time start);
  // Of a rolling window: when this much will fit again although nothing else changes; nothing:
  // never.
  [[nodiscard]] std::optional<wall_time> room_again(const counter* at, std::int64_t amount) const;
  // Alerts have fired: the counter of a rolling window remembers it with its newest bucket.
  void keep_threshold(counter& at) noexcept;

  // The counter is written: it leaves memory if it has no hold left and its window is closed. The
  // reference ends here.
  void written(counter& at);
  void written_and_kept(counter& at) noexcept;  // whatever its window
  // Drops counters of closed windows that nothing refers to, looking at no more than `budget`,
  // which is reduced.
  void sweep(std::size_t& budget);

  // The cap as configured anew, at another place in the list; its counters stay. The limit that is
  // in force follows with aim().
  void redefine(cap definition, std::uint32_t index);

  // Raises that have not ended at `now`; they are told again whenever one begins or ends.
  void set_raises(std::vector<adjustment> raises) { raises_ = std::move(raises); }
  // What is in force at `now` for a scope.
  [[nodiscard]] std::int64_t limit_of(std::string_view scope, wall_time now) const noexcept;
  [[nodiscard]] const std::vector<adjustment>& raises() const noexcept { return raises_; }
  // Puts a limit in force. A percentage that lies above the new ratio fires again; none fires twice
  // at one limit. True when something changed that belongs on disk.
  bool aim(counter& at, std::int64_t limit) const;
  // The counter starts again at nothing, and its alerts with it.
  void forgive(counter& at) const;

  // The window of which rows were missing when its counters were rebuilt.
  void set_incomplete(std::optional<wall_time> start) noexcept { incomplete_ = start; }
  [[nodiscard]] bool is_incomplete(const window& of) const noexcept;

  [[nodiscard]] cap_standing standing_of(const counter& of) const;
  // The same at a moment that may be later than the ledger's; nothing: there is nothing to tell.
  [[nodiscard]] std::optional<cap_standing> standing_at(const counter& of, wall_time moment) const;
  [[nodiscard]] std::size_t counters_in_memory() const noexcept { return all_.size(); }
  // In an order that lets them be looked at some at a time, from the last to the first, while others
  // come and go: none that stays is missed, and one may be seen twice.
  [[nodiscard]] const counter& counter_at(std::size_t position) const noexcept {
    return *all_[position];
  }

  template <class Visitor>
  void each_open(Visitor&& visit) {
    for (const auto& [scope, at] : open_) {
      if (rolls()) catch_up(*at);
      visit(*at);
    }
  }
  template <class Visitor>
  void each(Visitor&& visit) const {
    for (const auto& [scope, at] : open_)
      visit(*at);
    for (const auto& closed : closed_) {
      for (const auto& [scope, at] : closed.counters)
        visit(*at);
    }
  }

 private:
  // Keys are views of the counters' own scopes.
  using scope_map = boost::unordered_flat_map<std::string_view, std::unique_ptr<counter>>;
  struct closed_window {
    wall_time start{};
    scope_map counters;
    scope_map::iterator next;  // to be swept
  };

  [[nodiscard]] std::int64_t limit_at(const counter& of, wall_time moment) const noexcept;
  void restore_fired(counter& at, const stored& from) const;
  counter& insert(scope_map& into, std::string_view scope, const window& within);
  void release(counter& unused);
  void catch_up(counter& at) const noexcept;
  [[nodiscard]] bool counts_now(wall_time start) const noexcept;
  rolling_bucket& bucket_of(counter& at, wall_time start);
  counter& restore_bucket(const stored& from);
  void release_rolling(counter& at);
  void sweep_rolling(std::size_t& budget);
  void erase(closed_window& from, scope_map::iterator at);
  void leave_order(const counter& at) noexcept;

  cap definition_;
  std::uint32_t index_;
  std::uint32_t number_;
  bool opened_ = false;
  window current_;
  wall_time now_{};  // the latest `at`
  std::vector<adjustment> raises_;
  std::optional<wall_time> incomplete_;
  scope_map open_;
  std::list<closed_window> closed_;
  std::vector<counter*> all_;  // whatever its window
  // Every bucket, in the order in which they were opened: when it leaves the window, its counter is
  // looked at.
  struct expiring_bucket {
    wall_time start{};
    counter* of = nullptr;
  };
  std::deque<expiring_bucket> expiring_;
};

}  // namespace stint
