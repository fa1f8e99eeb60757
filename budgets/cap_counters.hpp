// The counters of one cap in memory: every scope of the window that is open, and those of closed
// windows that a hold still refers to. Windows only move forward; a closed one leaves memory as its
// holds resolve. Owned by the ledger, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "budgets/cap.hpp"
#include "budgets/transfer.hpp"

namespace stint {

struct counter {
  std::uint32_t cap_index = 0;   // in the list of caps
  std::uint32_t cap_number = 0;  // on disk
  std::string scope;
  stint::window window;
  std::int64_t posted = 0;
  std::int64_t held = 0;
  std::int64_t next_alert_at = 0;  // the posted amount at which the next percentage fires
  int threshold = 0;               // the highest percentage that has fired
  std::uint32_t holds = 0;         // that refer to this counter
  bool changed = false;            // in the group that is not written yet
};

class cap_counters {
 public:
  cap_counters(cap definition, std::uint32_t index, std::uint32_t number)
      : definition_(std::move(definition)), index_(index), number_(number) {}

  [[nodiscard]] const cap& definition() const noexcept { return definition_; }
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
  [[nodiscard]] bool counts() const noexcept {
    return definition_.window.kind != window_kind::request;
  }

  // Closes the window when `at` is past its end. `at` never goes back. Returns the open window.
  const window& advance(wall_time at);
  [[nodiscard]] const window& current() const noexcept { return current_; }

  [[nodiscard]] counter* find(std::string_view scope) const noexcept;  // in the open window
  counter& find_or_open(std::string_view scope);
  // As read from disk, in the open window or a closed one.
  struct stored {
    wall_time start{};
    std::string_view scope;
    std::int64_t posted = 0;
    int threshold = 0;
  };
  counter& restore(const stored& from);
  [[nodiscard]] counter* find_at(wall_time start, std::string_view scope) const noexcept;

  // The counter has no hold left and is written: it leaves memory if its window is closed. The
  // reference ends here.
  void release(counter& unused);
  // Drops counters of closed windows that nothing refers to, looking at no more than `budget`,
  // which is reduced.
  void sweep(std::size_t& budget);

  [[nodiscard]] cap_standing standing_of(const counter& of) const;
  [[nodiscard]] std::size_t counters_in_memory() const noexcept;

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

  counter& insert(scope_map& into, std::string_view scope, const window& within);
  void erase(closed_window& from, scope_map::iterator at);

  cap definition_;
  std::uint32_t index_;
  std::uint32_t number_;
  bool opened_ = false;
  window current_;
  scope_map open_;
  std::list<closed_window> closed_;
};

}  // namespace stint
