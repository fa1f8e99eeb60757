// How a hold is resolved when its call has ended. Two-phase as in double-entry systems: a hold is
// pending until it is posted (something was used), voided (nothing was) or orphaned (the process
// died; posted at what is known). Each resolves once; the first resolution wins. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "budgets/records/call_id.hpp"
#include "budgets/records/row.hpp"
#include "budgets/records/standing.hpp"
#include "pricing/money.hpp"
#include "pricing/price_book.hpp"
#include "pricing/usage.hpp"

namespace stint {

struct settlement {
  call_id id;
  call_outcome outcome = call_outcome::completed;
  usage_source source = usage_source::provider;
  usage used;        // of all legs together
  nanodollars cost;  // of all legs together
  std::string price_version;
  std::string model_served;
  std::vector<leg> legs;    // empty: all of it is one leg, the answer of model_served
  std::uint32_t flags = 0;  // added to the hold's
  int status = 0;           // HTTP status the client got
  service_tier tier = service_tier::standard;
  inference_region region = inference_region::any;  // by which it was priced
  wall_time first_byte{};                           // epoch: none
  wall_time ended{};
};

struct settled {
  // False when storage failed. The resolution is kept and written as soon as storage works again;
  // if the process ends before, the hold is still on the log and is resolved as an orphan at the
  // next start.
  bool recorded = false;
  bool already_resolved = false;  // an earlier resolution won
  std::optional<cap_standing> tightest;
};

}  // namespace stint
