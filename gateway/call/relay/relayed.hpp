// What a relay leaves behind: how the call ended, for its bill, and what of the answer the client
// has not got yet, because it waits until the call is settled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "gateway/call/hold/call_end.hpp"
#include "gateway/memory/memory_budget.hpp"
#include "gateway/problem.hpp"

namespace stint {

// An answer that was read whole.
struct whole_answer {
  int status = 0;
  std::string fields;
  std::string body;
  memory_claim memory;  // of a long body
};

// The end of a stream whose other parts were passed on as they came.
struct stream_end {
  std::string passed;                   // that came with the end
  std::unique_ptr<stream_meter> meter;  // null: passed through, nothing was kept back
  bool cut = false;                     // by us: `meter` phrases the end
  std::optional<problem> broken;        // by the provider: told by an error event
};

// Nothing: there is no one to write to.
using unsent_answer = std::variant<std::monostate, problem, whole_answer, stream_end>;

struct relayed {
  call_end ended;
  unsent_answer unsent;
};

}  // namespace stint
