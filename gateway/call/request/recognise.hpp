// Which API a request speaks, from its method and path alone, by the table of dialects and the
// configured pass-throughs. Nothing else decides where a call may go.
#pragma once

#include "gateway/config/config.hpp"
#include "gateway/dialect/parts/target.hpp"
#include "gateway/dialect/table.hpp"
#include "gateway/http/request_head.hpp"
#include "gateway/problem.hpp"

namespace stint {

struct recognised {
  const dialect* speaks = nullptr;                // null for a pass-through
  call_target target;                             // of that API
  const passthrough_config* unmetered = nullptr;  // configured, recorded, flagged
};

[[nodiscard]] result<recognised> recognise(const config& settings, const request_head& head);

}  // namespace stint
