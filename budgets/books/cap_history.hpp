// What a cap would have counted in its open window, had it been there from the window's beginning:
// from the roll-ups where whole UTC hours and days lie within the window, from the rows for the
// rest and for what roll-ups do not carry (the user; the requests of an older version). Exact, or
// it says that it is not.
//
// Each stretch that is read from rows is proved: roll-ups say how many calls its hours had, and
// that many rows must be found. First where their ids say that they are; a clock that was set back
// leaves rows with older ids, so all rows are read before any is called missing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "budgets/store/ledger_store.hpp"

namespace stint {

// A cap whose counters are to be rebuilt, and the window for which.
struct unread_cap {
  cap definition;
  std::uint32_t number = 0;
  stint::window window;
};

struct cap_history {
  std::uint32_t number = 0;
  wall_time start{};  // of the window
  // By start (of the window, or of each bucket of a rolling one) and scope. What had fired in the
  // window is taken from the counters on disk, if there are any: a cap that was away is not alerted
  // on twice.
  std::map<std::pair<wall_time, std::string>, ledger_format::counter_value> counters;
  bool complete = true;  // false: rows were missing (deleted by retention), so it is too little

  void give(ledger& to) const;
};

// Reads on the caller's thread; throws std::runtime_error when the storage cannot be read. In the
// order of `caps`.
[[nodiscard]] std::vector<cap_history> read_histories(const ledger_store::moment& at,
                                                      const std::vector<unread_cap>& caps);

}  // namespace stint
