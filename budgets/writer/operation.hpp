// What can be asked of the ledger, with where the answer goes. Made by any thread, consumed by the
// ledger's writer.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "budgets/books/cap_history.hpp"
#include "budgets/records/adjustment.hpp"
#include "budgets/records/amendment.hpp"
#include "budgets/records/audit.hpp"
#include "budgets/records/hold.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/settlement.hpp"
#include "budgets/records/standing.hpp"
#include "budgets/records/stored_answer.hpp"
#include "budgets/records/stored_key.hpp"
#include "budgets/state/ledger/standings_walk.hpp"
#include "budgets/store/ledger_store.hpp"
#include "budgets/writer/completion.hpp"

namespace stint {

// The request is large, and an operation is moved from hand to hand: it stays where it is.
struct hold_operation {
  std::unique_ptr<hold_request> request;
  completion<admission> answer;
  std::chrono::steady_clock::time_point wait_until{};  // where it has patience
};

struct extend_operation {
  hold_extension what;
  completion<extension> answer;
};

// The call does not wait any longer.
struct abandon_operation {
  call_id id;
};

struct settle_operation {
  settlement what;
  completion<settled> answer;
};

struct record_operation {
  ledger_row row;
  completion<settled> answer;
};

// Where the fullest scopes stand, at most so many.
struct standings_operation {
  std::size_t count_max = standings_walk::all;
  completion<listed_standings> answer;
};

struct key_operation {
  stored_key key;
  audit_record audit;  // numbered and dated when it is recorded
  completion<bool> answer;
};

// Nobody waits for it, and a failing storage loses it.
struct answer_note {
  stored_answer put;      // without an id: none
  std::string forgotten;  // the id of one that is deleted; "": none
};

// Another list of caps. `as_of` is the ledger right after the change: the histories of `unread` are
// read from it, and told with a history_operation.
struct reconfigured {
  bool in_force = false;  // false: the storage had failed before, and nothing has changed
  bool recorded = false;  // false: the storage failed; what is in force is recorded when it works
  std::vector<unread_cap> unread;
  std::shared_ptr<ledger_store::moment> as_of;
};
struct reconfigure_operation {
  std::vector<cap> caps;
  signature by;
  completion<reconfigured> answer;
};
struct history_operation {
  std::vector<cap_history> histories;
  completion<bool> answer;
};

struct adjust_operation {
  adjustment_order order;
  completion<adjusted> answer;
};

struct amend_operation {
  amendment_order order;
  completion<amended> answer;
};

using operation = std::variant<hold_operation, extend_operation, abandon_operation, progress_note,
                               settle_operation, record_operation, standings_operation,
                               key_operation, answer_note, reconfigure_operation, history_operation,
                               adjust_operation, amend_operation>;

}  // namespace stint
