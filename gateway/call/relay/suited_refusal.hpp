// Clients that are told a refusal in their own way, known by their user-agent (dialects.md §7.4, §9). Pure.
#pragma once

#include "gateway/http/request_head.hpp"
#include "gateway/problem.hpp"
#include "pricing/wall_time.hpp"

namespace stint {

// Of a spent cap: `why` as this client gives up for good, instead of sending the call again. Others stay as they are.
void suit_client(const request_head& head, wall_time now, problem& why);

}  // namespace stint
