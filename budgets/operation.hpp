// What can be asked of the ledger, with where the answer goes. Made by any thread, consumed by the
// ledger's writer.
#pragma once

#include <chrono>
#include <variant>
#include <vector>

#include "budgets/completion.hpp"
#include "budgets/stored_key.hpp"
#include "budgets/transfer.hpp"

namespace stint {

struct hold_operation {
  hold_request request;
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

struct standings_operation {
  completion<std::vector<cap_standing>> answer;
};

struct key_operation {
  stored_key key;
  completion<bool> answer;
};

using operation =
    std::variant<hold_operation, extend_operation, abandon_operation, progress_note,
                 settle_operation, record_operation, standings_operation, key_operation>;

}  // namespace stint
