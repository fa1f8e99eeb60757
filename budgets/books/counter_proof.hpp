// What the counters of one cap must be, added up from what it counted, and compared window by
// window as the books are read in order of time. Part of verify.hpp; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "budgets/books/verify.hpp"
#include "budgets/records/cap.hpp"

namespace stint {

class counter_proof {
 public:
  struct coverage {
    wall_time whole_from = wall_time::min();    // every row admitted since then is there
    wall_time pruned_until = wall_time::min();  // counters of windows begun before may be gone
  };

  counter_proof(const ledger_store::moment& at, const cap& definition,
                const ledger_format::cap_value& stored, const coverage& covered,
                books_proof& found);

  void add(const ledger_format::row_value& value);
  void add(const rollup_key& hour, const rollup_sums& sums);
  // Nothing admitted before `limit` follows: windows that ended by then are compared and forgotten.
  void close_until(wall_time limit);
  void finish();

 private:
  using scope_sums = std::map<std::string, std::int64_t, std::less<>>;
  struct open_window {
    window within;
    scope_sums by_scope;
  };
  enum class evidence : std::uint8_t { rows, rollups, none };

  [[nodiscard]] evidence evidence_for(const window& of) const;
  [[nodiscard]] const window& window_of(wall_time at);
  [[nodiscard]] static bool on_full_hours(const window& of);
  void add_to(const window& of, const attribution& charged, std::int64_t amount);
  void compare_through(wall_time start);
  void compare(const ledger_format::counter_key& key, std::string_view value);
  void compare_missing(const open_window& of);
  void differ(const window& of, std::string_view scope, std::int64_t counter,
              std::int64_t expected);

  const ledger_store::moment& at_;
  const cap& definition_;
  ledger_format::cap_value stored_;
  coverage covered_;
  books_proof& found_;
  std::string never_;        // why none of its counters can be proved; empty: some can
  bool by_rollups_ = false;  // its older windows can be
  window latest_;            // the answer of window_of(), asked again and again for the same
  bool latest_known_ = false;
  std::map<wall_time, open_window> windows_;
  std::optional<wall_time> compared_;  // every window up to and with this start is done
  unproved_cap unproved_;
};

// "2026-03-02T10:00:00Z"
[[nodiscard]] std::string shown_time(wall_time at);

}  // namespace stint
